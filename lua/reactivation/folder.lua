--- A folder for the results of one run.
-- @module reactivation.folder

local lfs = require "lfs"
local cjson = require "cjson"

local Folder = {}
Folder.__index = Folder

-- Write a file whole or not at all.
local function write(path, text)
  local unfinished = path .. ".tmp"
  local file, message = io.open(unfinished, "wb")
  if not file then return nil, message end
  local ok, problem = file:write(text)
  local closed, late = file:close()
  if ok and closed then ok, problem = os.rename(unfinished, path) end
  if not (ok and closed) then
    os.remove(unfinished)
    return nil, problem or late
  end
  return true
end

-- The shortest text that gives the number back. (cjson would keep 14 digits.)
local function number_text(x)
  if x - x ~= 0 then return "null" end -- JSON has neither NaN nor infinity
  if math.type(x) == "integer" then return ("%d"):format(x) end
  local text
  for digits = 15, 17 do
    text = ("%%.%dg"):format(digits):format(x)
    if tonumber(text) == x then break end
  end
  return text
end

local function value_text(value)
  if type(value) == "number" then return number_text(value) end
  if type(value) ~= "table" or #value == 0 then return cjson.encode(value) end
  local list = {}
  for i, element in ipairs(value) do list[i] = value_text(element) end
  return "[" .. table.concat(list, ", ") .. "]"
end

-- JSON with one field a line, names in order, so that people and diff can read it.
local function to_json(table_)
  local names, lines = {}, {}
  for name in pairs(table_) do
    if type(name) ~= "string" then error("names of fields expected, got " .. tostring(name), 0) end
    names[#names + 1] = name
  end
  table.sort(names)
  for i, name in ipairs(names) do
    lines[i] = ("  %s: %s"):format(cjson.encode(name), value_text(table_[name]))
  end
  return "{\n" .. table.concat(lines, ",\n") .. "\n}\n"
end

--- The path of a file in the folder.
function Folder:path(name)
  return self.name .. "/" .. name
end

--- Store a table of numbers, strings, booleans and lists of them as JSON; NaN and infinity as null.
-- @string name of the file
-- @tab values
function Folder:write(name, values)
  local ok, message = pcall(to_json, values)
  if ok then ok, message = write(self:path(name), message) end
  if not ok then error(("cannot write %s: %s"):format(self:path(name), message), 0) end
end

--- A folder, made with all above it if it is not there.
-- @string name
-- @return a folder with `path(name)` and `write(name, table)`; it raises if it cannot be made
-- @usage local out = rx.folder("results/mine"); out:write("numbers.json", { error = 0.1 })
return function(name)
  if type(name) ~= "string" then
    error(("bad argument #1 to 'folder' (string expected, got %s)"):format(type(name)), 2)
  end
  local at = name:sub(1, 1) == "/" and "/" or ""
  for part in name:gmatch("[^/]+") do
    at = at .. part
    if lfs.attributes(at, "mode") ~= "directory" then
      local ok, message = lfs.mkdir(at)
      if not ok then error(("cannot make the folder '%s': %s"):format(name, message), 0) end
    end
    at = at .. "/"
  end
  if at == "" then error("cannot make the folder '': No name", 0) end
  return setmetatable({ name = name }, Folder)
end
