--- Where units are active: rate maps, what they tell about place, how hexagonal they are, and tuning to
-- bearings.
-- @module reactivation.maps
-- @pragma nostrip

local check = require "reactivation.check"
local check_options = require "reactivation.check.options"
local core = require "reactivation.core"
local counted = require "reactivation.runs.counted"

local maps = {}

local MOST_BINS = 1000

local function check_positions(positions, name, dims)
  local holds = check.is_matrix(positions) and positions.cols >= 1 and positions.cols <= dims
  local expected = dims == 1 and "matrix of 1 column" or ("matrix of 1 to %d columns"):format(dims)
  check.that(holds and positions.rows > 0, 1, name, expected, positions)
end

local function check_bins(bins, least)
  if bins < least or bins > MOST_BINS then
    check.complain("bad option 'bins' (whole number from %d to %d expected, got %d)", least, MOST_BINS, bins)
  end
end

--- The share of the cells of a box, or of a circle, that some trial visits.
-- @function rx.coverage
-- @tparam matrix positions a sequence, or any rows, of 1 to 3 coordinates
-- @tab[opt] options `box`, its side, centred on 0 (2.2); `bins` along each coordinate (10); or `cyclic`
--   (false): these are angles, and the bins go once around
-- @treturn number from 0 to 1
-- @treturn number the share of the positions that lie outside the box and count nowhere
-- @usage local share = rx.coverage(points, { box = 8, bins = 4 })
-- @usage local around = rx.coverage(bearings, { cyclic = true, bins = 36 })
function maps.coverage(positions, options)
  check_positions(positions, "coverage", 3)
  local o = check_options(options, {
    box = { "positive", 2.2 }, bins = { "size", 10 }, cyclic = { "boolean", false },
  })
  check_bins(o.bins, 1)
  local side = o.cyclic and 2 * math.pi or o.box
  local occupancy, _, outside = core.bin_rates(positions, nil, side, o.bins, o.cyclic)
  return 1 - occupancy:eq(0):mean(), outside / positions.rows
end

local function check_activity(positions, activity, name)
  check.that(check.is_matrix(activity) and activity.rows == positions.rows, 2, name,
             ("matrix of %d rows"):format(positions.rows), activity)
end

--- Mean activity of units by place.
-- @function rx.rate_maps
-- @tparam matrix positions rows x 2
-- @tparam matrix activity rows x units
-- @tab[opt] options `box`, the side of the box, centred on 0, in which the positions lie (2.2); `bins` along
--   each side (20)
-- @treturn table `rates`, a sequence with a map for each unit: `rates:at(u)` is bins x bins, x down and y
--   across, NaN where no position lies; `occupancy`, bins x bins: how many lie there; `outside`, how many lie
--   outside the box and count nowhere, which cannot be all; `box` and `bins`
-- @usage
-- local maps = rx.rate_maps(rng:uniform(5000, 2, -1, 1), rng:uniform(5000, 3), { box = 2, bins = 10 })
-- print(maps.rates:at(1), rx.spatial_information(maps), rx.grid_score(maps.rates))
function maps.rate_maps(positions, activity, options)
  check.that(check.is_matrix(positions) and positions.cols == 2, 1, "rate_maps", "matrix of 2 columns",
             positions)
  check_activity(positions, activity, "rate_maps")
  local o = check_options(options, { box = { "positive", 2.2 }, bins = { "size", 20 } })
  check_bins(o.bins, 1)
  o.occupancy, o.rates, o.outside = core.bin_rates(positions, activity, o.box, o.bins, false)
  if o.outside == positions.rows then
    check.complain("maps of nothing: none of the %d positions lies in the box of side %g, centred on 0",
                   positions.rows, o.box)
  end
  return o
end

local function check_maps(value, name)
  local holds = type(value) == "table" and check.is_matrix(value.occupancy) and check.is_matrix(value.rates)
  check.that(holds, 1, name, "what rx.rate_maps or rx.tuning gave", value)
end

--- What a moment's activity tells about place, in bits for each unit of activity (Skaggs et al. 1993): the
-- sum over bins of p r/m log2(r/m), with the rate r there, the share p of the time and the mean rate m.
-- Few visits to a bin make it too large; `rx.shuffled` says by how much.
-- @function rx.spatial_information
-- @tab maps what `rx.rate_maps` or `rx.tuning` gave; rates are at least 0
-- @treturn matrix 1 x units, 0 of those that are silent
-- @usage
-- local maps = rx.rate_maps(rng:uniform(900, 2, -1, 1), rng:uniform(900, 3), { box = 2 })
-- print(rx.spatial_information(maps))
function maps.spatial_information(maps_of_units)
  check_maps(maps_of_units, "spatial_information")
  return core.spatial_information(maps_of_units.occupancy, maps_of_units.rates)
end

local function score_of_each(rates)
  local scores = core.matrix(1, rates.steps)
  for u in counted.numbers("maps", rates.steps) do scores:set(1, u, core.grid_score(rates:at(u)) or 0 / 0) end
  return scores
end

