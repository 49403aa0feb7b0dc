--- A folder for the results of one run.
-- @module reactivation.folder
-- @pragma nostrip

local cjson = require "cjson"
local check = require "reactivation.check"
local core = require "reactivation.core"
local make_folder = require "reactivation.files.make_folder"
local public = require "reactivation.check.public"

local Folder = {}
Folder.__index = Folder

-- (cjson would keep 14 digits.)
local function number_text(x)
  if x - x ~= 0 then return "null" end -- JSON has neither NaN nor infinity
  return math.type(x) == "integer" and ("%d"):format(x) or core.number_text(x)
end

local function sorted_names(values)
  local names = {}
  for name in pairs(values) do
    if type(name) ~= "string" then error("names of fields expected, got " .. check.describe(name), 0) end
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

local function check_list(values, place)
  local problem = check.list_problem(values)
  if problem then error(problem .. (place and (" (at '%s')"):format(place) or ""), 0) end
end

-- The parts of a list or of a table by names, in the order of names; `place` is the field that holds it.
local function parts(values, text_of, place)
  local list = {}
  if math.type(next(values)) == "integer" then
    check_list(values, place)
    for i, element in ipairs(values) do list[i] = text_of(element, place) end
    return list, "[", "]"
  end
  for i, name in ipairs(sorted_names(values)) do
    list[i] = cjson.encode(name) .. ": " .. text_of(values[name], name)
  end
  return list, "{", "}"
end

local function value_text(value, place)
  if type(value) == "number" then return number_text(value) end
  if type(value) ~= "table" then return cjson.encode(value) end
  local list, open, close = parts(value, value_text, place)
  return open .. table.concat(list, ", ") .. close
end

-- JSON with one element or field a line, so that people and diff can read it.
local function to_json(values)
  local list, open, close = parts(values, value_text)
  return open .. "\n  " .. table.concat(list, ",\n  ") .. "\n" .. close .. "\n"
end

--- The path of a file in the folder.
-- @function folder:path
-- @string name of the file
-- @treturn string
function Folder:path(name)
  check.method("path", self, { "string", name })
  return self.name .. "/" .. name
end

--- Store as JSON a list or a table by names, of numbers, strings, booleans and such tables; NaN and
-- infinity become null.
-- @function folder:write
-- @string name of the file
-- @tab values
function Folder:write(name, values)
  check.method("write", self, { "string", name })
  local ok, message = pcall(to_json, values)
  if ok then ok, message = core.write_whole(self:path(name), message) end
  if not ok then error(("cannot write %s: %s"):format(self:path(name), message), 0) end
end

--- The same, unless the file is there: for what describes a run that may yet be refused, because the folder
-- holds another.
-- @function folder:announce
-- @string name of the file
-- @tab values
function Folder:announce(name, values)
  check.method("announce", self, { "string", name })
  local file = io.open(self:path(name), "rb")
  if not file then return self:write(name, values) end
  file:close()
end

--- Store nested tables of matrices, numbers, strings and booleans as HDF5.
-- @function folder:save
-- @string name of the file
-- @tab values
function Folder:save(name, values)
  check.method("save", self, { "string", name }, { "table", values })
  local ok, message = core.save(self:path(name), values)
  if not ok then error("cannot write " .. message, 0) end
end

public.methods(Folder)

--- A folder, made with all above it if it is not there.
-- @function rx.folder
-- @string name
-- @return a folder with `path(name)`, `write(name, table)`, `announce(name, table)` and
--   `save(name, table)`; it raises if it cannot be made
-- @usage local out = rx.folder("results/mine"); out:write("numbers.json", { error = 0.1 })
return function(name)
  check.argument("string", 1, "folder", name)
  local ok, message = make_folder(name)
  if not ok then error(message, 0) end
  return setmetatable({ name = name }, Folder)
end
