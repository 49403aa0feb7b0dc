-- What values are, and complaints about arguments as Lua words them.

local core = require "reactivation.core"

local check = {}

core.library(debug.getinfo(1, "S").source:match("^(.*/)check/"))

-- 200.0 as well as 200, but not "200".
function check.is_whole(value)
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

local LARGEST = (1 << 31) - 1 -- what a matrix side can be

-- Each kind of value: what it is called, and whether a value is one.
check.kinds = {
  ["size"] = { "whole number of at least 1",
               function(v) return check.is_whole(v) and v >= 1 and v <= LARGEST end },
  ["count"] = { "whole number of at least 0",
                function(v) return check.is_whole(v) and v >= 0 and v <= LARGEST end },
  ["integer"] = { "whole number", check.is_whole },
  ["positive"] = { "number above 0", function(v) return check.is_finite(v) and v > 0 end },
  ["number"] = { "finite number", check.is_finite },
  ["real"] = { "number", function(v) return type(v) == "number" end },
  ["boolean"] = { "boolean", function(v) return type(v) == "boolean" end },
  ["string"] = { "string", function(v) return type(v) == "string" end },
  ["table"] = { "table", function(v) return type(v) == "table" end },
  ["matrix"] = { "matrix", check.is_matrix },
  ["generator"] = { "random generator", is_generator },
  ["not negative"] = { "finite number of at least 0", function(v) return check.is_finite(v) and v >= 0 end },
  ["schedule"] = { "number or function of the batch number",
                   function(v) return type(v) == "number" or type(v) == "function" end },
  ["optimizer"] = { "optimizer", function(v) return check.can(v, "update") and check.can(v, "restore") end },
  ["function"] = { "function", function(v) return type(v) == "function" end },
  ["network"] = { "network",
                  function(v) return check.can(v, "forward") and check.can(v, "gradient") end },
  ["list"] = { "list", function(v) return not core.list_problem(v) end },
  ["progress"] = { "boolean or path", function(v) return type(v) == "boolean" or type(v) == "string" end },
  ["any"] = { "value", function() return true end },
}

-- A value in a few words: what a matrix is, not what it holds.
check.describe = core.describe

-- Takes the folder of the file that calls this for a library's: a mistake is told with the line of the
-- nearest caller outside.
function check.library()
  core.library(debug.getinfo(2, "S").source:match("^(.*/)"))
end

local about = ""

-- What is said of an argument of a function that the caller did not call, said of the one that they did.
local function as_called(words)
  local name, problem = words:match("^bad argument #%d+ to '([%w_]+)' (.*)$")
  local called = name and core.called()
  if not called or called == name then return words end
  return ("bad argument to '%s' %s"):format(called, problem)
end

-- Raises a mistake of the caller's, at the caller's line.
function check.complain(format, ...)
  error(core.where() .. about .. as_called(format:format(...)), 0)
end

-- Calls a function whose complaints are about what somebody else gave, such as a task's author; of nobody
-- else if `whose` is nil.
function check.about(whose, f, ...)
  local before = about
  about = whose and whose .. ": " or ""
  local results = table.pack(pcall(f, ...))
  about = before
  if not results[1] then error(results[2], 0) end
  return table.unpack(results, 2, results.n)
end

-- Complains, unless it holds, of what was got as an argument of a function.
function check.that(holds, argument, name, expected, got)
  if not holds then
    local came = check.describe(got)
    check.complain("bad argument #%d to '%s' (%s expected, got %s)", argument, name, expected, came)
  end
end

-- The same for a kind of value.
function check.argument(kind, argument, name, value)
  local expected, is = table.unpack(check.kinds[kind])
  check.that(is(value), argument, name, expected, value)
end

-- Complains of an argument that is no table with matrices of these names.
function check.matrices(argument, name, value, ...)
  for _, wanted in ipairs { ... } do
    local got = value
    if type(value) == "table" then got = value[wanted] end
    check.that(type(value) == "table" and check.is_matrix(got), argument, name,
               ("table with a matrix '%s'"):format(wanted), got)
  end
end

-- A list without holes, of a kind of values where one is named; or what is wrong with it.
function check.list_problem(list, kind)
  local problem = core.list_problem(list)
  if problem or not kind then return problem end
  local expected, is = table.unpack(check.kinds[kind])
  for i, value in ipairs(list) do
    if not is(value) then return ("%s expected at %d, got %s"):format(expected, i, check.describe(value)) end
  end
end

-- Complains of an argument that is no such list, or an empty one.
function check.list(kind, argument, name, list)
  local problem = check.list_problem(list, kind)
    or #list == 0 and "list of at least one element expected, got none"
  if problem then check.complain("bad argument #%d to '%s' (%s)", argument, name, problem) end
end

-- The object of a method, whose colon is easily forgotten, and its arguments, each a kind and a value.
function check.method(name, self, ...)
  if type(self) ~= "table" then
    check.complain("'%s' is a method: call it with a colon, object:%s(...)", name, name)
  end
  for i, argument in ipairs { ... } do check.argument(argument[1], i, name, argument[2]) end
end

return check
