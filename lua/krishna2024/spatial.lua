-- What the experiments on spatial navigation share: their options, what they measure on a network,
-- and the panels that they draw.

local core = require "reactivation.core"
local arguments = require "reactivation.runs.arguments"
local density = require "reactivation.analysis.density"
local paper = require "krishna2024.paper"
local phases = require "reactivation.networks.phases"
local pictures = require "reactivation.figures.pictures"
local report = require "reactivation.runs.report"
local statistics = require "reactivation.analysis.statistics"
local trained = require "krishna2024.trained"

local spatial = {}

-- Lengths of the comparisons, in the paper and in a quick look.
local FULL = { trials = 200, kl_steps = 1000, samples = 2500, variance_trials = 500, variance_steps = 2000 }
local QUICK = { trials = 100, kl_steps = 300, samples = 1000, variance_trials = 100, variance_steps = 400 }

local BOX, REACH, GRID = 2.2, 1.25, 100 -- side and half a picture of the box (m), points along it
local TRAJECTORIES, POINTS = 10, 4000   -- drawn of each phase

local function quiescent_noise(text)
  if text == "scaled" or text == "same" then return text end
  local sigma = tonumber(text)
  if sigma and sigma >= 0 and sigma < math.huge then return sigma end
  return nil, ("'scaled', 'same' or a number of at least 0 expected, got '%s'"):format(text)
end

-- Lengths of the comparisons.
-- @tparam boolean quick
-- @treturn table
function spatial.lengths(quick)
  return quick and QUICK or FULL
end

