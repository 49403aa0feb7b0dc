-- The noise law: what a resting network visits depends on the law of the noise that it learned under, and
-- on its biases. Both tasks under text, code and tonic, side by side.
--
--   rxlua experiments/noise_law.lua --quick
--   rxlua experiments/noise_law.lua --seeds 0,1,2,3,4

local rx = require "reactivation"
local heading = require "krishna2024.heading"
local paper = require "krishna2024.paper"
local spatial = require "krishna2024.spatial"
local study = require "krishna2024.study"

local SETTINGS = paper.settings
local COMPONENTS, POINTS = 10, 1000 -- principal components that explain; states drawn of each phase

local shared = study.options()
shared.quick.preset.out = "results/noise_law-quick"
local experiment = study.experiment(
  "noise_law", "Compares networks under three readings of the paper's noise.",
  { shared.seeds, shared.units, shared.batches, shared.quick, shared.networks })
local opt = experiment.options
local lengths = spatial.lengths(opt.quick)

-- A network, and its phases: awake, asleep with twice the noise variance, and asleep with the noise as it
-- was; every sleep a long one

local function network(task, setting, seed)
  local which = study.lengths(task, opt)
  which.task, which.setting, which.seed = task, setting, seed
  return study.network(opt, which)
end

local function phases(of, run)
  local function sleep(noise)
    return of(run, { trials = lengths.trials, steps = lengths.kl_steps, noise = noise, keep = "plane" })
  end
  local awake, asleep, pca = sleep("scaled")
  local _, same = sleep("same")
  return awake, asleep, same, pca
end

-- Points of both phases in turns, so that neither hides the other.
local function overlay(awake, asleep)
  local points = rx.matrix(2 * POINTS, 3)
  for group, phase in ipairs { awake, asleep } do
    local some = rx.thin(phase.plane, POINTS)
    for i = 1, some.rows do
      local row = 2 * (i - 1) + group
      points:set(row, 1, some:get(i, 1))
      points:set(row, 2, some:get(i, 2))
      points:set(row, 3, group)
    end
  end
  return points
end

-- What is measured on a network: a list of label, number and unit; and for the figure the points and, asleep
-- relative to awake, the size of the attractor, the density and the steps

