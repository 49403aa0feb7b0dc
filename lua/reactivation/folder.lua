--- A folder for the results of one run.
-- @module reactivation.folder
-- @pragma nostrip

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

-- JSON with one field a line, names in order, so that people and diff can read it.
local function to_json(table_)
  local names, lines = {}, {}
  for name in pairs(table_) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do
    lines[i] = ("  %s: %s"):format(cjson.encode(name), cjson.encode(table_[name]))
  end
  return "{\n" .. table.concat(lines, ",\n") .. "\n}\n"
end

--- The path of a file in the folder.
-- @function folder:path
-- @string name of the file
-- @treturn string
function Folder:path(name)
  return self.name .. "/" .. name
end

--- Store a table of numbers, strings and booleans as JSON.
-- @function folder:write
-- @string name of the file
-- @tab values
function Folder:write(name, values)
  local ok, message = write(self:path(name), to_json(values))
  if not ok then error(("cannot write %s: %s"):format(self:path(name), message), 0) end
end

--- A folder, made with all above it if it is not there.
-- @function rx.folder
-- @string name
-- @return a folder with `path(name)` and `write(name, table)`; it raises if it cannot be made
-- @usage local out = rx.folder("results/mine"); out:write("numbers.json", { error = 0.1 })
return function(name)
  local at = name:sub(1, 1) == "/" and "/" or ""
  for part in name:gmatch("[^/]+") do
    at = at .. part
    if lfs.attributes(at, "mode") ~= "directory" then
      local ok, message = lfs.mkdir(at)
      if not ok then error(("cannot make the folder %s: %s"):format(name, message), 0) end
    end
    at = at .. "/"
  end
  return setmetatable({ name = name }, Folder)
end