--- How hexagonal a map is. Its autocorrelogram is turned by 30, 60, ... degrees about its centre and
-- correlated with itself over the ring that holds the six nearest peaks, from 0.3 to 1.3 of their mean
-- distance; the score is the smaller of the correlations at 60 and 120 degrees less the largest at 30, 90 and
-- 150 (Sargolini et al. 2006). Between -2 and 2; a map with fewer than six peaks has none.
-- @function rx.grid_score
-- @tparam matrix map one map, NaN where it is not known; or the `rates` of `rx.rate_maps`
-- @treturn number score of one map, or nil if it has none; of several 1 x maps, NaN for those without
-- @treturn table of one map, `correlations` (1 x 5: at 30, 60, 90, 120, 150 degrees), `distance` of the peaks
--   in bins, `autocorrelogram`
-- @usage
-- local maps = rx.rate_maps(rng:uniform(5000, 2, -1, 1), rng:uniform(5000, 3), { box = 2 })
-- local scores = rx.grid_score(maps.rates)
function maps.grid_score(map)
  check.that(check.is_matrix(map) and map.rows > 0 and map.cols > 0, 1, "grid_score",
             "matrix with at least one element", map)
  if map.steps then return score_of_each(map) end
  local score, correlations, distance, autocorrelogram = core.grid_score(map)
  return score, { correlations = correlations, distance = distance, autocorrelogram = autocorrelogram }
end

-- Chance ------------------------------------------------------------------------------------------

-- The rows of positions beside other activity: of each trial those of another, and later ones first, by a
-- shift of at least `least` steps around its length.
local function shift(positions, least, rng)
  local steps, batch = positions.steps or positions.rows, positions.steps and positions.batch or 1
  local draws = rng:uniform(2, 1)
  local by = least + math.floor(draws:get(1, 1) * (steps - 2 * least + 1))
  local trials = math.floor(draws:get(2, 1) * batch)
  local rows = {}
  for t = 0, steps - 1 do
    for b = 0, batch - 1 do
      rows[t * batch + b + 1] = (t + by) % steps * batch + (b + trials) % batch + 1
    end
  end
  return positions:rows_at(rows)
end

--- What a statistic of maps is by chance: positions are shifted in time against the activity, around the
-- length of the recording, and of a sequence also to another trial; what units do over time stays as it is.
-- @function rx.shuffled
-- @tparam matrix positions rows x 2, or rows x 1 with `cyclic`
-- @tparam matrix activity rows x units
-- @tparam function statistic of what `rx.rate_maps` (with `cyclic` `rx.tuning`) gives -> 1 x units
-- @tab options those of `rx.rate_maps` or `rx.tuning`, `cyclic` (false), and `rng`; `shuffles` (100);
--   `least`, the least shift (20 steps, or a quarter of the steps if they are fewer than 80)
-- @treturn matrix shuffles x units
-- @usage
-- local positions, activity = rng:uniform(900, 2, -1, 1), rng:uniform(900, 3)
-- local chance = rx.shuffled(positions, activity, rx.spatial_information, { box = 2, rng = rng })
-- print("five in a hundred exceed", rx.quantile(chance:column(1), 0.95))
function maps.shuffled(positions, activity, statistic, options)
  check_positions(positions, "shuffled", 2)
  check_activity(positions, activity, "shuffled")
  check.that(type(statistic) == "function", 3, "shuffled", "function", statistic)
  local o = check_options(options, {
    box = { "positive" }, bins = { "size" }, cyclic = { "boolean", false }, shuffles = { "size", 100 },
    least = { "size" }, rng = { "generator", required = true },
  })
  local steps = positions.steps or positions.rows
  o.least = o.least or math.min(20, steps // 4)
  if 2 * o.least > steps then
    check.complain("bad option 'least' (at most half of the %d steps expected, got %d)", steps, o.least)
  end
  local how = { bins = o.bins, box = o.box }
  local map = o.cyclic and maps.tuning or maps.rate_maps
  local chance = core.matrix(o.shuffles, activity.cols)
  for i in counted.numbers("shuffles", o.shuffles) do
    chance:row(i):copy(statistic(map(shift(positions, o.least, o.rng), activity, how)))
  end
  return chance
end

-- Bearings ----------------------------------------------------------------------------------------

-- A copy in which what is not known, NaN, is 0.
local function known(rates, occupancy)
  local visited = {}
  for b = 1, occupancy.cols do
    if occupancy:get(1, b) > 0 then visited[#visited + 1] = b end
  end
  return rates:t():rows_at(visited):t(), visited
end

--- Mean activity of units by bearing.
-- @function rx.tuning
-- @tparam matrix bearings rows x 1, rad
-- @tparam matrix activity rows x units
-- @tab[opt] options `bins`, around the circle from -pi on (36)
-- @treturn table `rates` (units x bins, NaN where there was no bearing), `occupancy` and `center` (1 x bins);
--   and of each unit (1 x units) the `preferred` bearing, the circular mean of its curve, its `length`, from
--   0 for a flat curve to 1, both NaN if it is silent, and `peak`, its highest rate. Of activity below 0
--   `length` means nothing
-- @usage
-- local tuning = rx.tuning(bearings, states:abs(), { bins = 18 })
-- print(tuning.preferred, tuning.length)
function maps.tuning(bearings, activity, options)
  check_positions(bearings, "tuning", 1)
  check_activity(bearings, activity, "tuning")
  local o = check_options(options, { bins = { "size", 36 } })
  check_bins(o.bins, 2)
  local tuning = {}
  tuning.occupancy, tuning.rates = core.bin_rates(bearings, activity, 2 * math.pi, o.bins, true)
  tuning.center = (2 * math.pi / o.bins * (core.matrix(o.bins, 1, 1):cumsum() - 0.5) - math.pi):t()
  local rates, visited = known(tuning.rates, tuning.occupancy)
  local center = tuning.center:t():rows_at(visited)
  local x, y, sum = rates * center:cos(), rates * center:sin(), rates:sum("columns")
  tuning.length = ((x:mul(x) + y:mul(y)):sqrt() / sum):t()
  tuning.preferred = y:atan2(x):t() + 0 * tuning.length -- NaN where that is
  tuning.peak = core.matrix(1, rates.rows)
  for u = 1, rates.rows do tuning.peak:set(1, u, rates:row(u):max()) end
  return tuning
end

return maps
