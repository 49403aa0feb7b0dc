--- Movement along one coordinate, such as the bearing on a ring: the states there, and where drift and
-- diffusion gather it in the long run.
-- @module reactivation.along

local check = require "reactivation.check"
local check_options = require "reactivation.check.options"
local core = require "reactivation.core"
local counted = require "reactivation.runs.counted"
local paths = require "reactivation.analysis.paths"

local along = {}

local PART = 4096 -- rows that are weighed at a time

--- The mean state at each bearing of an even grid: the ring that a network's states lie about. States count
-- by how near their bearing is, with a circular (von Mises) kernel.
-- @function rx.mean_states
-- @tparam matrix states rows x units
-- @tparam matrix bearings rows x 1, rad, decoded or true
-- @tab[opt] options `points` of the grid, from -pi on (360); `width` of the kernel (0.1 rad)
-- @treturn matrix points x units
-- @treturn matrix their bearings, points x 1
-- @usage local ring = rx.mean_states(states, bearings, { points = 90, width = 0.3 })
function along.mean_states(states, bearings, options)
  check.argument("matrix", 1, "mean_states", states)
  local fits = check.is_matrix(bearings) and bearings.cols == 1 and bearings.rows == states.rows
  check.that(fits and states.rows > 0, 2, "mean_states", ("%d x 1 matrix"):format(states.rows), bearings)
  local o = check_options(options, { points = { "size", 360 }, width = { "positive", 0.1 } })
  local grid = 2 * math.pi / o.points * (core.matrix(o.points, 1, 1):cumsum() - 1) - math.pi
  local sums, totals = core.matrix(o.points, states.cols), core.matrix(o.points, 1)
  for first in counted.numbers("states", states.rows, PART) do
    local last = math.min(first + PART - 1, states.rows)
    local apart = core.matrix(o.points, last - first + 1) + grid - bearings:slice(first, last):t()
    local weights = ((apart:cos() - 1) / o.width ^ 2):exp()
    sums, totals = sums + weights * states:slice(first, last), totals + weights:sum("columns")
  end
  if totals:min() < 1e-12 then
    check.complain("no bearing comes near some points of the grid: more states, or a wider kernel, expected")
  end
  return sums / totals, grid
end

-- Moments of the moves in `lag` steps by the bin where they begin: lists of count, mean and variance.
local function moves_by_bin(sequence, o, side)
  local whole = o.cyclic and paths.unwrap(sequence) or sequence
  local moved = paths.moves(whole, o.lag, false)
  local from = sequence:slice(1, moved.rows)
  local occupancy, mean = core.bin_rates(from, moved, side, o.bins, o.cyclic)
  local _, square = core.bin_rates(from, moved:mul(moved), side, o.bins, o.cyclic)
  local variance = {}
  for b = 1, o.bins do
    local n = occupancy:get(1, b)
    variance[b] = (square:get(1, b) - mean:get(1, b) ^ 2) * n / (n - 1)
    local known = n >= 2 and variance[b] > 0
    if not known then
      check.complain("moves from bin %d of %d are too few, or all alike: fewer bins, or more runs, expected",
                     b, o.bins)
    end
  end
  return mean, variance
end

-- x / (e^x - 1)
local function bernoulli(x)
  return math.abs(x) < 1e-8 and 1 - x / 2 or x / (math.exp(x) - 1)
end

-- The stationary law of rates from i to j (i ~= j), by elimination without subtraction (Grassmann, Taksar &
-- Heyman 1985), which loses no digits however rare a state is.
local function stationary(rates)
  local n = #rates
  for k = n, 2, -1 do
    local out = 0
    for j = 1, k - 1 do out = out + rates[k][j] end
    for i = 1, k - 1 do
      local share = rates[i][k] / out
      rates[i][k] = share
      if share > 0 then
        for j = 1, k - 1 do rates[i][j] = rates[i][j] + share * rates[k][j] end
      end
    end
  end
  local law = { 1 }
  for k = 2, n do
    law[k] = 0
    for i = 1, k - 1 do law[k] = law[k] + law[i] * rates[i][k] end
  end
  return law
end

-- Rates between neighbouring bins for what diffusion times density does (Scharfetter & Gummel 1969).
local function rates_between(drift, diffusion, width, cyclic)
  local n, rates = #drift, {}
  for i = 1, n do
    rates[i] = {}
    for j = 1, n do rates[i][j] = 0 end
  end
  for i = 1, cyclic and n or n - 1 do
    local j = i % n + 1
    local pull = width * (drift[i] / diffusion[i] + drift[j] / diffusion[j]) / 2
    rates[i][j], rates[j][i] = rates[i][j] + bernoulli(-pull), rates[j][i] + bernoulli(pull)
  end
  return rates
end

local function row(list)
  return core.matrix { list }
end

--- Where a coordinate gathers in the long run, from its drift and diffusion at each place: the stationary
-- solution of the Fokker-Planck equation dp/dt = -d(v p)/dx + d2(D p)/dx2. Both are measured on runs that
-- need not be long, but have to begin everywhere; that only the place matters, not what came before, is the
-- assumption.
-- @function rx.fokker_planck
-- @tparam matrix sequence steps x trials x 1: bearings, or a coordinate between two walls
-- @tab[opt] options `lag`, steps in which moves are measured (20); `bins` (36); `cyclic` (false): bearings;
--   or `box`, the distance of the walls, with 0 between them (2.2)
-- @treturn table 1 x bins each: `center`; `drift`, v, and `diffusion`, D, a step; `density`, of the
--   stationary law
-- @usage
-- local walk = rng:normal(60 * 50, 1, 0, 0.3):as_sequence(60):cumsum():wrap()
-- local law = rx.fokker_planck(walk, { lag = 5, bins = 6, cyclic = true })
-- print(law.density)
function along.fokker_planck(sequence, options)
  local o = check_options(options, {
    lag = { "size", 20 }, bins = { "size", 36 }, cyclic = { "boolean", false }, box = { "positive", 2.2 },
  })
  if o.bins < 2 then check.complain("bad option 'bins' (whole number of at least 2 expected, got 1)") end
  paths.check_sequence(sequence, "fokker_planck", o.lag + 1)
  check.that(sequence.cols == 1, 1, "fokker_planck", "sequence of one coordinate", sequence)
  local side = o.cyclic and 2 * math.pi or o.box
  local mean, variance = moves_by_bin(sequence, o, side)
  local law, drift, diffusion, center, width = {}, {}, {}, {}, side / o.bins
  for b = 1, o.bins do
    drift[b], diffusion[b] = mean:get(1, b) / o.lag, variance[b] / (2 * o.lag)
    center[b] = (b - 0.5) * width - side / 2
  end
  local flow, sum = stationary(rates_between(drift, diffusion, width, o.cyclic)), 0
  for b = 1, o.bins do
    law[b] = flow[b] / diffusion[b]
    sum = sum + law[b] * width
  end
  return { center = row(center), drift = row(drift), diffusion = row(diffusion), density = row(law) / sum }
end

return along
