-- What values are, and complaints about arguments as Lua words them.

local core = require "reactivation.core"

local check = {}

-- A mistake is told with the line of the caller outside this folder.
core.library(debug.getinfo(1, "S").source:match("^(.*/)[^/]*$"))

-- 200.0 as well as 200, but not "200".
local function is_whole(value)
  return type(value) == "number" and math.tointeger(value) ~= nil
end

local function field(object, name)
  return object[name]
end

-- Any userdata may be asked, also one that cannot be indexed.
local function has(value, name)
  if type(value) ~= "userdata" then return false end
  local indexed, found = pcall(field, value, name)
  return indexed and found ~= nil
end

-- Whether a table or userdata has a method.
function check.can(value, method)
  return type(value) == "table" and value[method] ~= nil or has(value, method)
end

function check.is_matrix(value)
  return has(value, "rows") and has(value, "cols")
end

function check.is_finite(value)
  return type(value) == "number" and value - value == 0
end

local function is_generator(value)
  return has(value, "seed") and has(value, "position")
end

-- Each kind of value: what it is called, and whether a value is one.
check.kinds = {
  ["size"] = { "whole number of at least 1", function(v) return is_whole(v) and v >= 1 end },
  ["integer"] = { "whole number", is_whole },
  ["positive"] = { "number above 0", function(v) return check.is_finite(v) and v > 0 end },
  ["number"] = { "finite number", check.is_finite },
  ["boolean"] = { "boolean", function(v) return type(v) == "boolean" end },
  ["string"] = { "string", function(v) return type(v) == "string" end },
  ["table"] = { "table", function(v) return type(v) == "table" end },
  ["matrix"] = { "matrix", check.is_matrix },
  ["generator"] = { "random generator", is_generator },
  ["not negative"] = { "finite number of at least 0", function(v) return check.is_finite(v) and v >= 0 end },
  ["schedule"] = { "number or function of the batch number",
                   function(v) return type(v) == "number" or type(v) == "function" end },
  ["any"] = { "value", function() return true end },
}

-- A value in a few words: what a matrix is, not what it holds.
function check.describe(value)
  if type(value) == "string" then return "'" .. value .. "'" end
  if type(value) == "userdata" then return (tostring(value):match("^[^\n]*")) end
  return (type(value) == "number" or type(value) == "boolean") and tostring(value) or type(value)
end

-- Complains, unless it holds, of what was got as an argument of a function; level 2 is the place where the
-- function that calls this was called.
function check.that(holds, argument, name, expected, got, level)
  if holds then return end
  error(("bad argument #%d to '%s' (%s expected, got %s)")
        :format(argument, name, expected, check.describe(got)), (level or 2) + 1)
end

-- The same for a kind of value.
function check.argument(kind, argument, name, value, level)
  local expected, is = table.unpack(check.kinds[kind])
  check.that(is(value), argument, name, expected, value, (level or 2) + 1)
end

-- The object of a method, whose colon is easily forgotten, and its arguments, each a kind and a value.
function check.method(name, self, ...)
  if type(self) ~= "table" then
    error(("'%s' is a method: call it with a colon, object:%s(...)"):format(name, name), 3)
  end
  for i, argument in ipairs { ... } do check.argument(argument[1], i, name, argument[2], 3) end
end

return check
