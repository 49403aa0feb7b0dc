--- Tables of named options: the one place where the library in Lua checks them.
-- @module reactivation.options

local check = require "reactivation.check"

local WHOLE = { size = true, integer = true }

local function known(defaults)
  local names = {}
  for name in pairs(defaults) do names[#names + 1] = name end
  table.sort(names)
  return table.concat(names, ", ")
end

local function check_option(name, value, kind, level)
  if type(kind) == "table" then
    for _, choice in ipairs(kind) do
      if value == choice then return end
    end
    error(("bad option '%s' (one of '%s' expected, got %s)")
          :format(name, table.concat(kind, "', '"), check.describe(value)), level + 1)
  end
  local expected, is = table.unpack(check.kinds[kind])
  if not is(value) then
    error(("bad option '%s' (%s expected, got %s)"):format(name, expected, check.describe(value)), level + 1)
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
    error(("table of options expected, got %s"):format(check.describe(given)), level)
  end
  local options = {}
  for name, value in pairs(given or {}) do
    local option = known_options[name]
    if not option then
      error(("unknown option %s; known are %s"):format(check.describe(name), known(known_options)), level)
    end
    check_option(name, value, option[1], level)
    options[name] = math.type(value) == "float" and WHOLE[option[1]] and math.tointeger(value) or value
  end
  for name, option in pairs(known_options) do
    if options[name] == nil then options[name] = option[2] end
  end
  return options
end
