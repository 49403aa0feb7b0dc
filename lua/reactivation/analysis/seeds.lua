--- Mean and spread over networks that differ in their seed alone.
-- @module reactivation.seeds

local check = require "reactivation.check"
local core = require "reactivation.core"

local seeds = {}

--- Mean and standard deviation of a list of numbers.
-- @tab list at least one number
-- @treturn number mean
-- @treturn number standard deviation with divisor n - 1; 0 for a single number
-- @usage local mean, sd = rx.mean_sd { 0.1, 0.2, 0.15 }
function seeds.mean_sd(list)
  if type(list) == "table" and next(list) == nil then check.complain("a mean of no numbers") end
  check.list("real", 1, "mean_sd", list)
  local n, sum, squares = #list, 0, 0
  for _, x in ipairs(list) do sum = sum + x end
  for _, x in ipairs(list) do squares = squares + (x - sum / n) ^ 2 end
  return sum / n, n > 1 and math.sqrt(squares / (n - 1)) or 0
end

-- What one curve is made from: lists, each as long as x.
local function check_lists(lists, argument, length)
  check.list("list", argument, "curves", lists)
  for n, list in ipairs(lists) do
    local problem = check.list_problem(list, "real")
      or #list ~= length and ("%d numbers expected, as in x, got %d"):format(length, #list)
    if problem then check.complain("bad argument #%d to 'curves' (list %d: %s)", argument, n, problem) end
  end
end

--- Curves with a band of one standard deviation, as the script plots/curve.gp takes them.
-- @tab x where the curves were measured
-- @tab ... for each curve the lists of numbers that the networks gave, each as long as x
-- @treturn table `curves`, and from two networks on `lower` and `upper`
-- @usage local data = rx.curves({ 0, 100, 200 }, { { 0.2, 0.1, 0.05 }, { 0.21, 0.12, 0.04 } })
function seeds.curves(x, ...)
  local series = { ... }
  check.list("real", 1, "curves", x)
  check.list("list", 2, "curves", series)
  for c, lists in ipairs(series) do check_lists(lists, c + 1, #x) end
  local rows, lower, upper = {}, {}, {}
  local networks = 1
  for i, at in ipairs(x) do
    rows[i], lower[i], upper[i] = { at }, { at }, { at }
    for c, lists in ipairs(series) do
      local values = {}
      for n, list in ipairs(lists) do values[n] = list[i] end
      local mean, sd = seeds.mean_sd(values)
      rows[i][c + 1], lower[i][c + 1], upper[i][c + 1] = mean, mean - sd, mean + sd
      networks = math.max(networks, #lists)
    end
  end
  local data = { curves = core.matrix(rows) }
  if networks > 1 then data.lower, data.upper = core.matrix(lower), core.matrix(upper) end
  return data
end

return seeds
