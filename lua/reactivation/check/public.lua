-- What users call: each function refuses more arguments than it has parameters. The count is the function's
-- own, so that a new function is guarded on the day it is born.

local check = require "reactivation.check"
local core = require "reactivation.core"

local public = {}

-- All that is guarded: function -> name, of a method after a colon.
public.names = setmetatable({}, { __mode = "k" })

-- Arguments of nil at the end are as none.
local function count(given, ...)
  while given > 0 and (select(given, ...)) == nil do given = given - 1 end
  return given
end

-- A function that is called with `own` arguments before those that the caller counts.
local function guard(name, f, own)
  core.name(f, name)
  local info = debug.getinfo(f, "uS")
  if info.isvararg or info.what == "C" then return f end -- a function of C has its guard in src/bind/check.c
  local most = info.nparams
  return function(...)
    local given = select("#", ...)
    if given > most and count(given, ...) > most then
      check.complain("too many arguments to '%s' (at most %d expected, got %d)", name, most - own,
                     count(given, ...) - own)
    end
    return f(...)
  end
end

-- Guard the functions of a table by name, and of the tables in it.
function public.functions(functions)
  for name, value in pairs(functions) do
    if type(value) == "function" then
      functions[name] = guard(name, value, 0)
      public.names[functions[name]] = name
    elseif type(value) == "table" and not getmetatable(value) then
      public.functions(value)
    end
  end
  return functions
end

-- Whether an object is of a class, or made from one that is.
local function is_of(object, class)
  local above = getmetatable(object)
  while type(above) == "table" do
    local index = rawget(above, "__index")
    if above == class or index == class then return true end
    above = type(index) == "table" and getmetatable(index)
  end
  return false
end

-- Guard the methods of a class, whose objects `is` knows where no metatable tells; they stay unlisted. Called
-- with a dot, a method would take its first argument for the object.
function public.unlisted_methods(class, is)
  is = is or function(object) return is_of(object, class) end
  for name, method in pairs(class) do
    if type(method) == "function" and not name:find("^__") then
      local guarded = guard(name, method, 1)
      class[name] = function(self, ...)
        if not is(self) then
          check.complain("'%s' is a method: call it with a colon, object:%s(...)", name, name)
        end
        return guarded(self, ...)
      end
    end
  end
  return class
end

-- The same for what users call on objects that they have.
function public.methods(class, is)
  public.unlisted_methods(class, is)
  for name, method in pairs(class) do
    if type(method) == "function" and not name:find("^__") then public.names[method] = ":" .. name end
  end
  return class
end

return public
