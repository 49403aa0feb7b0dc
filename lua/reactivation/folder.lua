--- A folder for the results of one run.
-- @module reactivation.folder
-- @pragma nostrip

local lfs = require "lfs"
local cjson = require "cjson"
local core = require "reactivation.core"
local write_whole = require "reactivation.write_whole"

local Folder = {}
Folder.__index = Folder

-- JSON with one element of a list, or one field in the order of names, a line: for people and diff.
local function to_json(values)
  local lines = {}
  if #values > 0 then
    for i, value in ipairs(values) do lines[i] = "  " .. cjson.encode(value) end
    return "[\n" .. table.concat(lines, ",\n") .. "\n]\n"
  end
  local names = {}
  for name in pairs(values) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do
    lines[i] = ("  %s: %s"):format(cjson.encode(name), cjson.encode(values[name]))
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

--- Store a list, or a table by names, of numbers, strings, booleans and tables of them as JSON.
-- @function folder:write
-- @string name of the file
-- @tab values
function Folder:write(name, values)
  local ok, message = write_whole(self:path(name), to_json(values))
  if not ok then error(("cannot write %s: %s"):format(self:path(name), message), 0) end
end

--- Store nested tables of matrices, numbers, strings and booleans as HDF5.
-- @function folder:save
-- @string name of the file
-- @tab values
function Folder:save(name, values)
  local ok, message = core.save(self:path(name), values)
  if not ok then error("cannot write " .. message, 0) end
end

--- A folder, made with all above it if it is not there.
-- @function rx.folder
-- @string name
-- @return a folder with `path(name)`, `write(name, table)` and `save(name, table)`; it raises if it
--   cannot be made
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
