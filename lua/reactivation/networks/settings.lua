-- The options that build a network, checked; and its settings, which are those that a file can hold.

local check = require "reactivation.check"

local settings = {}

-- In the order in which a mistake lists them: name, kind [, default].
local BASE = {
  { "inputs", "size" }, { "units", "size" }, { "outputs", "size" }, { "init", "size" },
    { "dt", "positive", 0.02 },
  { "tau", "positive", 0.1 }, { "sigma", "not negative", 0 }, { "input_sigma", "not negative", 0 },
  { "output_sigma", "not negative", 0 }, { "noise", { "uniform", "gaussian" }, "gaussian" },
}
local OBJECTS = { "rng", "loss", "penalty", "constrain", "initial" }

local function complain(name, expected, value)
  check.complain("bad option '%s' (%s expected, got %s)", name, expected,
                 value == nil and "nothing" or check.describe(value))
end

local function check_kind(name, kind, value)
  if type(kind) == "table" then
    for _, choice in ipairs(kind) do
      if value == choice then return value end
    end
    complain(name, ("one of '%s'"):format(table.concat(kind, "', '")), value)
  end
  if (kind == "positive" or kind == "not negative") and type(value) == "number"
    and not check.is_finite(value) then
    complain(name, "finite number", value)
  end
  local expected, is = table.unpack(check.kinds[kind])
  if kind == "not negative" then expected = "number of at least 0" end
  if not is(value) then complain(name, expected, value) end
  return kind == "size" and math.tointeger(value) or value
end

-- The kind of a cell's own setting, by its default: a number, text or boolean, or { default, among = list }.
local function own(cell)
  local found, names = {}, {}
  for name in pairs(cell.settings) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do
    local default = cell.settings[name]
    if type(default) == "table" then
      found[i] = { name, default.among, default[1] }
    else
      found[i] = { name, type(default) == "boolean" and "boolean" or type(default) == "number"
        and "number" or "string",
                   default }
    end
  end
  return found
end

-- @return the settings, with defaults, and the other options
function settings.check(cell, options)
  if type(options) ~= "table" then
    check.complain("bad argument #1 to '%s' (table expected, got %s)", cell.name, check.describe(options))
  end
  local known, names, found = {}, {}, { cell = cell.name }
  local function add(list)
    for _, option in ipairs(list) do
      names[#names + 1] = option[1]
      known[option[1]] = option
    end
  end
  add(BASE)
  for _, name in ipairs(OBJECTS) do known[name] = { name } end
  for _, option in ipairs(own(cell)) do
    if known[option[1]] then
      check.complain("cell '%s': '%s' is an option of every network, and none of the cell's own", cell.name,
                     option[1])
    end
    add { option }
  end
  table.move(OBJECTS, 1, #OBJECTS, #names + 1, names)
  for name in pairs(options) do
    if not known[name] then
      check.complain("unknown option %s; known are %s", check.describe(name), table.concat(names, ", "))
    end
  end
  for _, name in ipairs(names) do
    local kind, default = known[name][2], known[name][3]
    local value = rawget(options, name)
    if kind and value == nil then
      value = default
      if value == nil and name == "init" then value = found.outputs end
      if value == nil then complain(name, "whole number of at least 1", nil) end
    end
    if kind then found[name] = check_kind(name, kind, value) end
  end
  local others = {}
  for _, name in ipairs(OBJECTS) do others[name] = rawget(options, name) end
  check_kind("rng", "generator", others.rng)
  for _, name in ipairs { "loss", "penalty" } do
    if others[name] ~= nil and type(others[name]) ~= "function" then complain(name, "function",
                                                                              others[name]) end
  end
  for _, name in ipairs { "constrain", "initial" } do
    if others[name] ~= nil and type(others[name]) ~= "table" then
      complain(name, "table of functions by the names of weights", others[name])
    end
  end
  return found, others
end

return settings
