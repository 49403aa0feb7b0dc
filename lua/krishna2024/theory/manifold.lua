-- The theory's tests on small networks of spatial navigation: as for head direction (ring.lua), with a sheet
-- of states, the mean at each decoded position, in place of the ring.

local core = require "reactivation.core"
local density = require "reactivation.analysis.density"
local paper = require "krishna2024.paper"
local paths = require "reactivation.analysis.paths"
local regression = require "reactivation.analysis.regression"
local ring = require "krishna2024.theory.ring"
local rnn = require "reactivation.cells.rnn"
local slow_points = require "reactivation.dynamics.slow_points"
local spatial_navigation = require "reactivation.tasks.spatial_navigation"
local statistics = require "reactivation.analysis.statistics"
local train = require "reactivation.training.train"

local manifold = {}

local SIDE, REACH = 21, 0.85  -- points of its grid along each coordinate, and how far from 0 they go (m)
local WIDTH = 0.12            -- of the kernel that means are taken with (m)
local CELLS = 64              -- fewer than the paper's, so that a training takes a minute or two

local TRIALS = 64             -- of a batch

manifold.settings = { "tonic", "text" }
manifold.factors = { 1, 2, 4 } -- of the noise variance at rest
manifold.pulses = { 1, 2, 5, 10 }

-- What is measured, how a report calls it, and in which unit.
manifold.names = {
  { "error", "decoding error awake", "m" },
  { "rest_slope", "Eq. 16, slope of the drift on the score, about the sheet at rest" },
  { "awake_slope", "Eq. 16, the same, awake" },
  { "rest_cosine", "Eq. 16, its cosine about the sheet at rest" },
  { "gain_normal", "Eq. 16, pull of a step, random directions across" },
  { "gain_tangent", "Eq. 16, along the sheet" },
  { "input_output_slope", "Eq. 18, input's part of a step on the theory's, slope in the outputs" },
  { "input_output_cosine", "Eq. 18, its cosine in the outputs" },
  { "input_whole_cosine", "Eq. 18, its cosine in the whole state" },
  { "pulse_1", "Eq. 18, position moved a step after an input, over it" },
  { "pulse_10", "Eq. 18, ten steps after" },
  { "loss", "Eq. 3, L" }, { "upper", "Eq. 14, L upper" }, { "holds", "Eq. 11, share of states with L <= L2" },
  { "variance_1", "Eq. 19, variance off the sheet over V, noise x 1" },
  { "variance_2", "Eq. 19, noise x 2" }, { "variance_4", "Eq. 19, noise x 4" },
  { "kl_1", "Eq. 19, divergence of positions, noise x 1", "nats" },
  { "kl_2", "Eq. 19, noise x 2", "nats" }, { "kl_4", "Eq. 19, noise x 4", "nats" },
  { "size", "replay, |r| over waking, noise x 2" }, { "step", "movement, step at rest", "m" },
  { "waking_step", "movement, step awake", "m" },
  { "exponent", "in time, exponent of displacement, 20 to 100 steps" },
  { "stable", "gathering, stable slow points (text: rays)" }, { "saddles", "gathering, saddles" },
  { "ray_growth", "gathering, growth of a ray in a step" },
}

-- A small network of a setting ("text", "code", "tonic"), not trained, and its task.
function manifold.network(setting, units, seed)
  local values, law = paper.spatial_navigation, paper.noise[setting]
  local task = spatial_navigation { cells = CELLS, width = values.width, steps = values.steps }
  return rnn {
    inputs = task.inputs, units = units, outputs = task.outputs, init = task.init, dt = values.dt,
    tau = values.tau, sigma = values.sigma, noise = law.noise, bias = law.bias, rng = core.random(seed),
  }, task
end

-- The same, trained for o.batches, with its checkpoint in a folder.
function manifold.get(setting, seed, o, folder)
  local net, task = manifold.network(setting, o.units, seed)
  train(net, task, {
    batches = o.batches, size = TRIALS, rate = paper.spatial_navigation.rate,
    checkpoint = folder:path "checkpoint.h5", progress = folder:path "progress.json",
  })
  return net, task
end

