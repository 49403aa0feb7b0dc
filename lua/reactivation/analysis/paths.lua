--- Trajectories: how far they go, how fast, and how far one set of points is from another.
-- @module reactivation.paths

local check = require "reactivation.check"
local check_options = require "reactivation.check.options"
local core = require "reactivation.core"
local counted = require "reactivation.runs.counted"

local paths = {}

local DIRECTIONS = 50 -- of the sliced distance

-- Complains unless it is a sequence of at least so many steps.
function paths.check_sequence(sequence, name, least)
  local steps = check.is_matrix(sequence) and sequence.steps
  check.that(steps and steps >= least and sequence.batch >= 1, 1, name,
             ("sequence of at least %d steps"):format(least), sequence)
  if not sequence:is_finite() then
    check.complain("bad argument #1 to '%s' (finite numbers expected, got some that are not)", name)
  end
end

-- From each point of each trial to the one so many steps later, a sequence; of angles the shorter way round.
local function moves(sequence, apart, cyclic)
  local rows, later = sequence.rows, apart * sequence.batch
  local moved = sequence:slice(later + 1, rows) - sequence:slice(1, rows - later)
  return (cyclic and moved:wrap() or moved):as_sequence(sequence.steps - apart)
end
paths.moves = moves

-- Trials of angles, that go on across -pi and pi.
local function unwrap(sequence)
  local whole = sequence:clone()
  local later = whole:slice(sequence.batch + 1, sequence.rows)
  later:copy(moves(sequence, 1, true):cumsum() + sequence:at(1))
  return whole
end
paths.unwrap = unwrap

-- Of each row, one column.
local function lengths(rows)
  return rows:mul(rows):sum("columns"):sqrt()
end
paths.lengths = lengths

--- How much of space trajectories cover: the variance over time within each, summed over its
-- dimensions, averaged over the trajectories. The divisor is one less than the steps.
-- @param sequence steps x trials x dimensions
-- @tab[opt] options `skip`, how many of the first steps to leave out (0); `cyclic` (false): these are angles,
--   and the trajectories go on across -pi and pi
-- @treturn number
-- @usage local wide = rx.total_variance(bearings, { skip = 1, cyclic = true })
function paths.total_variance(sequence, options)
  local o = check_options(options, { skip = { "count", 0 }, cyclic = { "boolean", false } })
  local skip = o.skip
  paths.check_sequence(sequence, "total_variance", skip + 2)
  local total, whole = 0, o.cyclic and unwrap(sequence) or sequence
  for b = 1, sequence.batch do
    local path = whole:trial(b):slice(skip + 1, sequence.steps)
    local off = path - path:mean("rows")
    total = total + off:mul(off):sum() / (path.rows - 1)
  end
  return total / sequence.batch
end

--- How far trajectories go in a step: the mean distance between consecutive points of each.
-- @param sequence steps x trials x dimensions
-- @tab[opt] options `cyclic` (false): these are angles, and a step goes the shorter way round
-- @return trials x 1
-- @usage local mean = rx.step_distance(bearings, { cyclic = true }):mean()
function paths.step_distance(sequence, options)
  local o = check_options(options, { cyclic = { "boolean", false } })
  paths.check_sequence(sequence, "step_distance", 2)
  local distance = lengths(moves(sequence, 1, o.cyclic))
  local means = core.matrix(sequence.batch, 1)
  for b = 1, sequence.batch do means:set(b, 1, distance:trial(b):mean()) end
  return means
end