local function head_direction(setting, seed)
  local run = network("head_direction", setting, seed)
  local awake, asleep, same = phases(heading.phases, run)
  local test_loss, test_error = run.history.test_loss, run.history.test_error
  local function step(phase)
    return heading.velocity(phase.decoded, paper.head_direction.dt):abs():mean() * paper.head_direction.dt
  end
  local kl = rx.histogram_divergence(asleep.histogram, awake.histogram)
  return {
    { "test loss", test_loss[#test_loss] },
    { "decoding error, awake", test_error[#test_error], "rad" },
    { "ring radius, awake", awake.size },
    { "its sd, awake", awake.spread },
    { "ring radius, quiescent", asleep.size },
    { "its sd, quiescent", asleep.spread },
    { "quiescent states within the awake ring's 1-99% band", asleep.within },
    { "KL(quiescent || awake)", kl, "nats" },
    { "KL(quiescent || awake), same noise", rx.histogram_divergence(same.histogram, awake.histogram),
      "nats" },
    { "step, awake", step(awake), "rad" },
    { "step, quiescent", step(asleep), "rad" },
  }, {
    points = overlay(awake, asleep), size = asleep.size / awake.size, divergence = kl,
    step = step(asleep) / step(awake),
  }
end

local function navigation(setting, seed)
  local run = network("spatial_navigation", setting, seed)
  local awake, asleep, same, pca = phases(study.phases, run)
  local test_loss, test_error = run.history.test_loss, run.history.test_error
  local components = math.min(COMPONENTS, run.net.units)
  local density = rx.kde(awake.decoded)
  local function divergence(phase)
    return spatial.divergence(rx.kde(phase.decoded), density, { lengths = lengths })
  end
  local function variance(phase) return rx.pca(phase.moments).variance:sum() end
  local function step(phase) return rx.step_distance(phase.decoded):mean() end
  local kl = divergence(asleep)
  return {
    { "test loss", test_loss[#test_loss] },
    { "decoding error, awake", test_error[#test_error], "m" },
    { components .. " PCs explain, awake", pca:explained(awake.moments, components) },
    { components .. " PCs explain, quiescent", pca:explained(asleep.moments, components) },
    { "state variance, awake", variance(awake) },
    { "state variance, quiescent", variance(asleep) },
    { "KL(quiescent || awake)", kl, "nats" },
    { "KL(quiescent || awake), same noise", divergence(same), "nats" },
    { "variance within a trajectory, quiescent",
      rx.total_variance(asleep.decoded, { skip = lengths.kl_steps // 2 }), "m^2" },
    { "step, awake", step(awake), "m" },
    { "step, quiescent", step(asleep), "m" },
  }, {
    points = overlay(awake, asleep), size = variance(asleep) / variance(awake), divergence = kl,
    step = step(asleep) / step(awake),
  }
end

local tasks = {
  { name = "head direction", study = head_direction, size = "ring radius" },
  { name = "navigation", study = navigation, size = "state variance" },
}

-- For each task its quantities as rows, with a list over seeds for each setting, and likewise what is drawn

local function append(lists, setting, value)
  lists[setting] = lists[setting] or {}
  table.insert(lists[setting], value)
end

for _, task in ipairs(tasks) do
  task.rows, task.drawn = {}, { points = {}, size = {}, divergence = {}, step = {} }
  for s, setting in ipairs(SETTINGS) do
    for _, seed in ipairs(opt.seeds) do
      local found, drawn = task.study(setting, seed)
      for q, quantity in ipairs(found) do
        local label, value, unit = table.unpack(quantity)
        task.rows[q] = task.rows[q] or { ("%s: %s"):format(task.name, label), {}, unit }
        append(task.rows[q][2], s, value)
      end
      for name, value in pairs(drawn) do append(task.drawn[name], s, value) end
    end
  end
end

-- The figure: of each task the states of the first seed on the waking plane, to one scale, and over all seeds
-- what is asleep relative to awake

local function states(task)
  local reach, panels = 0, {}
  for s, setting in ipairs(SETTINGS) do
    local points = task.drawn.points[s][1]
    for axis = 1, 2 do -- but for a few far off
      reach = math.max(reach, 1.2 * rx.quantile(points:column(axis):abs(), 0.99))
    end
    panels[s] = { "scatter", {
      points = points, labels = { "awake", "quiescent" }, colours = { "active", "quiescent" }, dot = 1.4,
      title = ("%s, %s"):format(task.name, setting),
    } }
  end
  for _, panel in ipairs(panels) do
    local data = panel[2]
    data.xmin, data.xmax, data.ymin, data.ymax = -reach, reach, -reach, reach
  end
  return panels
end

local function compared(lists, title, reference)
  return { "box", {
    values = rx.groups(lists), labels = SETTINGS, colours = { "quiescent", "quiescent", "quiescent" },
    title = title, ymin = 0, reference = reference,
  } }
end

local panels = { columns = #SETTINGS, height = 20 }
for _, task in ipairs(tasks) do
  table.move(states(task), 1, #SETTINGS, #panels + 1, panels)
  local drawn = task.drawn
  panels[#panels + 1] = compared(drawn.size, task.size .. ", quiescent / awake", 1)
  panels[#panels + 1] = compared(drawn.divergence, "KL(quiescent || awake) (nats)")
  panels[#panels + 1] = compared(drawn.step, "step, quiescent / awake", 1)
end
experiment:draw("noise_law.svg", panels)

-- What was found

local rows = {}
for _, task in ipairs(tasks) do table.move(task.rows, 1, #task.rows, #rows + 1, rows) end
experiment:finish("the noise law", rows, SETTINGS)