-- The command line of an experiment on spatial navigation.
-- @string description
-- @string name of the experiment, for the folder of its results
-- @treturn table the options, and `lengths`, those of the comparisons
function spatial.arguments(description, name)
  local values, quick = paper.spatial_navigation, paper.quick.spatial_navigation
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
      preset = { units = quick.units, batches = quick.batches, networks = "results/quick" } },
    { "networks", "results/networks", "folder of the trained networks" },
    { "out", "", ("folder of figures and numbers (results/%s/<setting>...)"):format(name) },
  })
  opt.lengths = spatial.lengths(opt.quick)
  if opt.out == "" then
    local words = { opt.setting }
    if opt.cell ~= "rnn" then words[#words + 1] = opt.cell end
    if opt.quiescent_noise ~= "scaled" then words[#words + 1] = opt.quiescent_noise .. "-noise" end
    if opt.quick then words[#words + 1] = "quick" end
    opt.out = ("results/%s/%s"):format(name, table.concat(words, "-"))
  end
  return opt
end

-- A network of the experiment, trained or taken from its folder.
-- @tab opt
-- @tab which seed, and biased, noisy or untrained, as for `krishna2024.trained`
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

-- Both phases for the figures: 200 trials, 100 steps awake and 200 asleep.
-- @tab run of `krishna2024.trained`
-- @tab opt
-- @tparam[opt] string|number noise asleep, by default that of the options
-- @treturn table awake: `states`, `decoded`
-- @treturn table asleep, likewise
function spatial.phases(run, opt, noise)
  return phases.both(run.net, run.task, {
    trials = opt.lengths.trials, steps = paper.spatial_navigation.quiescent_steps,
    noise = noise or opt.quiescent_noise, rng = fresh(run.net.rng.seed),
  })
end

-- Positions visited in both phases and their densities: 100 steps awake, 1000 asleep.
-- @tab run of `krishna2024.trained`
-- @tab opt
-- @treturn table awake: `decoded`, a sequence, and `density`
-- @treturn table asleep, likewise
function spatial.visits(run, opt)
  local net, task, rng = run.net, run.task, fresh(run.net.rng.seed)
  local batch = task:batch(opt.lengths.trials, rng)
  batch.rng = rng
  local function visit(how)
    local decoded = phases.decoded(net, task, how)
    return { decoded = decoded, density = core.kde(decoded) }
  end
  local sigma = phases.quiescent_sigma(net, opt.quiescent_noise)
  return visit(batch), visit { init = batch.init, steps = opt.lengths.kl_steps, rng = rng, sigma = sigma }
end

-- Divergence of two densities by Monte Carlo, E_p log p/q, in nats.
-- @param p density
-- @param q density
-- @tab opt
-- @treturn number
function spatial.divergence(p, q, opt)
  return density.kl(p, q, { samples = opt.lengths.samples, rng = fresh(0) })
end

-- Variance asleep, within trajectories and summed over x and y (m^2); their first half is dropped.
-- @tab run of `krishna2024.trained`
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

-- Print and store what was found, and say where the figures are; it raises if there are none.
-- @tab opt
-- @param out folder
-- @string title of the table
-- @tab rows as for `rx.report`
-- @param figure what `rx.figure` returned first
-- @param problem and second
-- @string ... names of the figures
function spatial.finish(opt, out, title, rows, figure, problem, ...)
  out:write("configuration.json", opt)
  report(out, ("%s, %s, %d batches"):format(title, opt.setting, opt.batches), rows)
  if not figure then error("no figure: " .. problem, 0) end
  for _, name in ipairs { ... } do print("figure: " .. out:path(name)) end
end

-- Panels ----------------------------------------------------------------------------------------

local PHASES = { active = "awake", quiescent = "quiescent" }

-- A panel of decoded trajectories; the colour says the phase.
-- @param decoded a sequence
-- @string phase "active" or "quiescent"
-- @tparam[opt] string title by default the phase
-- @treturn table for `rx.figure`
function spatial.trajectories(decoded, phase, title)
  return { "trajectories", {
    paths = pictures.paths(decoded, TRAJECTORIES), box = BOX, colour = phase, title = title or PHASES[phase],
    xmin = -REACH, xmax = REACH, ymin = -REACH, ymax = REACH,
  } }
end

-- A panel of the density of decoded positions.
-- @param decoded a sequence
-- @string phase "active" or "quiescent"
-- @tparam[opt] string title by default the phase
-- @treturn table for `rx.figure`
function spatial.visited(decoded, phase, title)
  local data = pictures.heat_map(core.kde(decoded), REACH, GRID)
  data.box, data.title, data.cblabel = BOX, title or PHASES[phase], "density (1/m^2)"
  return { "density", data }
end

-- Densities that are to be compared share their colours.
-- @tab ... panels of `visited` or `state_density`
-- @return the same
function spatial.one_scale(...)
  local most = 0
  for _, panel in ipairs { ... } do most = math.max(most, panel[2].density:max()) end
  for _, panel in ipairs { ... } do panel[2].cbmax = most end
  return ...
end

-- A panel of states on two principal components, coloured by the decoded distance from the centre.
-- @tab of a phase: `plane`, n x 2, and `decoded`
-- @string phase "active" or "quiescent"
-- @number reach of both axes
-- @treturn table for `rx.figure`
function spatial.states(of, phase, reach)
  local from_center = of.decoded:mul(of.decoded):sum("columns"):sqrt()
  return { "scatter", {
    points = statistics.thin(core.join { of.plane, from_center }, POINTS), title = PHASES[phase],
    xmin = -reach, xmax = reach, ymin = -reach, ymax = reach, cbmin = 0, cbmax = REACH,
    cblabel = "from the centre (m)",
  } }
end

-- A panel of the density of states on two principal components.
-- @tab of a phase: `plane`, n x 2
-- @string phase "active" or "quiescent"
-- @number reach of both axes
-- @treturn table for `rx.figure`
function spatial.state_density(of, phase, reach)
  local data = pictures.heat_map(core.kde(of.plane), reach, GRID)
  data.xlabel, data.ylabel, data.cblabel, data.title = "PC 1", "PC 2", "density", PHASES[phase]
  return { "density", data }
end

return spatial
