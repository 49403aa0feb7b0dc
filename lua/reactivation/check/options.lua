--- Tables of named options: the one place where the library in Lua checks them.
-- @module reactivation.options

local check = require "reactivation.check"

local WHOLE = { size = true, count = true, integer = true }

local function known(defaults)
  local names = {}
  for name in pairs(defaults) do names[#names + 1] = name end
  table.sort(names)
  return table.concat(names, ", ")
end

local function check_option(name, value, kind)
  if type(kind) == "table" then
    for _, choice in ipairs(kind) do
      if value == choice then return end
    end
    check.complain("bad option '%s' (one of '%s' expected, got %s)", name, table.concat(kind, "', '"),
                   check.describe(value))
  end
  local expected, is = table.unpack(check.kinds[kind])
  if is(value) then return end
  local problem = kind == "list" and check.list_problem(value)
    or ("%s expected, got %s"):format(expected, check.describe(value))
  check.complain("bad option '%s' (%s)", name, problem)
end

local function default(name, option)
  if option.required then
    local expected = type(option[1]) == "table" and "one of '" .. table.concat(option[1], "', '") .. "'"
      or check.kinds[option[1]][1]
    check.complain("bad option '%s' (%s expected, got nothing)", name, expected)
  end
  return option[2]
end

--- Check named options and fill in what was left out; the caller's table is not changed.
-- @tab given what the caller wrote, or nil
-- @tab known_options name -> { kind [, default] [, required = true] }; a kind is one of `check.kinds`, or a
--   list of the strings to choose from
-- @treturn table a new table
return function(given, known_options)
  if given ~= nil and type(given) ~= "table" then
    check.complain("table of options expected, got %s", check.describe(given))
  end
  local options = {}
  for name, value in pairs(given or {}) do
    local option = known_options[name]
    if not option then
      check.complain("unknown option %s; known are %s", check.describe(name), known(known_options))
    end
    check_option(name, value, option[1])
    options[name] = math.type(value) == "float" and WHOLE[option[1]] and math.tointeger(value) or value
  end
  for name, option in pairs(known_options) do
    if options[name] == nil then options[name] = default(name, option) end
  end
  return options
end
