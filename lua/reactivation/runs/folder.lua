--- A folder for the results of one run.
-- @module reactivation.folder
-- @pragma nostrip

local check = require "reactivation.check"
local core = require "reactivation.core"
local json = require "reactivation.files.json"
local make_folder = require "reactivation.files.make_folder"
local public = require "reactivation.check.public"

local Folder = {}
Folder.__index = Folder

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
  local ok, message = json.write(self:path(name), values)
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