-- SIDE^2 positions, x along the rows of the grid and y from row to row.
local function grid()
  local rows, step = {}, 2 * REACH / (SIDE - 1)
  for i = 0, SIDE - 1 do
    for j = 0, SIDE - 1 do rows[#rows + 1] = { j * step - REACH, i * step - REACH } end
  end
  return core.matrix(rows)
end

-- The mean state at each position of the grid, states counting by how near theirs is.
local function mean_states(states, positions, at)
  local squares = positions:mul(positions):sum("columns"):t()
  local off = squares - 2 * at * positions:t()
  local weights = (-(off - off:min("columns")) / (2 * WIDTH ^ 2)):exp()
  return weights * states / weights:sum("columns")
end

-- Rows of the grid by the numbers of their row and column, which end at its edges.
local function numbers(rows_of, columns_of)
  local list = {}
  for i = 1, SIDE do
    for j = 1, SIDE do
      local row, column = rows_of(i), columns_of(j)
      list[#list + 1] = (math.max(1, math.min(SIDE, row)) - 1) * SIDE + math.max(1, math.min(SIDE, column))
    end
  end
  return list
end

local function same(i) return i end
local function after(i) return i + 1 end
local function before(i) return i - 1 end

-- Two orthonormal directions along the sheet at each point.
local function tangents(states)
  local x = states:rows_at(numbers(same, after)) - states:rows_at(numbers(same, before))
  local y = states:rows_at(numbers(after, same)) - states:rows_at(numbers(before, same))
  x = x / ring.lengths(x)
  y = y - x:mul(y:mul(x):sum("columns"))
  return x, y / ring.lengths(y)
end

-- The sheet with points between its own, so that neighbours are less than `apart` from one another.
local function finer(states, apart)
  local right, below = numbers(same, after), numbers(after, same)
  local both = numbers(after, after)
  local longest = math.max(ring.lengths(states:rows_at(right) - states):max(),
                           ring.lengths(states:rows_at(below) - states):max())
  local parts = math.max(1, math.min(10, math.ceil(longest / apart)))
  local fine = core.matrix(states.rows * parts * parts, states.cols)
  for p = 0, parts - 1 do
    for q = 0, parts - 1 do
      local a, b, k = p / parts, q / parts, p * parts + q
      fine:slice(k * states.rows + 1, (k + 1) * states.rows):copy(
        (1 - a) * (1 - b) * states + a * (1 - b) * states:rows_at(right)
        + (1 - a) * b * states:rows_at(below) + a * b * states:rows_at(both))
    end
  end
  return fine
end

-- A sheet with all that the tests need: `states`, `fine`, and `x`, `y` along it.
function manifold.of(states, variance)
  local x, y = tangents(states)
  return { states = states, fine = finer(states, math.sqrt(variance)), x = x, y = y }
end

-- The mean waking states, and what a network without noise and input makes of them when it settles.
function manifold.both(net, awake)
  local variance = net.sigma ^ 2 * net.dt
  local mean = mean_states(awake.states, awake.decoded, grid())
  local settled = net:forward { state = mean, steps = ring.settle, sigma = 0 }
  return manifold.of(mean, variance), manifold.of(settled:at(ring.settle):clone(), variance)
end

-- How strongly a step pulls back, 1 - u'Ju, across the sheet (random directions) and along it.
function manifold.gains(net, sheet, rng)
  local places = {}
  for i = 1, sheet.states.rows, 9 do places[#places + 1] = i end
  local states, x, y = sheet.states:rows_at(places), sheet.x:rows_at(places), sheet.y:rows_at(places)
  local across = rng:normal(states.rows, states.cols)
  for _, u in ipairs { x, y } do across = across - u:mul(across:mul(u):sum("columns")) end
  local jacobians, found = net:jacobian(states), { normal = 0, tangent = 0 }
  for i = 1, states.rows do
    local function pull(u) return 1 - (u * jacobians:at(i) * u:t()):get(1, 1) end
    local normal = across:row(i)
    found.normal = found.normal + pull(normal / ring.lengths(normal)) / states.rows
    found.tangent = found.tangent + (pull(x:row(i)) + pull(y:row(i))) / (2 * states.rows)
  end
  return found
end

-- By what share of a displacement (m) that is put in once the position has moved, as a linear readout of the
-- waking states tells it.
local function pulse(net, awake, sheet, displacement)
  local readout, most = regression.ridge(awake.states, awake.truth, { penalty = 1e-3 }), 0
  for _, t in ipairs(manifold.pulses) do most = math.max(most, t) end
  local inputs = core.matrix(most * sheet.states.rows, 2):as_sequence(most)
  local function positions()
    return readout.predict((net:forward { state = sheet.states, inputs = inputs, sigma = 0 }))
  end
  local still = positions()
  inputs:at(1):copy(core.matrix(sheet.states.rows, 2) + core.matrix { { displacement, 0 } })
  local moved, shares, n = positions() - still, {}, sheet.states.rows
  for i, t in ipairs(manifold.pulses) do
    shares[i] = moved:slice((t - 1) * n + 1, t * n):column(1):mean() / displacement
  end
  return shares
end

-- The variance of states off a sheet, for each of the dimensions across, over V.
function manifold.spread(states, sheet, variance)
  local some = statistics.thin(states, 1000)
  local off = some - ring.nearest(sheet, some)
  return off:mul(off):sum() / (some.rows * (some.cols - 2) * variance)
end

-- Rest from even starts, under noise of each factor.
local function at_rest(net, task, sheet, awake, rng, found)
  local waking = core.kde(statistics.thin(awake.decoded, 2000), { box = task.settings.box })
  local trials = sheet.states.rows
  for _, k in ipairs(manifold.factors) do
    local states, outputs = net:forward {
      state = sheet.states, steps = 200, sigma = math.sqrt(k) * net.sigma, rng = rng,
    }
    local late, decoded = states:slice(states.rows - 50 * trials + 1, states.rows), task:decode(outputs)
    local ended = statistics.thin(decoded:slice(decoded.rows - 50 * trials + 1, decoded.rows), 2000)
    local resting = core.kde(ended, { box = task.settings.box })
    found[("variance_%g"):format(k)] = manifold.spread(late, sheet, net.sigma ^ 2 * net.dt)
    found[("kl_%g"):format(k)] = density.kl(resting, waking, { samples = 1000, rng = rng })
    if k == 2 then
      found.size = ring.lengths(late):mean() / ring.lengths(awake.states):mean()
      found.step = paths.step_distance(decoded):mean()
      found.exponent = select(2, paths.mean_squared_displacement(decoded, { lags = { 20, 50, 100 } }))
    end
  end
end

-- All tests of one network of spatial navigation.
-- @param net with the noise that it has awake
-- @param task
-- @param rng
-- @treturn table numbers by name, as `theory.measure` has them for head direction
function manifold.measure(net, task, rng)
  local variance, found = net.sigma ^ 2 * net.dt, {}
  local awake = ring.awake(net, task, 200, rng, task)
  local waking, resting = manifold.both(net, awake)
  found.error = ring.lengths(awake.decoded - awake.truth):mean()
  for name, at in pairs {
    rest = { resting, ring.about(resting, variance, rng) },
    awake = { waking, statistics.thin(awake.states, 300) },
  } do
    local on = ring.drift_on_score(net, at[1], at[2])
    for _, what in ipairs { "slope", "explained", "cosine" } do found[name .. "_" .. what] = on[what] end
  end
  for name, gain in pairs(manifold.gains(net, resting, rng)) do found["gain_" .. name] = gain end
  local readout = net:effective().w_out
  for name, part in pairs(ring.input(net, task, awake, readout)) do
    found["input_" .. name .. "_slope"], found["input_" .. name .. "_cosine"] = part.slope, part.cosine
  end
  for i, share in ipairs(pulse(net, awake, resting, 0.05)) do
    found[("pulse_%d"):format(manifold.pulses[i])] = share
  end
  for name, value in pairs(ring.bounds(net, task, awake, readout, rng)) do found[name] = value end
  at_rest(net, task, resting, awake, rng, found)
  found.waking_variance = manifold.spread(awake.states, waking, variance)
  found.waking_step = paths.step_distance(awake.decoded:as_sequence(awake.decoded.rows // 200)):mean()
  local rays = not net.settings.bias and net.settings.noise == "gaussian"
  local slow = slow_points(net, resting.states, { starts = 60, rays = rays })
  found.stable, found.saddles = 0, 0
  for _, stable in ipairs(slow.stable) do
    local kind = stable and "stable" or "saddles"
    found[kind] = found[kind] + 1
  end
  if rays and slow.growth.rows > 0 then found.ray_growth = slow.growth:mean() end
  return found
end

return manifold
