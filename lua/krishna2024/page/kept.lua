-- Whether the page of a quick look has the numbers that it had when they were kept, on whatever machine.
--
-- What training and runs of a network give has the same bits everywhere: losses must be equal. Other numbers
-- went through the machine's LAPACK or the logarithms of its C library: they must agree to rounding.

local json = require "reactivation.files.json"
local numbers = require "reactivation.runs.numbers"

local ROUNDING = 1e-5 -- of a number's size

local kept = {
  path = "docs/paper/quick_numbers.json", -- the numbers.json of such a page
  options = { quick = true, setting = "tonic", seeds = { 0 }, units = 0, batches = 0 },
}

-- JSON has no NaN: what stands in its place is one again.
local function with_nan(values)
  local list = {}
  for i, value in ipairs(values) do list[i] = type(value) == "number" and value or 0 / 0 end
  return list
end

-- Every number of a page.
-- @tab chosen figures, of `figures.chosen`
-- @tab folders name of a figure -> list of the folders that its script wrote
-- @treturn table list of `figure`, `label`, `column` and `values`
function kept.gather(chosen, folders)
  local list = {}
  for _, figure in ipairs(chosen) do
    for _, number in ipairs(numbers.gather(folders[figure.name])) do
      list[#list + 1] = {
        figure = figure.name, label = number.label, column = number.column,
        values = with_nan(number.values),
      }
    end
  end
  return list
end

-- Nil, or the first option of a page whose kept numbers are those of another value.
function kept.other_option(opt)
  for name, value in pairs(kept.options) do
    local same = opt[name] == value
    if name == "seeds" then same = #opt.seeds == 1 and opt.seeds[1] == value[1] end
    if not same then return name end
  end
end

local function name_of(number)
  local column = number.column and ", " .. number.column or ""
  return ("figure %s, %s%s"):format(number.figure, number.label, column)
end

-- "same", "rounded" or "other"
local function agreement(label, value, was)
  if value == was or value ~= value and was ~= was then return "same" end
  local near = math.abs(value - was) <= ROUNDING * math.abs(was)
  return near and not label:find "^test loss" and "rounded" or "other"
end

-- Compare the numbers of the figures at hand.
-- @tab list of `kept.gather`
-- @tab before the same, as it was kept
-- @treturn table count of numbers that are the `same` to the last bit, and of those that agree, `rounded`
-- @treturn table what differs, lines
function kept.compare(list, before)
  local was, count, lines = {}, { same = 0, rounded = 0 }, {}
  for _, number in ipairs(before) do was[name_of(number)] = with_nan(number.values) end
  for _, number in ipairs(list) do
    local name = name_of(number)
    for k, value in ipairs(number.values) do
      local old = was[name] and was[name][k]
      local how = old and agreement(number.label, value, old) or "other"
      if how == "other" then
        local words = old and ("%.17g"):format(old) or "none"
        lines[#lines + 1] = ("%s: %.17g, kept %s"):format(name, value, words)
      else
        count[how] = count[how] + 1
      end
    end
  end
  return count, lines
end

-- Compare with a kept file.
-- @tab list of `kept.gather`
-- @string path
-- @treturn boolean whether nothing differs
-- @treturn string what to say of it
function kept.check(list, path)
  local before, problem = json.read(path)
  if not before then error("no kept numbers: " .. problem, 0) end
  local count, lines = kept.compare(list, before)
  local head = ("check: %d numbers are the same to the last bit, %d to rounding (%.0e), %d differ")
    :format(count.same, count.rounded, ROUNDING, #lines)
  table.insert(lines, 1, head)
  return #lines == 1, table.concat(lines, "\n  ")
end

return kept
