-- All that experiments/theory.lua measures of one network of head direction, as numbers by name. What the
-- estimators are, ring.lua beside this says; letters are those of docs/theory.md.

local along = require "reactivation.dynamics.along"
local core = require "reactivation.core"
local density = require "reactivation.analysis.density"
local heading = require "krishna2024.heading"
local ideal = require "krishna2024.theory.ideal"
local movement = require "reactivation.analysis.movement"
local paths = require "reactivation.analysis.paths"
local phases = require "reactivation.networks.phases"
local principal = require "reactivation.analysis.pca"
local rest = require "reactivation.dynamics.rest"
local ring = require "krishna2024.theory.ring"
local slow_points = require "reactivation.dynamics.slow_points"
local statistics = require "reactivation.analysis.statistics"

local theory = {}

theory.factors = { 0.5, 1, 2, 4 }         -- of the noise variance at rest
theory.pulses = { 1, 2, 5, 10 }           -- steps after a turn was put in
theory.modes = {                          -- of rest
  { "noise", rest.noise(2) }, { "published", rest.adaptation() },
  { "keeping", rest.adaptation { keeps = true } }, { "momentum", rest.momentum(0.3) },
  { "gain", rest.gain(1.02) },
}
theory.scores = { -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2 } -- over the noise's sd, where the drift is seen
theory.measures = { "step", "speed", "reach", "reversals", "coverage", "exponent" }

local BINS = 36
local LAG = 20 -- steps of the moves that short runs are judged by

local function put(numbers, prefix, found, names)
  for _, name in ipairs(names) do numbers[prefix .. "_" .. name] = found[name] end
end

