--- Tables of named options: the one place where the library in Lua checks them.
-- @module reactivation.options

local function known(defaults)
  local names = {}
  for name in pairs(defaults) do names[#names + 1] = name end
  table.sort(names)
  return table.concat(names, ", ")
end

local function describe(value)
  return type(value) == "string" and "'" .. value .. "'" or tostring(value)
end

-- Each kind of value: what it is called, and whether a value is one.
local kinds = {
  ["size"] = { "whole number of at least 1", function(v) return math.type(v) == "integer" and v >= 1 end },
  ["integer"] = { "whole number", function(v) return math.type(v) == "integer" end },
  ["positive"] = { "number above 0", function(v) return type(v) == "number" and v > 0 and v < math.huge end },
  ["number"] = { "finite number", function(v) return type(v) == "number" and v - v == 0 end },
  ["boolean"] = { "boolean", function(v) return type(v) == "boolean" end },
  ["string"] = { "string", function(v) return type(v) == "string" end },
  ["generator"] = { "random generator", function(v) return tostring(v):find("^random generator") end },
  ["schedule"] = { "number or function of the batch number",
                   function(v) return type(v) == "number" or type(v) == "function" end },
  ["any"] = { "value", function() return true end },
}

local function check(name, value, kind, level)
  if type(kind) == "table" then
    for _, choice in ipairs(kind) do
      if value == choice then return end
    end
    error(("bad option '%s' (one of '%s' expected, got %s)")
          :format(name, table.concat(kind, "', '"), describe(value)), level + 1)
  end
  local expected, is = kinds[kind][1], kinds[kind][2]
  if not is(value) then
    error(("bad option '%s' (%s expected, got %s)"):format(name, expected, describe(value)), level + 1)
  end
end

--- Check named options and fill in what was left out; the caller's table is not changed.
-- @tab given what the caller wrote, or nil
-- @tab known_options name -> { kind [, default] }; a kind is one of size, integer, positive, number,
--   boolean, string, generator, schedule, any, or a list of the strings to choose from
-- @int[opt=2] level whose mistake an error is: 2 for the caller of the function that calls this
-- @treturn table a new table
return function(given, known_options, level)
  level = (level or 2) + 1
  if given ~= nil and type(given) ~= "table" then
    error(("table of options expected, got %s"):format(describe(given)), level)
  end
  local options = {}
  for name, value in pairs(given or {}) do
    local option = known_options[name]
    if not option then
      error(("unknown option %s; known are %s"):format(describe(name), known(known_options)), level)
    end
    check(name, value, option[1], level)
    options[name] = value
  end
  for name, option in pairs(known_options) do
    if options[name] == nil then options[name] = option[2] end
  end
  return options
end
