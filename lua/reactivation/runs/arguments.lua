--- Options of a script on its command line: with help, checked types and defaults.
-- @module reactivation.arguments

local argparse = require "argparse"
local check = require "reactivation.check"

local function whole(text)
  local value = math.tointeger(tonumber(text))
  if not value then return nil, ("whole number expected, got '%s'"):format(text) end
  return value
end

local function finite(text)
  local value = tonumber(text)
  if not value or value - value ~= 0 then return nil, ("number expected, got '%s'"):format(text) end
  return value
end

-- Whole numbers with commas between them.
local function whole_list(text)
  local list, seen = {}, {}
  for word in (text .. ","):gmatch("([^,]*),") do
    local value, problem = whole(word)
    if not value then return nil, problem end
    if seen[value] then return nil, ("every number once expected, got %d twice"):format(value) end
    list[#list + 1], seen[value] = value, true
  end
  return list
end

-- How the text of an option becomes its value: its own way, or that of its default's type.
local function converter(option)
  local default = option[2]
  if option.convert then return option.convert end
  if type(default) == "table" then return whole_list end
  if math.type(default) == "integer" then return whole end
  return type(default) == "number" and finite or nil
end

local function shown(default)
  if type(default) == "table" then return (" (%s)"):format(table.concat(default, ",")) end
  return default ~= "" and (" (%s)"):format(default) or ""
end

local function add_option(parser, option)
  local name, default, help = option[1], option[2], option[3]
  local flag = "--" .. name:gsub("_", "-")
  if type(default) == "boolean" then
    parser:flag(flag, help):target(name)
    return
  end
  local convert = converter(option)
  local added = parser:option(flag, help .. shown(default)):target(name)
  if convert then
    added:convert(function(text)
      local value, problem = convert(text)
      if value and option.least and value < option.least then
        value, problem = nil, ("number of at least %s expected, got %s"):format(option.least, text)
      end
      return value, problem and ("%s: %s"):format(flag, problem)
    end)
  end
  if option.choices then added:choices(option.choices) end
end

-- Each with a name and a help; of none the type is unknown.
local function check_options(options, name, argument)
  local problem = check.list_problem(options, "table")
  if problem then check.complain("bad argument #%d to '%s' (%s)", argument, name, problem) end
  for i, option in ipairs(options) do
    local told = type(option[1]) == "string" and option[2] ~= nil and type(option[3]) == "string"
    check.that(told, argument, name, ("name, default and help as option %d"):format(i), option)
  end
end

--- Read the command line. A wrong option ends the program with a message and status 1.
-- @function rx.arguments
-- @string description what the script does, for `--help`
-- @tab options a list of { name, default, help [, choices =, least =, convert =, preset =] }; the
--   default says the type: `false` makes a flag, a list takes whole numbers with commas between them.
--   `convert`, a function, makes the value from the text, or returns nil and a message. `preset`
--   holds other defaults, for when this flag is given
-- @tab[opt] words the command line; by default the program's own
-- @treturn table name -> value
-- @usage local opt = rx.arguments("Trains a network.", { { "seed", 0, "seed of all random numbers" } })
return function(description, options, words)
  check.argument("string", 1, "arguments", description)
  check_options(options, "arguments", 2)
  local problem = words ~= nil and check.list_problem(words, "string")
  if problem then check.complain("bad argument #3 to 'arguments' (%s)", problem) end
  local script = arg and arg[0] or "script"
  local parser = argparse(script, description)
  for _, option in ipairs(options) do add_option(parser, option) end
  local parsed = parser:parse(words or arg)
  local values = {}
  for _, option in ipairs(options) do values[option[1]] = option[2] end
  for _, option in ipairs(options) do
    local preset = parsed[option[1]] and option.preset or {}
    for name, value in pairs(preset) do values[name] = value end
  end
  for _, option in ipairs(options) do
    local value = parsed[option[1]]
    if value ~= nil then values[option[1]] = value end
  end
  return values
end
