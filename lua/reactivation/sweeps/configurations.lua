-- What varies in a sweep: its configurations, and the name of each.

local check = require "reactivation.check"
local core = require "reactivation.core"

local configurations = {}

-- The names of a table, sorted.
function configurations.sorted_names(values)
  local names = {}
  for name in pairs(values) do names[#names + 1] = name end
  table.sort(names)
  return names
end

local sorted_names = configurations.sorted_names

local function is_plain(value)
  local kind = type(value)
  return check.is_finite(value) or kind == "boolean" or kind == "string" and not value:find("[^%w._+-]")
end

local function check_name(name)
  if type(name) == "string" and name:find("^[%a_][%w_]*$") then return end
  check.complain("bad argument #2 to 'sweep' (names of letters, digits and _ expected, got %s)",
                 check.describe(name))
end

local function check_value(name, value)
  if is_plain(value) then return end
  check.complain("bad argument #2 to 'sweep' (numbers, booleans or short words expected as '%s', got %s)",
                 name, check.describe(value))
end

-- Every combination of the values of each name; the last name's change fastest.
local function product(vary)
  local list = { {} }
  for name in pairs(vary) do check_name(name) end
  for _, name in ipairs(sorted_names(vary)) do
    local problem = check.list_problem(vary[name])
    if problem then check.complain("bad argument #2 to 'sweep' ('%s': %s)", name, problem) end
    local longer = {}
    for _, shorter in ipairs(list) do
      for _, value in ipairs(vary[name]) do
        check_value(name, value)
        local one = { [name] = value }
        for other, chosen in pairs(shorter) do one[other] = chosen end
        longer[#longer + 1] = one
      end
    end
    list = longer
  end
  return list
end

-- The same of a list of configurations.
local function copied(list)
  local copy = {}
  for i, one in ipairs(list) do
    copy[i] = {}
    for name, value in pairs(one) do
      check_name(name)
      check_value(name, value)
      copy[i][name] = value
    end
  end
  return copy
end

-- A list of tables by name.
function configurations.of(vary)
  local list = type(vary[1]) == "table" and not check.list_problem(vary, "table")
  local all = list and copied(vary) or product(vary)
  if #all == 0 or next(all[1]) == nil then
    check.complain("bad argument #2 to 'sweep' (something that varies expected, got nothing)")
  end
  return all
end

-- What a configuration is, in one word.
function configurations.name(configuration)
  local words = {}
  for _, name in ipairs(sorted_names(configuration)) do
    local value = configuration[name]
    local text = type(value) == "number" and core.number_text(value) or tostring(value)
    words[#words + 1] = name .. "=" .. text
  end
  return table.concat(words, ",")
end

return configurations
