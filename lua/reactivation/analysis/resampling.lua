--- Parts of data: halves, folds, and what resampling them says about a number's certainty.
--
-- The parts are what is independent: of a sequence its trials, of another matrix its rows, of a list its
-- elements, such as what networks of several seeds gave.
-- @module reactivation.resampling

local check = require "reactivation.check"
local check_options = require "reactivation.check.options"
local core = require "reactivation.core"
local counted = require "reactivation.runs.counted"

local resampling = {}

-- How many independent parts.
local function parts(data)
  if type(data) == "table" then return #data end
  return data.steps and data.batch or data.rows
end

-- Some of a matrix's rows, or of a sequence's trials, by their numbers.
local function pick(m, numbers)
  if not m.steps then return m:rows_at(numbers) end
  local rows, batch = {}, m.batch
  for t = 0, m.steps - 1 do
    for _, b in ipairs(numbers) do rows[#rows + 1] = t * batch + b end
  end
  return m:rows_at(rows):as_sequence(m.steps)
end

-- The numbers 1 to n in an order by chance.
local function shuffled(n, rng)
  local order = {}
  for i = 1, n do order[i] = i end
  local draws = rng:uniform(n, 1)
  for i = n, 2, -1 do
    local j = 1 + math.floor(draws:get(i, 1) * i)
    order[i], order[j] = order[j], order[i]
  end
  return order
end

--- The trials of a sequence, or the rows of another matrix, in two halves by chance.
-- @function rx.halves
-- @tparam matrix data at least two trials or rows
-- @param rng generator
-- @treturn matrix one half
-- @treturn matrix the other
-- @usage local a, b = rx.halves(states, rng)
function resampling.halves(data, rng)
  check.that(check.is_matrix(data) and parts(data) >= 2, 1, "halves",
             "matrix of at least two trials or rows", data)
  check.argument("generator", 2, "halves", rng)
  local order = shuffled(parts(data), rng)
  local half = #order // 2
  return pick(data, table.move(order, 1, half, 1, {})), pick(data, table.move(order, half + 1, #order, 1, {}))
end

--- What a distance between two samples comes to where both are of one law: its mean over pairs of halves.
-- @function rx.sampling_floor
-- @tparam matrix data
-- @tparam function distance (a, b) -> number
-- @tab options `rng`; `times`, how many pairs (5)
-- @treturn number
-- @usage local floor = rx.sampling_floor(bearings, function(a, b)
--   return rx.kl(rx.kde(a, { cyclic = true }), rx.kde(b, { cyclic = true }), { rng = rng })
-- end, { rng = rng })
function resampling.sampling_floor(data, distance, options)
  check.that(type(distance) == "function", 2, "sampling_floor", "function", distance)
  local o = check_options(options, { rng = { "generator" }, times = { "size", 5 } })
  if not o.rng then check.complain("bad option 'rng' (random generator expected, got nothing)") end
  local sum = 0
  for _ in counted.numbers("pairs of halves", o.times) do
    local apart = distance(resampling.halves(data, o.rng))
    check.that(type(apart) == "number", 2, "sampling_floor", "function that gives a number", apart)
    sum = sum + apart
  end
  return sum / o.times
end

-- Numbers of the parts that each of `count` folds holds: blocks, since neighbouring rows are alike.
local function blocks(n, count)
  local folds = {}
  for f = 1, count do
    folds[f] = {}
    for i = n * (f - 1) // count + 1, n * f // count do table.insert(folds[f], i) end
  end
  return folds
end

-- Call f(training, held) for each fold of matrices that belong together row by row.
-- @tab matrices list
-- @int folds
-- @tparam function f gets two lists of matrices
function resampling.each_fold(matrices, folds, f)
  local n = parts(matrices[1])
  if folds < 2 or folds > n then
    check.complain("bad option 'folds' (whole number from 2 to %d expected, got %d)", n, folds)
  end
  local all = blocks(n, folds)
  for number in counted.numbers("folds", folds) do
    local held = all[number]
    local training, tested = {}, {}
    local others = {}
    for i = 1, n do
      if i < held[1] or i > held[#held] then others[#others + 1] = i end
    end
    for k, m in ipairs(matrices) do training[k], tested[k] = pick(m, others), pick(m, held) end
    f(training, tested)
  end
end

-- Bootstrap ---------------------------------------------------------------------------------------

local function draw(n, rng)
  local numbers = rng:uniform(n, 1):totable()
  for i, row in ipairs(numbers) do numbers[i] = 1 + math.floor(row[1] * n) end
  return numbers
end

-- As many parts, drawn with replacement; of a list of matrices the matrices, and of each its parts.
local function resample(data, rng)
  local numbers = draw(parts(data), rng)
  if type(data) ~= "table" then return pick(data, numbers) end
  local list = {}
  for i, number in ipairs(numbers) do
    local element = data[number]
    list[i] = check.is_matrix(element) and resample(element, rng) or element
  end
  return list
end

local function mean(data)
  if type(data) ~= "table" then return data:mean() end
  local sum = 0
  for _, x in ipairs(data) do sum = sum + (check.is_matrix(x) and x:mean() or x) end
  return sum / #data
end

-- Interpolated between neighbours of a sorted list.
local function quantile(sorted, share)
  local place = 1 + share * (#sorted - 1)
  local below = math.floor(place)
  local above = math.min(below + 1, #sorted)
  return sorted[below] + (place - below) * (sorted[above] - sorted[below])
end

local function check_parts(data)
  if type(data) == "table" then
    for i = 1, #data do -- ipairs would end at a hole
      check.that(type(data[i]) == "number" or check.is_matrix(data[i]), 1, "bootstrap",
                 "matrix, or list of numbers or of matrices", data[i])
    end
  end
  check.that((type(data) == "table" or check.is_matrix(data)) and parts(data) >= 2, 1, "bootstrap",
             "sequence of two trials, matrix of two rows or list of two networks, at the least", data)
end

--- How certain a number is: the spread of what it would be for parts drawn anew (Efron 1979).
-- Of a list of matrices, one a network, both are drawn: networks, and the trials of each.
-- @function rx.bootstrap
-- @param data a sequence (its trials are drawn), another matrix (its rows), or a list of numbers or matrices
-- @tparam[opt] function statistic data -> number; by default the mean
-- @tab options `rng`; `resamples` (1000); `level`, of the interval (0.95)
-- @treturn table `estimate`, from the data as they are; `low` and `high`, the percentile interval; `sd`
-- @usage
-- local kl = rx.bootstrap({ 0.1, 0.12, 0.3, 0.09, 0.11 }, nil, { rng = rng })
-- print(("%.3f, between %.3f and %.3f"):format(kl.estimate, kl.low, kl.high))
-- @usage local far = rx.bootstrap(states, function(s) return rx.step_distance(s):mean() end, { rng = rng })
function resampling.bootstrap(data, statistic, options)
  check_parts(data)
  check.that(statistic == nil or type(statistic) == "function", 2, "bootstrap", "function", statistic)
  local o = check_options(options, {
    rng = { "generator" }, resamples = { "size", 1000 }, level = { "positive", 0.95 },
  })
  if not o.rng then check.complain("bad option 'rng' (random generator expected, got nothing)") end
  if o.level >= 1 then check.complain("bad option 'level' (number below 1 expected, got %s)", o.level) end
  statistic = statistic or mean
  local sorted = {}
  for i in counted.numbers("resamples", o.resamples) do sorted[i] = statistic(resample(data, o.rng)) end
  table.sort(sorted)
  local values = core.matrix { sorted }
  local off = values - values:mean()
  return {
    estimate = statistic(data), sd = math.sqrt(off:mul(off):sum() / math.max(#sorted - 1, 1)),
    low = quantile(sorted, (1 - o.level) / 2), high = quantile(sorted, (1 + o.level) / 2),
  }
end

return resampling