-- 1, 2, 5, 10, ... up to a quarter of the steps.
local function default_lags(steps)
  local lags = { 1 }
  for power = 0, 8 do
    for _, lead in ipairs { 2, 5, 10 } do
      local lag = lead * 10 ^ power // 1 | 0
      if lag <= steps / 4 then lags[#lags + 1] = lag end
    end
  end
  return lags
end

local function check_lags(lags, steps)
  if #lags == 0 then check.complain("bad option 'lags' (at least one expected, got none)") end
  for _, lag in ipairs(lags) do
    if not (check.is_whole(lag) and lag >= 1 and lag < steps) then
      check.complain("bad option 'lags' (whole numbers from 1 to %d expected, got %s)", steps - 1,
                     check.describe(lag))
    end
  end
end

-- Slope of y on x, two lists.
local function slope(x, y)
  local n, sx, sy, sxx, sxy = #x, 0, 0, 0, 0
  for i = 1, n do sx, sy = sx + x[i], sy + y[i] end
  for i = 1, n do sxx, sxy = sxx + (x[i] - sx / n) ^ 2, sxy + (x[i] - sx / n) * (y[i] - sy / n) end
  return sxy / sxx
end

-- With which power of the lag it grows; nil if that cannot be said.
local function exponent(lags, displacement)
  local x, y = {}, {}
  for i, lag in ipairs(lags) do x[i], y[i] = math.log(lag), math.log(displacement:get(1, i)) end
  for _, value in ipairs(y) do
    if value - value ~= 0 then return nil end
  end
  return #x > 1 and slope(x, y) or nil
end

--- How far trajectories get in so many steps: the mean over trials and all start times of the squared
-- distance, summed over coordinates.
-- @function rx.mean_squared_displacement
-- @tparam matrix sequence steps x trials x dimensions
-- @tab[opt] options `lags`, a list of numbers of steps (1, 2, 5, 10, ... up to a quarter of the steps);
--   `cyclic` (false): these are angles, and the trajectories go on across -pi and pi
-- @treturn matrix 1 x lags
-- @treturn number with which power of the lag it grows, by least squares of the logarithms: 1 for a random
--   walk, 2 for straight lines, 0 for what stays; nil if there are fewer than two lags, or nothing moves
-- @treturn {int,...} the lags
-- @usage local squares, power = rx.mean_squared_displacement(bearings, { lags = { 1, 2 }, cyclic = true })
function paths.mean_squared_displacement(sequence, options)
  local o = check_options(options, { lags = { "list" }, cyclic = { "boolean", false } })
  paths.check_sequence(sequence, "mean_squared_displacement", 2)
  local lags = o.lags or default_lags(sequence.steps)
  check_lags(lags, sequence.steps)
  local whole, squares = o.cyclic and unwrap(sequence) or sequence, core.matrix(1, #lags)
  for i, lag in ipairs(lags) do
    local moved = moves(whole, lag, false)
    squares:set(1, i, moved:mul(moved):sum() / moved.rows)
  end
  return squares, exponent(lags, squares), lags
end

local function directions_of(option, dims, rng)
  if check.is_matrix(option) then
    if option.cols == dims then return option end
    check.complain("bad option 'directions' (matrix of %d columns expected, got %s)", dims,
                   check.describe(option))
  end
  if dims == 1 then return core.matrix(1, 1, 1) end
  if not (check.is_whole(option) and option >= 1) then
    check.complain("bad option 'directions' (matrix, or whole number of at least 1, expected, got %s)",
                   check.describe(option))
  end
  if not rng then check.complain("bad option 'rng' (random generator expected, got nothing)") end
  return rng:normal(option, dims)
end

--- How far one set of points is from another: the sliced Wasserstein distance, the mean over directions of
-- the distance by which the points' projections would have to be moved, on average, to be alike.
-- @function rx.wasserstein
-- @tparam matrix a points, one a row
-- @tparam matrix b points, as many columns, any number of rows
-- @tab[opt] options `directions`, one a row, or how many are drawn (50), with `rng`; points on a line have
--   one alone
-- @treturn number
-- @treturn matrix of each direction, one column
-- @usage local distance = rx.wasserstein(points, data, { directions = 20, rng = rng })
function paths.wasserstein(a, b, options)
  check.argument("matrix", 1, "wasserstein", a)
  local o = check_options(options, { directions = { "any", DIRECTIONS }, rng = { "generator" } })
  local directions = directions_of(o.directions, a.cols, o.rng)
  local each = core.matrix(directions.rows, 1)
  local at_once = core.threads()
  for first in counted.numbers("directions", directions.rows, at_once) do
    local last = math.min(first + at_once - 1, directions.rows)
    each:slice(first, last):copy(core.wasserstein(a, b, directions:slice(first, last)))
  end
  return each:mean(), each
end

return paths
