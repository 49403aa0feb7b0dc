--- Where a network at rest stands still, or nearly.
-- @module reactivation.slow_points

local check = require "reactivation.check"
local check_options = require "reactivation.check.options"
local core = require "reactivation.core"
local counted = require "reactivation.runs.counted"
local steps = require "reactivation.dynamics.steps"
local statistics = require "reactivation.analysis.statistics"

local CHUNK = 8 -- starts, or spectra, between two looks at the clock

local function norms(rows)
  return rows:mul(rows):sum("columns"):sqrt()
end

-- Find the ends of all starts, some at a time.
local function search(step, starts, o)
  local found = {
    points = core.matrix(starts.rows, starts.cols), speed = core.matrix(starts.rows, 1),
    growth = core.matrix(starts.rows, 1),
  }
  for first in counted.numbers("starts", starts.rows, CHUNK) do
    local last = math.min(first + CHUNK - 1, starts.rows)
    local some = starts:slice(first, last)
    local points, speed, growth = core.slow_points(step, some, o.tolerance, o.speed, o.iterations, o.rays)
    found.points:slice(first, last):copy(points)
    found.speed:slice(first, last):copy(speed)
    found.growth:slice(first, last):copy(growth)
  end
  return found
end

-- The slowest first, each with how many ends lie at it; ends that are faster than `limit` are left out.
local function distinct(found, limit, apart)
  local order, kept, counts = {}, {}, {}
  for i = 1, found.speed.rows do
    if found.speed:get(i, 1) <= limit then order[#order + 1] = i end
  end
  table.sort(order, function(a, b)
    local x, y = found.speed:get(a, 1), found.speed:get(b, 1)
    return x < y or x == y and a < b
  end)
  for _, i in ipairs(order) do
    local near
    for k, j in ipairs(kept) do
      near = near or norms(found.points:row(i) - found.points:row(j)):get(1, 1) < apart and k
    end
    if near then counts[near] = counts[near] + 1 else kept[#kept + 1], counts[#counts + 1] = i, 1 end
  end
  return kept, counts
end

-- By rising first coordinate, so that the same points come in the same order.
local function in_order(found, kept, counts)
  local count_of = {}
  for k, i in ipairs(kept) do count_of[i] = counts[k] end
  table.sort(kept, function(a, b)
    for j = 1, found.points.cols do
      local x, y = found.points:get(a, j), found.points:get(b, j)
      if x ~= y then return x < y end
    end
    return a < b
  end)
  for k, i in ipairs(kept) do counts[k] = count_of[i] end
end

-- How many directions grow; of a ray, beside it: its own growth is left out, and the others are by
-- comparison.
local function unstable(real, imaginary, growth, rays)
  local own, nearest, count = nil, math.huge, 0
  for j = 1, real.cols do
    local off = math.abs(real:get(1, j) - growth) + math.abs(imaginary:get(1, j))
    if rays and off < nearest then own, nearest = j, off end
  end
  for j = 1, real.cols do
    local modulus = math.sqrt(real:get(1, j) ^ 2 + imaginary:get(1, j) ^ 2)
    if j ~= own and modulus >= growth then count = count + 1 end
  end
  return count
end

local function add_spectra(step, result, rays)
  result.stable, result.unstable, result.eigenvalues = {}, {}, {}
  for first in counted.numbers("spectra", result.states.rows, CHUNK) do
    local last = math.min(first + CHUNK - 1, result.states.rows)
    local real, imaginary = core.spectra(step, result.states:slice(first, last))
    for i = 1, real.rows do
      local k = first + i - 1
      result.eigenvalues[k] = { real = real:row(i), imaginary = imaginary:row(i) }
      result.unstable[k] = unstable(real:row(i), imaginary:row(i), result.growth:get(k, 1), rays)
      result.stable[k] = result.unstable[k] == 0
    end
  end
end

-- A search for rays needs a network of which they are a property.
local function check_homogeneous(step, starts)
  local some = statistics.thin(starts, 10)
  local twice = core.drift(step, 2 * some)
  local off = (twice - 2 * core.drift(step, some)):abs():max()
  if off > 1e-5 * twice:abs():max() then
    check.complain("bad option 'rays' (a network whose step of 2 r is twice that of r expected: one " ..
                   "without biases, with an activation such as relu)")
  end
end

local function median_speed(step, starts)
  return (statistics.quantile(norms(core.drift(step, starts)), 0.5))
end

--- The points where a network at rest stands still, or nearly (Sussillo & Barak 2013), with what happens
-- about them. From each start the speed is brought down by Newton's method where it helps and by descent
-- where it does not, in double precision.
--
-- A ReLU network without biases stands still at 0 alone, for with r any c r is a trajectory; but it has rays
-- that lead to themselves, along which it grows or shrinks: `rays`.
-- @function rx.slow_points
-- @param net
-- @tparam matrix|table states where to start, such as waking states
-- @tab[opt] options
--
-- * `starts`: how many of the states, at most (200)
-- * `speed`: points where a step goes farther than this are left out (a thousandth of the median at the
--   starts)
-- * `apart`: points that are nearer to one another are one (1e-4 of the states' length)
-- * `tolerance`: what moves less than this in a step stands still (1e-9 of the states' length); `iterations`
--   from one start (100)
-- * `rays` (false): look for rays, each a state of length 1
-- @treturn table
--
-- * `states`, one a row, by rising first coordinate; `speed`, how far a step takes each, one column
-- * `stable`: a list of booleans, whether all that is near comes nearer; `unstable`, of how many directions
--   lead away
-- * `eigenvalues`, a list: of the step's derivative there, `real` and `imaginary`, by falling modulus
-- * `reached`, a list: from how many starts; `missed`: how many of the `starts` ended nowhere slow
-- * `growth`, one column: of rays by what factor a step takes them along, else 1
-- * `ends` and `end_speed`: where all starts ended
-- @treturn ?string if no start ended at a slow point, a sentence that says so
-- @usage
-- local points = rx.slow_points(net, states, { starts = 20 })
-- for k = 1, points.states.rows do print(points.stable[k], points.speed:get(k, 1), points.reached[k]) end
return function(net, states, options)
  check.argument("network", 1, "slow_points", net)
  local all = steps.states(net, states, 2, "slow_points")
  local fits = all.rows > 0 and all:is_finite()
  check.that(fits, 2, "slow_points", "states of finite numbers, at least one,", all)
  local o = check_options(options, {
    starts = { "size", 200 }, speed = { "positive" }, apart = { "positive" }, tolerance = { "positive" },
    iterations = { "size", 100 }, rays = { "boolean", false },
  })
  local step, starts = steps.of(net, false), statistics.thin(all, o.starts)
  if o.rays then check_homogeneous(step, starts) end
  local size = o.rays and 1 or math.sqrt(starts:mul(starts):sum() / starts.rows)
  if size == 0 then size = 1 end
  o.tolerance = o.tolerance or 1e-9 * size
  o.speed = o.speed or math.max(1e-3 * median_speed(step, starts), 10 * o.tolerance)
  local found = search(step, starts, o)
  local kept, counts = distinct(found, o.speed, o.apart or 1e-4 * size)
  in_order(found, kept, counts)
  local result = {
    states = found.points:rows_at(kept), speed = found.speed:rows_at(kept),
    growth = found.growth:rows_at(kept), reached = counts, starts = starts.rows, missed = starts.rows,
    ends = found.points, end_speed = found.speed,
  }
  for _, count in ipairs(counts) do result.missed = result.missed - count end
  add_spectra(step, result, o.rays)
  if #kept > 0 then return result end
  return result, ("none of %d starts came to a slow point: the slowest moves %.3g a step, more than %.3g")
                 :format(starts.rows, found.speed:min(), o.speed)
end
