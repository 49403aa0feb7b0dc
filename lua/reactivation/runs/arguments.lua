--- Options of a script on its command line: with help, checked types and defaults.
-- @module reactivation.arguments

local argparse = require "argparse"
local check = require "reactivation.check"
local program = require "reactivation.sweeps.program"

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

-- The words of a list, commas between them; `a..b` are the whole numbers from a to b.
local function words_of(text)
  local words = {}
  for word in (text .. ","):gmatch("([^,]*),") do
    local first, last = word:match("^(-?%d+)%.%.(-?%d+)$")
    if first then
      for number = first, last do words[#words + 1] = ("%d"):format(number) end
    else
      words[#words + 1] = word
    end
  end
  return words
end

-- A list of what `convert` makes of each word.
local function list_of(text, convert)
  local list, seen = {}, {}
  for i, word in ipairs(words_of(text)) do
    local value, problem = convert(word)
    if value == nil then return nil, problem end
    if seen[value] then return nil, ("every one once expected, got %s twice"):format(value) end
    list[i], seen[value] = value, true
  end
  if #list == 0 then return nil, ("first and last number expected, got '%s'"):format(text) end
  return list
end

local function number_of(default)
  return math.type(default) == "integer" and whole or type(default) == "number" and finite or nil
end

local function choice(choices)
  return function(text)
    for _, one in ipairs(choices) do
      if text == one then return text end
    end
    return nil, ("must be one of '%s'"):format(table.concat(choices, "', '"))
  end
end

-- Complains of a number that is too small.
local function at_least(least, convert)
  return function(text)
    local value, problem = convert(text)
    if value and value < least then
      return nil, ("number of at least %s expected, got %s"):format(least, text)
    end
    return value, problem
  end
end

-- How one word becomes a value: in the option's own way, or as its default's; nil: as it is.
local function of_word(option)
  local default = option[2]
  local convert = option.convert or number_of(type(default) == "table" and default[1] or default)
    or option.choices and choice(option.choices)
  return option.least and at_least(option.least, convert) or convert
end

-- How the text of an option becomes its value: a list where an option of `many` is given several.
local function converter(option)
  local convert = of_word(option)
  if type(option[2]) == "table" then
    return function(text) return list_of(text, convert) end
  end
  if not option.many or not convert then return convert end
  return function(text)
    local list, problem = list_of(text, convert)
    if list and #list == 1 then return list[1] end
    return list, problem
  end
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
  local also = option.also and " --" .. option.also or ""
  local added = parser:option(flag .. also, help .. shown(default)):target(name)
  if convert then
    added:convert(function(text)
      local value, problem = convert(text)
      return value, problem and ("%s: %s"):format(flag, problem)
    end)
  end
  if not option.choices then return end
  if option.many then
    added:argname("{" .. table.concat(option.choices, ",") .. "}")
  else
    added:choices(option.choices)
  end
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
-- @tab options a list of { name, default, help [, choices =, least =, convert =, preset =, many =, also =] }.
--   The default says the type: `false` makes a flag, a list takes numbers with commas between them, and
--   `0..4` for whole ones. `convert`, a function, makes the value of the text, or gives nil and a message.
--   `preset` holds other defaults, for when this flag is given. With `many` several numbers or choices may be
--   given; then they come as a list. `also` is another name of the option. `sweep = true` beside the options,
--   in a script with an `rx.sweep`, adds what that understands: `--list`, `--slurm` and `--status`
-- @tab[opt] words the command line; by default the program's own
-- @treturn table name -> value
-- @usage local opt = rx.arguments("Trains a network.", { { "seed", 0, "seed of all random numbers" } })
return function(description, options, words)
  check.argument("string", 1, "arguments", description)
  check.argument("table", 2, "arguments", options)
  local sweep = options.sweep
  options = table.move(options, 1, #options, 1, {})
  check_options(options, "arguments", 2)
  local problem = words ~= nil and check.list_problem(words, "string")
  if problem then check.complain("bad argument #3 to 'arguments' (%s)", problem) end
  local script = arg and arg[0] or "script"
  local parser = argparse(script, description)
  for _, option in ipairs(options) do add_option(parser, option) end
  for _, engine in ipairs(sweep and program.ENGINES or {}) do
    parser:flag("--" .. engine[1], engine[2]):target("--" .. engine[1])
  end
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
  program.options = values
  return values
end
