-- What the experiments on spatial navigation share: their options, what they measure on a network,
-- and the panels that they draw.

local core = require "reactivation.core"
local density = require "reactivation.analysis.density"
local paper = require "krishna2024.paper"
local paths = require "reactivation.analysis.paths"
local phases = require "reactivation.networks.phases"
local pictures = require "reactivation.figures.pictures"
local statistics = require "reactivation.analysis.statistics"
local study = require "krishna2024.study"

local spatial = {}

-- Lengths of the comparisons, in the paper and in a quick look.
local FULL = { trials = 200, kl_steps = 1000, samples = 2500, variance_trials = 500, variance_steps = 2000 }
local QUICK = { trials = 100, kl_steps = 300, samples = 1000, variance_trials = 100, variance_steps = 400 }

local BOX, REACH, GRID = 2.2, 1.25, 100 -- side and half a picture of the box (m), points along it
local TRAJECTORIES, POINTS = 10, 4000   -- drawn of each phase
local JUMPING = { trajectories = 3, steps = 15, thickness = 0.8 }

local function quiescent_noise(text)
  local noise = tonumber(text) or text
  local problem = phases.noise_problem(noise)
  return not problem and noise or nil, problem
end

-- Lengths of the comparisons.
-- @tparam boolean quick
-- @treturn table
function spatial.lengths(quick)
  return quick and QUICK or FULL
end

-- Begin an experiment on spatial navigation.
-- @string name of the experiment
-- @string description
-- @return experiment of `rx.experiment`; its options hold `lengths`, those of the comparisons
function spatial.experiment(name, description)
  local shared = study.options "spatial_navigation"
  local begun = study.experiment(name, description, {
    shared.setting, shared.cell, shared.seeds, shared.units, shared.sigma, shared.batches,
    { "quiescent_noise", "scaled", "noise asleep: scaled, same, or a number per square root of a second",
      convert = quiescent_noise, word = "%s-noise" },
    shared.quick, shared.networks, table.unpack(shared.settings),
  })
  begun.options.lengths = spatial.lengths(begun.options.quick)
  return begun
end

-- A network of the experiment, trained or taken from its folder.
-- @tab opt
-- @tab which seed, and biased, noisy or untrained, as for `krishna2024.trained`
-- @treturn table run
function spatial.network(opt, which)
  which.task = "spatial_navigation"
  return study.network(opt, which)
end

-- Both phases for the figures: 200 trials, 100 steps awake and 200 asleep.
-- @tab run of `krishna2024.trained`
-- @tab opt
-- @string keep what is kept of the states, as for `rx.phases`
-- @tparam[opt] string|number noise asleep, by default that of the options
-- @return as `rx.phases`
function spatial.phases(run, opt, keep, noise)
  return study.phases(run, {
    trials = opt.lengths.trials, steps = paper.spatial_navigation.quiescent_steps,
    noise = noise or opt.quiescent_noise, keep = keep,
  })
end

-- Positions visited in both phases and their densities: 100 steps awake, 1000 asleep.
-- @tab run of `krishna2024.trained`
-- @tab opt
-- @treturn table awake: `decoded`, a sequence, and `density`
-- @treturn table asleep, likewise
function spatial.visits(run, opt)
  local awake, asleep = study.phases(run, {
    trials = opt.lengths.trials, steps = opt.lengths.kl_steps, noise = opt.quiescent_noise, keep = "nothing",
  })
  awake.density, asleep.density = core.kde(awake.decoded), core.kde(asleep.decoded)
  return awake, asleep
end

-- Divergence of two densities by Monte Carlo, E_p log p/q, in nats.
-- @param p density
-- @param q density
-- @tab opt
-- @treturn number
function spatial.divergence(p, q, opt)
  return density.kl(p, q, { samples = opt.lengths.samples, rng = study.generator(0) })
end

-- Variance asleep, within trajectories and summed over x and y (m^2); their first half is dropped.
-- @tab run of `krishna2024.trained`
-- @tab opt
-- @treturn number
function spatial.total_variance(run, opt)
  local net, task, rng = run.net, run.task, study.generator(run.net.rng.seed)
  local steps = opt.lengths.variance_steps
  local decoded = phases.decoded(net, task, {
    init = task:batch(opt.lengths.variance_trials, rng).init, steps = steps, rng = rng,
    sigma = phases.quiescent_sigma(net, opt.quiescent_noise),
  })
  return paths.total_variance(decoded, { skip = steps // 2 })
end

-- Panels ----------------------------------------------------------------------------------------

local PHASES = { active = "awake", quiescent = "quiescent" }

-- A panel of decoded trajectories; the colour says the phase. Of those that jump, it shows some steps of a
-- few, finely drawn, or one would see nothing.
-- @param decoded a sequence
-- @string phase "active" or "quiescent"
-- @tparam[opt] string title by default the phase
-- @tparam[opt] boolean jumping
-- @treturn table for `rx.figure`
function spatial.trajectories(decoded, phase, title, jumping)
  local steps = jumping and JUMPING.steps or decoded.steps
  local shown = decoded:slice(1, steps * decoded.batch):as_sequence(steps)
  return { "trajectories", {
    paths = pictures.paths(shown, jumping and JUMPING.trajectories or TRAJECTORIES), box = BOX,
    colour = phase, title = title or PHASES[phase], thickness = jumping and JUMPING.thickness or nil,
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
