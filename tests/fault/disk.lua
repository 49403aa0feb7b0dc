-- A disk that fills up at any byte, or a writer that is killed: each file is the former one or the new one.

local core = require "reactivation.core"
local fuzz = require "tests.fault.fuzz"
local lfs = require "lfs"

local program = arg[-1]
local folder = os.tmpname()
os.remove(folder)
assert(os.execute("mkdir -p " .. folder))

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local function read(path)
  local file = io.open(path, "rb")
  local text = file and file:read("a")
  if file then file:close() end
  return text
end

-- One writes a file of version arg[2], whose size and content depend on that, wherever arg[1] says.
local WRITERS = {
  ["save.h5"] = "assert(rx.save(path, { n = n, m = rx.random(n):normal(n * 10, 10) }))",
  ["numbers.json"] = "rx.folder(path:match '^(.*)/'):write('numbers.json', { n = n, text = ('x'):rep(n * 100) })",
  ["table.csv"] = "assert(rx.save_csv(path, rx.random(n):normal(n * 10, 2), { 'x', 'y' }))",
  ["page.html"] = "assert(rx.page(path, { title = ('x'):rep(n * 100) }))",
}

local names = {}
for name, code in pairs(WRITERS) do
  names[#names + 1] = name
  write(("%s/%s.lua"):format(folder, name),
        "local rx = require 'reactivation'\nlocal path, n = arg[1], tonumber(arg[2])\n" .. code)
end
table.sort(names)

local function command(name, path, version)
  return ("%s %s/%s.lua %s %d >/dev/null 2>&1"):format(program, folder, name, path, version)
end

fuzz("disk", function(seed)
  local name = names[math.random(#names)]
  local place = ("%s/%d"):format(folder, seed)
  local path, fresh = place .. "/" .. name, place .. "/whole/" .. name
  assert(os.execute("mkdir -p " .. place .. "/whole"))
  assert(os.execute(command(name, path, 3)))
  local began = core.now()
  assert(os.execute(command(name, fresh, 9)))
  local duration = core.now() - began
  local old, new = read(path), read(fresh)
  local killed = math.random() < 0.5
  if killed then
    os.execute(("%s & sleep %.4f; kill -KILL $! 2>/dev/null; wait")
               :format(command(name, path, 9), math.random() * duration))
  else -- a limit on the size of files is met in the middle of writing, as a full disk is
    os.execute(("ulimit -f %d; %s"):format(math.random(0, #new // 512 + 1), command(name, path, 9)))
  end
  local now = read(path)
  assert(now == old or now == new, path .. " is neither the former file nor the new one")
  for file in lfs.dir(place) do
    assert(killed or not file:find("tmp", 1, true), file .. " was left")
  end
  os.execute("rm -rf " .. place)
  return now == new and "written" or "the former stayed"
end)
os.execute("rm -rf " .. folder)
