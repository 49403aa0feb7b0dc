--- What the experiments on spatial navigation share: their options, what they measure on a network,
-- and the panels that they draw.
-- @module reactivation.spatial

local core = require "reactivation.core"
local arguments = require "reactivation.arguments"
local density = require "reactivation.density"
local paper = require "reactivation.paper"
local phases = require "reactivation.phases"
local statistics = require "reactivation.statistics"
local trained = require "reactivation.trained"

local spatial = {}

-- Lengths of the comparisons, in the paper and in a quick look.
local FULL = { trials = 200, kl_steps = 1000, samples = 2500, variance_trials = 500, variance_steps = 2000 }
local QUICK = { trials = 100, kl_steps = 300, samples = 1000, variance_trials = 100, variance_steps = 400 }

local REACH, GRID = 1.25, 100 -- of the pictures of the box: +-1.25 m, 100 x 100 points

local function quiescent_noise(text)
  if text == "scaled" or text == "same" then return text end
  local sigma = tonumber(text)
  if sigma and sigma >= 0 and sigma < math.huge then return sigma end
  return nil, ("'scaled', 'same' or a number of at least 0 expected, got '%s'"):format(text)
end

--- The command line of an experiment on spatial navigation.
-- @string description
-- @string name of the experiment, for the folder of its results
-- @treturn table the options, and `lengths`, those of the comparisons
-- @usage local opt = rx.spatial.arguments("Draws Figure 1.", "spatial_navigation")
function spatial.arguments(description, name)
  local values = paper.spatial_navigation
  local opt = arguments(description, {
    { "setting", "tonic", "noise and biases: text, code or tonic", choices = { "text", "code", "tonic" } },
    { "cell", "rnn", "kind of network: rnn or gru", choices = { "rnn", "gru" } },
    { "seeds", { 0 }, "seeds of the networks, such as 0,1,2,3,4" },
    { "units", values.units, "units of a network", least = 1 },
    { "sigma", values.sigma, "noise on the state, per square root of a second", least = 0 },
    { "batches", values.batches, "length of a training", least = 1 },
    { "quiescent_noise", "scaled", "noise asleep: scaled, same, or a number per square root of a second",
      convert = quiescent_noise },
    { "quick", false, "small networks, short trainings and comparisons: every panel in minutes",
      preset = { units = 256, batches = 400, networks = "results/quick" } },
    { "networks", "results/networks", "folder of the trained networks" },
    { "out", "", ("folder of figures and numbers (results/%s/<setting>...)"):format(name) },
  })
  opt.lengths = opt.quick and QUICK or FULL
  if opt.out == "" then
    local words = { opt.setting }
    if opt.cell ~= "rnn" then words[#words + 1] = opt.cell end
    if opt.quiescent_noise ~= "scaled" then words[#words + 1] = opt.quiescent_noise .. "-noise" end
    if opt.quick then words[#words + 1] = "quick" end
    opt.out = ("results/%s/%s"):format(name, table.concat(words, "-"))
  end
  return opt
end

--- A network of the experiment, trained or taken from its folder.
-- @tab opt
-- @tab which seed, and biased, noisy or untrained, as for `rx.trained`
-- @treturn table run
function spatial.trained(opt, which)
  return trained {
    task = "spatial_navigation", setting = opt.setting, cell = opt.cell, units = opt.units,
    sigma = opt.sigma, batches = opt.batches, networks = opt.networks,
    seed = which.seed, biased = which.biased, noisy = which.noisy, untrained = which.untrained,
  }
end

-- A generator for what is measured, far from the numbers of the training.
local function fresh(seed)
  return core.random(seed, 1 << 57)
end

--- Both phases for the figures: 200 trials, 100 steps awake and 200 asleep.
-- @tab run of `rx.trained`
-- @tab opt
-- @treturn table awake: `states`, `decoded`
-- @treturn table asleep, likewise
function spatial.phases(run, opt)
  return phases.both(run.net, run.task, {
    trials = opt.lengths.trials, steps = paper.spatial_navigation.quiescent_steps,
    noise = opt.quiescent_noise, rng = fresh(run.net.rng.seed),
  })
end

--- Positions visited in both phases and their densities: 100 steps awake, 1000 asleep.
-- @tab run of `rx.trained`
-- @tab opt
-- @treturn table awake: `decoded`, a sequence, and `density`
-- @treturn table asleep, likewise
function spatial.visits(run, opt)
  local net, task, rng = run.net, run.task, fresh(run.net.rng.seed)
  local batch = task:batch(opt.lengths.trials, rng)
  batch.rng = rng
  local function visit(how)
    local decoded = phases.decoded(net, task, how)
    return { decoded = decoded, density = density.kde(decoded) }
  end
  return visit(batch), visit {
    init = batch.init, steps = opt.lengths.kl_steps, rng = rng,
    sigma = phases.quiescent_sigma(net, opt.quiescent_noise),
  }
end

--- Divergence of two densities by Monte Carlo, E_p log p/q, in nats.
function spatial.divergence(p, q, opt)
  return density.kl(p, q, { samples = opt.lengths.samples, rng = fresh(0) })
end

--- Variance asleep, within trajectories and summed over x and y (m^2); their first half is dropped.
-- @tab run of `rx.trained`
-- @tab opt
-- @treturn number
function spatial.total_variance(run, opt)
  local net, task, rng = run.net, run.task, fresh(run.net.rng.seed)
  local steps = opt.lengths.variance_steps
  local decoded = phases.decoded(net, task, {
    init = task:batch(opt.lengths.variance_trials, rng).init, steps = steps, rng = rng,
    sigma = phases.quiescent_sigma(net, opt.quiescent_noise),
  })
  return statistics.total_variance(decoded, { skip = steps // 2 })
end

return spatial
