-- Damaged and crafted files of every format: each is loaded, or refused in words, and this program goes on.

local fuzz = require "tests.fault.fuzz"
local rx = require "reactivation"

local folder = os.tmpname()
os.remove(folder)
assert(os.execute("mkdir -p " .. folder))
assert(os.execute(("cc -o %s/foreign tests/foreign.c $(pkg-config --cflags --libs hdf5-serial) && %s/foreign %s")
                  :format(folder, folder, folder)), "tests/foreign.c is not built")

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

-- Files of many kinds; of ours the seal is off, or every change would be seen by it.
local function sources()
  local list = {}
  for _, name in ipairs { "numbers", "texts", "many_texts", "recording", "digits", "matlab", "python", "layouts",
                          "fine", "compound", "colours", "ring", "soft" } do
    local file = io.open(("%s/%s.h5"):format(folder, name), "rb")
    if file then
      list[#list + 1] = file:read("a")
      file:close()
    end
  end
  local words = {}
  for i = 1, 40 do words["word" .. i] = ("x"):rep(i) end
  assert(rx.save(folder .. "/ours.h5", {
    list = { 1, 2, 3 }, m = rx.random(1):normal(20, 30), s = rx.matrix(12, 2):as_sequence(4), words = words,
    nested = { deep = { deeper = { x = true, y = { "a", { b = 1.5 } } } } },
  }))
  list[#list + 1] = read(folder .. "/ours.h5"):sub(1, -17)
  list[#list + 1] = read("tests/golden/walk.h5")
  list[#list + 1] = read("tests/golden/adam.h5")
  return list
end

local function place(text)
  -- the headers stand first, and matter most
  return math.random() < 0.5 and math.random(math.min(#text, 3000)) or math.random(#text)
end

local CHANGES = {
  function(text) -- a bit
    local i = place(text)
    return text:sub(1, i - 1) .. string.char(text:byte(i) ~ (1 << math.random(0, 7))) .. text:sub(i + 1)
  end,
  function(text) -- a byte
    local i = place(text)
    return text:sub(1, i - 1) .. string.char(math.random(0, 255)) .. text:sub(i + 1)
  end,
  function(text) -- a size or an address
    local i, size = place(text), 1 << math.random(0, 3)
    local value = ({ 0, -1, 1, #text, 1 << 20, 1 << 31, 1 << 62 })[math.random(7)]
    return text:sub(1, i - 1) .. ("<i8"):pack(value):sub(1, size) .. text:sub(i + size)
  end,
  function(text) -- a part in another's place
    local i, j, size = place(text), place(text), math.random(1, 64)
    return text:sub(1, i - 1) .. text:sub(j, j + size - 1) .. text:sub(i + size)
  end,
  function(text) -- an end
    return text:sub(1, place(text))
  end,
}

local texts = sources()
local others = { npz = read "tests/golden/arrays.npz", csv = 't,"x ""a""",side\n0.5,1e3,left\n,NaN,"r,i"\n' }
local path = folder .. "/damaged.h5"

local function damaged(text)
  for _ = 1, math.random(1, 4) do
    if #text > 0 then text = CHANGES[math.random(#CHANGES)](text) end
  end
  return text
end

local function try_other(format)
  local file = assert(io.open(path, "wb"))
  file:write(damaged(others[format]))
  file:close()
  local loaded, message = (format == "npz" and rx.load_npy or rx.load_csv)(path)
  assert(loaded or type(message) == "string" and message:find(path, 1, true) == 1, message)
  return format .. (loaded and " read" or " refused")
end

fuzz("damage", function()
  if math.random() < 0.2 then return try_other(math.random() < 0.5 and "npz" or "csv") end
  local file = assert(io.open(path, "wb"))
  file:write(damaged(texts[math.random(#texts)]))
  file:close()
  local wishes = math.random() < 0.2 and { lists = math.random() < 0.5, rounded = math.random() < 0.5,
                                           batch_first = math.random() < 0.5 } or nil
  local loaded, message = rx.load(path, wishes)
  if loaded then return next(loaded.skipped) and "read in part" or "read" end
  assert(type(message) == "string" and message:find(path, 1, true) == 1, message)
  return message:find("broke down", 1, true) and "broke HDF5 down" or "refused"
end)
os.execute("rm -rf " .. folder)