-- Every n-th row.
local function every(rows, n)
  local list = {}
  for i = 1, rows.rows, n do list[#list + 1] = i end
  return rows:rows_at(list)
end

-- a, b: one step ---------------------------------------------------------------------------------------

-- The mean of the drift's components where the score's lie in a bin, both over the noise of a step.
local function drift_by_score(net, r, rng, numbers)
  local variance = net.sigma ^ 2 * net.dt
  local sd = math.sqrt(variance)
  local states = ring.about(r, variance, rng)
  local score, drift = ring.score(r, variance, states) / sd, net:drift(states) / sd
  for i, x in ipairs(theory.scores) do
    local within = score:ge(x - 0.25):mul(score:lt(x + 0.25))
    numbers[("drift_%d"):format(i)] = within:mul(drift):sum() / within:sum()
  end
end

local function of_a_step(net, task, awake, waking, resting, rng, numbers)
  local variance = net.sigma ^ 2 * net.dt
  local names = { "slope", "explained", "cosine" }
  put(numbers, "rest", ring.drift_on_score(net, resting, ring.about(resting, variance, rng)), names)
  drift_by_score(net, resting, rng, numbers)
  put(numbers, "awake", ring.drift_on_score(net, waking, statistics.thin(awake.states, 500)), names)
  local pca = principal.pca(awake.states)
  put(numbers, "gain", ring.gains(net, resting, pca, rng), { "normal", "radial", "tangent" })
  numbers.radial_ratio, numbers.radial_linear = ring.radial_ratio(net, awake, pca, variance)
  local readout = net:effective().w_out
  local input = ring.input(net, task, awake, readout)
  for _, name in ipairs { "output", "whole", "shuffled" } do
    put(numbers, "input_" .. name, input[name], { "slope", "cosine" })
  end
  local gains = ring.pulse(net, resting, 10, 0.1)
  for _, t in ipairs(theory.pulses) do numbers[("pulse_%d"):format(t)] = gains[t] end
  numbers.size_of_ring = ring.lengths(waking.states - waking.states:mean("rows")):mean()
  numbers.tangent, numbers.tangent_at_rest = ring.lengths(waking.tangent):mean(),
                                             ring.lengths(resting.tangent):mean()
end

-- c: the bounds, along a training ------------------------------------------------------------------------

-- Of networks along a training, oldest first: bound_1, bound_2, ...
function theory.bounds(list, task, rng, numbers)
  for i, net in ipairs(list) do
    local awake = ring.awake(net, task, 50, rng)
    local found = ring.bounds(net, task, awake, net:effective().w_out, rng)
    for name, value in pairs(found) do numbers[("%s_%d"):format(name, i)] = value end
  end
end

-- d: temperature -----------------------------------------------------------------------------------------

-- States across a ring that rests: their variance about the mean state at their bearing, for each of the
-- dimensions across, over V; nil where some bearings are not visited.
local function spread(states, bearings, variance)
  local whole, mean, grid = pcall(along.mean_states, states, bearings, { width = 0.15 })
  if not whole then return nil end
  local own = ring.of(mean, grid, variance)
  local some = statistics.thin(states, 4000)
  local off = some - ring.nearest(own, some)
  return off:mul(off):sum() / (some.rows * (some.cols - 1) * variance)
end

local function divergence(bearings, waking, rng)
  local resting = core.kde(statistics.thin(bearings, 4000), { cyclic = true })
  return density.kl(resting, waking, { samples = 1000, rng = rng })
end

-- Rest from even starts under noise of factor k.
local function temperatures(net, o, starts, waking, rng, numbers, prefix)
  for _, k in ipairs(theory.factors) do
    local states, outputs = net:forward {
      state = starts, steps = o.steps, sigma = math.sqrt(k) * net.sigma, rng = rng,
    }
    local from = o.steps // 4 * starts.rows + 1
    states, outputs = states:slice(from, states.rows), outputs:slice(from, outputs.rows)
    local bearings = heading.bearing(outputs)
    numbers[("%svariance_%g"):format(prefix, k)] = spread(states, bearings, net.sigma ^ 2 * net.dt)
    local last = bearings:slice(bearings.rows - starts.rows * 20 + 1, bearings.rows)
    numbers[("%skl_%g"):format(prefix, k)] = divergence(last, waking, rng)
  end
end

-- The theory's own network about a ring, read out as a network is.
local function ideal_network(r, net)
  local own = ideal(r.states, { sigma = net.sigma, dt = net.dt, rng = net.rng, outputs = net.outputs })
  own.weights.w_out:copy(net:effective().w_out)
  return own
end

-- e, f: in the long run ----------------------------------------------------------------------------------

local function histogram(bearings)
  return statistics.histogram(bearings, -math.pi, math.pi, BINS)
end

-- KL(found || law) over bins, and the correlation of the logarithms where both have something.
local function compare(found, law)
  local kl, xs, ys, width = 0, {}, {}, 2 * math.pi / BINS
  for b = 1, BINS do
    local p, q = found.density[b], law.density:get(1, b)
    if p > 0 then
      kl = kl + p * width * math.log(p / q)
      xs[#xs + 1], ys[#ys + 1] = math.log(p), math.log(q)
    end
  end
  local x, y = core.matrix { xs }, core.matrix { ys }
  x, y = x - x:mean(), y - y:mean()
  return kl, x:mul(y):sum() / math.sqrt(x:mul(x):sum() * y:mul(y):sum())
end

-- The law that drift and diffusion of short runs lead to; nil of a network that leaves some bearings so fast
-- that hardly a move begins there.
local function law_of_short_runs(net, starts, rng)
  local run = phases.decoded(net, heading.decoder, { state = starts, steps = 400, rng = rng })
  local from = run:slice(1, run.rows - LAG * starts.rows)
  local rarest = math.min(table.unpack(histogram(from).density)) * from.rows * 2 * math.pi / BINS
  return rarest > 1.5 and along.fokker_planck(run, { lag = LAG, bins = BINS, cyclic = true }) or nil
end

local function in_the_long_run(net, o, starts, rng, numbers)
  local long = every(starts, 6)
  local law = law_of_short_runs(net, every(starts, 2), rng)
  local run = phases.decoded(net, heading.decoder, { state = long, steps = o.long, rng = rng })
  local late = run:slice(run.rows // 2 + 1, run.rows)
  local gathered = histogram(late)
  if law then numbers.law_kl, numbers.law_correlation = compare(gathered, law) end
  numbers.uniform_kl = compare(gathered, { density = core.matrix(1, BINS, 1 / (2 * math.pi)) })
  local first = run:at(1)
  for _, t in ipairs(theory.times(o.long)) do
    local off = (run:at(t) - first):wrap()
    numbers[("memory_%d"):format(t)] = math.sqrt(off:cos():mean() ^ 2 + off:sin():mean() ^ 2)
  end
  local whole = run:slice(1, math.min(1000, o.long) * long.rows):as_sequence(math.min(1000, o.long))
  local moved = paths.mean_squared_displacement(whole, { lags = { 50 }, cyclic = true })
  numbers.diffusion = moved:get(1, 1) / 50
  local _, near = paths.mean_squared_displacement(whole, { lags = { 50, 100, 200 }, cyclic = true })
  local _, far = paths.mean_squared_displacement(whole, { lags = { 200, 400, 800 }, cyclic = true })
  numbers.exponent_50_200, numbers.exponent_200_800 = near, far
  local turning = movement.movement(run, { cyclic = true })
  numbers.turning, numbers.turning_z = turning.turning, turning.turning_z
  return { gathered = gathered, law = law }
end

function theory.times(long)
  local list, t = {}, 2
  while t < long do
    list[#list + 1] = t
    t = t * 4
  end
  list[#list + 1] = long
  return list
end

-- Slow points by bearing; of networks without biases their rays.
local function points(net, r, rays, numbers)
  local found = slow_points(net, r.states, { starts = 120, rays = rays })
  local bearings = heading.bearing(found.states * net:effective().w_out:t())
  local order, stable = {}, 0
  for k = 1, found.states.rows do
    order[k] = k
    if found.stable[k] then stable = stable + 1 end
  end
  table.sort(order, function(a, b) return bearings:get(a, 1) < bearings:get(b, 1) end)
  local alternating = #order > 1
  for i, k in ipairs(order) do
    alternating = alternating and found.stable[k] ~= found.stable[order[i % #order + 1]]
  end
  numbers.stable, numbers.saddles = stable, #order - stable
  numbers.alternating = alternating and 1 or 0
  if rays and #order > 0 then numbers.ray_growth = found.growth:mean() end
  local turn = net:drift(r.states):mul(r.tangent):sum("columns") / r.tangent:mul(r.tangent):sum("columns")
  numbers.turn = ring.median(turn:abs())
  return { bearings = bearings, stable = found.stable }
end

-- g, h: movement by mode of rest ---------------------------------------------------------------------------

local function ways_to_rest(net, task, o, rng, numbers)
  local modes = {}
  for i, mode in ipairs(theory.modes) do modes[i] = mode[2] end
  local smooth = { batch = function(_, ...) return task:batch(...) end, decode = heading.decoder.decode }
  local found = rest.scan(net, smooth, modes, { rng = rng, trials = 100, steps = o.steps, cyclic = true })
  for i, mode in ipairs(theory.modes) do
    local moved = found[i].movement
    numbers[mode[1] .. "_exploded"] = found[i].exploded and 1 or 0
    if moved then
      put(numbers, mode[1], moved.asleep, theory.measures)
      put(numbers, "waking", moved.awake, theory.measures)
      put(numbers, mode[1], moved, { "kl", "wasserstein", "size" })
      numbers.floor_kl, numbers.floor_wasserstein = moved.floor.kl, moved.floor.wasserstein
    end
  end
end

-- All tests of one network.
-- @param net with the noise that it has awake
-- @param task of head direction
-- @tab o `steps` of a rest, `long` of a long one; `truth`: sort waking states by the true bearing; `rays`: a
--   network that has rays in place of slow points; `ideal`: measure the theory's own network, too
-- @param rng
-- @treturn table numbers by name
-- @treturn table `gathered`, `law` and `points`, for a picture
function theory.measure(net, task, o, rng)
  local numbers = {}
  local awake = ring.awake(net, task, 200, rng)
  local waking, resting = ring.both(net, awake, o.truth and awake.truth or awake.decoded)
  numbers.error = task:distance(awake.decoded, awake.truth):mean()
  of_a_step(net, task, awake, waking, resting, rng, numbers)
  numbers.diffusion_predicted, numbers.diffusion_least = ring.diffusion(net, resting, net.sigma ^ 2 * net.dt)
  local density_awake = core.kde(statistics.thin(awake.decoded, 4000), { cyclic = true })
  local starts = every(resting.states, 2)
  temperatures(net, o, starts, density_awake, rng, numbers, "")
  if o.ideal then
    temperatures(ideal_network(waking, net), o, every(waking.states, 2), density_awake, rng, numbers,
                 "ideal_")
  end
  local picture = in_the_long_run(net, o, resting.states, rng, numbers)
  picture.points = points(net, resting, o.rays, numbers)
  ways_to_rest(net, task, o, rng, numbers)
  return numbers, picture
end

return theory
