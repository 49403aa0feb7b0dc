-- The folder of what comes along with a package of Lua: within the package's own where it is installed,
-- beside lua/ in the source.
local lfs = require "lfs"

-- @string package the package's folder
-- @string name of what comes along
-- @treturn string absolute
return function(package, name)
  if package:sub(1, 1) ~= "/" then package = lfs.currentdir() .. "/" .. package end
  local installed = package .. "/" .. name
  return lfs.attributes(installed, "mode") and installed or package:match("^(.*)/[^/]+/[^/]+$") .. "/" .. name
end
