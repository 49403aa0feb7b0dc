--- How trajectories move, awake and at rest side by side.
-- @module reactivation.movement

local check = require "reactivation.check"
local check_options = require "reactivation.check.options"
local core = require "reactivation.core"
local density = require "reactivation.analysis.density"
local paths = require "reactivation.analysis.paths"
local resampling = require "reactivation.analysis.resampling"
local statistics = require "reactivation.analysis.statistics"

local movement = {}

local MOST_POINTS = 20000 -- of a density
local SAMPLES = 1000      -- of a divergence

-- Measures of one phase ---------------------------------------------------------------------------

-- A sequence of the steps `first` to `last`.
local function part(sequence, first, last)
  local batch = sequence.batch
  return sequence:slice((first - 1) * batch + 1, last * batch):as_sequence(last - first + 1)
end

-- The whole windows of a sequence, each of so many steps.
local function windows(sequence, steps)
  local list = {}
  for first = 1, sequence.steps - steps + 1, steps do
    list[#list + 1] = part(sequence, first, first + steps - 1)
  end
  return list
end

-- The median distance in so many steps.
local function speed(sequence, every)
  return (statistics.quantile(paths.lengths(paths.moves(sequence, every, false)), 0.5))
end

-- The largest distance from where a window begins, on average over windows and trials.
local function reach(parts)
  local sum = 0
  for _, window in ipairs(parts) do
    local away = paths.lengths(window - window:at(1)):as_sequence(window.steps)
    for b = 1, away.batch do sum = sum + away:trial(b):max() end
  end
  return sum / (#parts * parts[1].batch)
end

-- The share of moves in so many steps that lead back on the one before.
local function reversals(sequence, every)
  local kept = {}
  for t = 0, (sequence.steps - 1) // every do
    for b = 1, sequence.batch do kept[#kept + 1] = t * every * sequence.batch + b end
  end
  local coarse = sequence:rows_at(kept):as_sequence((sequence.steps - 1) // every + 1)
  if coarse.steps < 3 then return nil end
  local moved = paths.moves(coarse, 1, false)
  local rows, batch = moved.rows, moved.batch
  local along = moved:slice(1, rows - batch):mul(moved:slice(batch + 1, rows)):sum("columns")
  return along:lt(0):mean()
end

-- The share of bins that one trial visits in a window, on average.
local function coverage(parts, side, bins, cyclic)
  local sum = 0
  for _, window in ipairs(parts) do
    for b = 1, window.batch do
      local occupancy = core.bin_rates(window:trial(b), nil, side, bins, cyclic)
      sum = sum + 1 - occupancy:eq(0):mean()
    end
  end
  return sum / (#parts * parts[1].batch)
end

-- What angles turn a step, on net: mean over trials, its standard error, and how many of these it is.
local function turning(whole)
  local each = (whole:at(whole.steps) - whole:at(1)) / (whole.steps - 1)
  local mean, n = each:mean(), each.rows
  local off = each - mean
  local se = n > 1 and math.sqrt(off:mul(off):sum() / (n - 1) / n) or nil
  return mean, se, se and se > 0 and mean / se or nil
end

local function check_movement(sequence, options, name)
  local o = check_options(options, {
    cyclic = { "boolean", false }, box = { "positive", 2.2 }, bins = { "size" }, every = { "size", 5 },
    window = { "size", 100 }, lags = { "list" },
  })
  paths.check_sequence(sequence, name, o.every + 1)
  o.window = math.min(o.window, sequence.steps)
  o.bins = o.bins or (o.cyclic and 36 or 10)
  return o
end

--- How trajectories move.
-- @function rx.movement
-- @tparam matrix sequence steps x trials x 1 to 3 coordinates
-- @tab[opt] options `cyclic` (false): these are angles; `every` (5) and `window` (100), numbers of steps;
--   `lags` as for `rx.mean_squared_displacement`; `box` (2.2) and `bins` (10, or 36 around the circle) of the
--   coverage
-- @treturn table
--
-- * `step`: the mean distance in a step
-- * `speed`: the median distance in `every` steps
-- * `reach`: the largest distance from the start within a `window`, on average
-- * `reversals`: the share of moves in `every` steps that lead back on the one before
-- * `exponent`: with which power of time the squared displacement grows
-- * `coverage`: the share of bins that a trial visits in a `window`, on average
-- * of angles `turning`, the net turn a step, `turning_error`, its standard error over trials, and
--   `turning_z`, how many of these it is: where the one is not 0, the movement tells the direction of time
-- @usage print(rx.movement(bearings, { cyclic = true, every = 1 }).reversals)
function movement.movement(sequence, options)
  local o = check_movement(sequence, options, "movement")
  local whole = o.cyclic and paths.unwrap(sequence) or sequence
  local parts = windows(whole, o.window)
  local found = {
    step = paths.step_distance(whole):mean(), speed = speed(whole, o.every), reach = reach(parts),
    reversals = reversals(whole, o.every),
    coverage = coverage(parts, o.cyclic and 2 * math.pi or o.box, o.bins, o.cyclic),
  }
  local _, exponent = paths.mean_squared_displacement(whole, { lags = o.lags })
  found.exponent = exponent
  if o.cyclic then found.turning, found.turning_error, found.turning_z = turning(whole) end
  return found
end

-- Two phases --------------------------------------------------------------------------------------

local MEASURES = {
  { "step", "mean distance in a step" }, { "speed", "median distance in %d steps" },
  { "reach", "reach in %d steps" }, { "reversals", "share of reversals" },
  { "exponent", "exponent of displacement" }, { "coverage", "coverage in %d steps" },
  { "turning", "net turning a step" },
}

-- Angles as points on the circle, so that distances know that they go around.
local function points(sequence, cyclic)
  return cyclic and core.join { sequence:cos(), sequence:sin() } or sequence
end

local function estimate(sequence, o)
  local kernels = { cyclic = o.cyclic or nil, box = not o.cyclic and o.box or nil }
  return core.kde(statistics.thin(sequence, MOST_POINTS), kernels)
end

-- Distances between two samples: the divergence of the first from the second, and the sliced distance.
local function distances(o)
  local function divergence(a, b)
    return density.kl(estimate(a, o), estimate(b, o), { samples = SAMPLES, rng = o.rng })
  end
  local function sliced(a, b)
    return (paths.wasserstein(points(a, o.cyclic), points(b, o.cyclic), { rng = o.rng }))
  end
  return divergence, sliced
end

-- What measures differ by between two halves of waking.
local function floors(sequence, o, how)
  local floor = {}
  for _ = 1, o.times do
    local a, b = resampling.halves(sequence, o.rng)
    local of_a, of_b = movement.movement(a, how), movement.movement(b, how)
    for name, value in pairs(of_a) do
      if of_b[name] then floor[name] = (floor[name] or 0) + math.abs(value - of_b[name]) / o.times end
    end
  end
  return floor
end

-- Root of the mean square of states, from themselves or their moments; nil if there are none.
local function size(phase)
  if phase.states then return math.sqrt(phase.states:mul(phase.states):sum() / phase.states.rows) end
  if not phase.moments then return nil end
  local squares, covariance = phase.moments.mean:mul(phase.moments.mean):sum(), phase.moments:covariance()
  for i = 1, covariance.rows do squares = squares + covariance:get(i, i) end
  return math.sqrt(squares)
end

local function rms(sequence, cyclic)
  local m = points(sequence, cyclic)
  local off = m - m:mean("rows")
  return math.sqrt(off:mul(off):sum() / off.rows)
end

-- For rx.report; what is not known is left out.
local function rows_of(c, o)
  local rows = {}
  local function add(label, awake, asleep, floor)
    if awake and asleep and floor then rows[#rows + 1] = { label, { { awake }, { asleep }, { floor } } } end
  end
  for _, measure in ipairs(MEASURES) do
    local name, label = measure[1], measure[2]:format(measure[1] == "speed" and o.every or o.window)
    add(label, c.awake[name], c.asleep[name], c.floor[name])
  end
  add("divergence from waking (nats)", 0, c.kl, c.floor.kl)
  add("distance from waking, over its spread", 0, c.wasserstein, c.floor.wasserstein)
  add("size of states, over waking", c.size and 1, c.size, c.size and 0)
  return rows
end

--- Both phases side by side, with the floor: what two halves of waking differ by.
-- @function rx.compare_phases
-- @tab awake of `rx.phases`: `decoded`, a sequence, and perhaps `states` or `moments`
-- @tab asleep likewise
-- @tab options those of `rx.movement`, and `rng`; `times`, how many pairs of halves (3)
-- @treturn table
--
-- * `awake`, `asleep`: what `rx.movement` gives of each; `floor`: what this differs by between halves of
--   waking
-- * `kl`, the divergence of what is decoded asleep from what is decoded awake (nats), and `floor.kl`
-- * `wasserstein`, the sliced distance of the two over the spread of waking, and `floor.wasserstein`
-- * `size`: |r| asleep over awake. Densities can agree where it does not: decoding does not see it
-- * `rows` and `columns`, for `rx.report`
-- @usage
-- local awake, asleep = rx.phases(net, task, { trials = 40, steps = 60, rng = rng })
-- local both = rx.compare_phases(awake, asleep, { cyclic = true, every = 1, rng = rng })
-- rx.report(rx.folder("results"), "movement", both.rows, both.columns)
function movement.compare_phases(awake, asleep, options)
  for i, phase in ipairs { awake or false, asleep or false } do
    local decoded = type(phase) == "table" and check.is_matrix(phase.decoded)
    check.that(decoded, i, "compare_phases", "table with a sequence 'decoded'", phase)
    check.that(phase.states == nil or check.is_matrix(phase.states), i, "compare_phases",
               "matrix as 'states'", phase.states)
  end
  check.argument("table", 3, "compare_phases", options)
  local o, how = {}, {}
  for name, value in pairs(options or {}) do
    if name == "rng" or name == "times" then o[name] = value else how[name] = value end
  end
  o = check_options(o, { rng = { "generator", required = true }, times = { "size", 3 } })
  for name, value in pairs(check_movement(awake.decoded, how, "compare_phases")) do o[name] = value end
  local divergence, sliced = distances(o)
  local spread = rms(awake.decoded, o.cyclic)
  local c = {
    awake = movement.movement(awake.decoded, how), asleep = movement.movement(asleep.decoded, how),
    floor = floors(awake.decoded, o, how), kl = divergence(asleep.decoded, awake.decoded),
    wasserstein = sliced(asleep.decoded, awake.decoded) / spread,
    columns = { "awake", "at rest", "two halves of waking differ by" },
  }
  local halves = { rng = o.rng, times = o.times }
  c.floor.kl = resampling.sampling_floor(awake.decoded, divergence, halves)
  c.floor.wasserstein = resampling.sampling_floor(awake.decoded, sliced, halves) / spread
  local of_awake, of_asleep = size(awake), size(asleep)
  c.size = of_awake and of_asleep and of_asleep / of_awake
  c.rows = rows_of(c, o)
  return c
end

return movement
