-- The theory put to the test (Eqs. 3 to 19): is the drift of a trained network the score, does its input
-- act as derived, do the bounds hold and fall, at which temperature does it rest, where does it gather, and
-- what does it forget? Many small networks of head direction, of several kinds; docs/theory.md says what was
-- found.
--
--   rxlua experiments/theory.lua --quick
--   rxlua experiments/theory.lua --each 20

local rx = require "reactivation"
local kinds = require "krishna2024.kinds"
local manifold = require "krishna2024.theory.manifold"
local networks = require "krishna2024.theory.networks"
local study = require "krishna2024.study"
local theory = require "krishna2024.theory"

local shared = study.options "head_direction"
shared.quick.preset = { each = 2, batches = 500, long = 2000, navigation = 1 }
local experiment = rx.experiment("theory", "Tests the theory on trained networks of head direction.", {
  { "each", 20, "networks of each kind", least = 2 },
  { "units", 64, "units of a network", least = 4, word = "units%d" },
  { "batches", 2000, "length of a training", least = 64, word = "batches%d" },
  { "steps", 200, "of a run at rest", least = 40, word = "steps%d" },
  { "long", 12000, "steps of a long run", least = 1000, word = "long%d" },
  { "navigation", 3, "networks of spatial navigation, tonic and text each", least = 0 },
  { "at_once", rx.threads(), "networks trained and measured at a time", least = 1 },
  shared.quick,
})
local opt = experiment.options

-- Every network: trained, looked at along its training, and measured

local function measure_navigation(c, folder)
  local net, task = manifold.get(c.kind:match "%-(.*)", c.seed, opt, folder)
  return manifold.measure(net, task, study.generator(c.seed))
end

local function measure(c, folder)
  if c.kind:find "^navigation" then return measure_navigation(c, folder) end
  local kind, rng = networks.kinds[c.kind], study.generator(c.seed)
  local net, task, after, stages = networks.get(c.kind, c.seed, opt, folder)
  local found, picture = theory.measure(net, task, {
    steps = opt.steps, long = opt.long, truth = kind.truth, rays = kind.rays, ideal = c.kind == "tonic",
  }, rng)
  local along = {}
  for i, stage in ipairs(stages) do along[i] = after(stage) end
  theory.bounds(along, task, rng, found)
  folder:save("picture.h5", picture)
  return found
end

local asked = {}
for seed = 0, opt.each - 1 do
  for _, kind in ipairs(networks.order) do asked[#asked + 1] = { kind = kind, seed = seed } end
end
for seed = 0, opt.navigation - 1 do
  for _, setting in ipairs(manifold.settings) do
    asked[#asked + 1] = { kind = "navigation-" .. setting, seed = seed }
  end
end
local fixed = { units = opt.units, batches = opt.batches, steps = opt.steps, long = opt.long }
local sweep = rx.sweep(experiment.folder:path "networks", asked, measure, {
  at_once = opt.at_once, fixed = fixed,
})
if #sweep.failed > 0 then error(("%d networks are missing"):format(#sweep.failed), 0) end

-- Over networks

local all_of_kind, known = kinds.of(sweep), kinds.known

-- Not every number is measured of every kind
local function of_kind(kind, name)
  local list = {}
  for _, value in ipairs(sweep.columns[name] and all_of_kind(kind, name) or {}) do
    if value == value then list[#list + 1] = value end
  end
  return list
end

-- Bands of one standard deviation
local function curves(xs, series, more)
  return kinds.curves(xs, series, function(values)
    local mean, sd = rx.mean_sd(values)
    return mean, mean - (sd or 0), mean + (sd or 0)
  end, more)
end

local function named(kind, format, list)
  return function(i) return of_kind(kind, format:format(list and list[i] or i)) end
end

-- a. The drift on the score, and how strongly a step pulls back along three directions

local function drift_panel()
  local xs = theory.scores
  return curves(xs, {
    known(function(i) return xs[i] end), known(function(i) return 0.5 * xs[i] end),
    named("tonic", "drift_%d"), named("untrained", "drift_%d"),
    known(function(i) return 0.2 * xs[i] end), named("slow", "drift_%d"),
  }, {
    title = "drift on score (Eq. 16)", ylabel = "drift, likewise",
    xlabel = "theory's score (sd of noise)",
    labels = {
      "theory", "α = 0.5", "trained", "untrained", "α = 0.2", "τ = 0.1 s",
    },
    key = "top left", ymin = -2, ymax = 5.5,
  })
end

local function boxes(columns, more)
  local groups, labels = {}, {}
  for i, column in ipairs(columns) do
    groups[i], labels[i] = of_kind(column[1], column[2]), column[3]
  end
  more.values, more.labels = rx.groups(groups), labels
  return { "box", more }
end

local function gains_panel()
  return boxes({
    { "untrained", "gain_normal", "across*" }, { "tonic", "gain_normal", "across" },
    { "untrained", "gain_radial", "radial*" }, { "tonic", "gain_radial", "radial" },
    { "untrained", "gain_tangent", "along*" }, { "tonic", "gain_tangent", "along" },
  }, {
    title = "pull of a step (*untrained)", ylabel = "1 - u'Ju", reference = 0.5,
    colours = { "quiescent", "active", "quiescent", "active", "quiescent", "active" },
  })
end

-- b. A turn that is put in once

local function input_panel()
  return curves(theory.pulses, {
    known(function() return 1 end), named("tonic", "pulse_%d", theory.pulses),
    named("text", "pulse_%d", theory.pulses), named("code", "pulse_%d", theory.pulses),
  }, {
    title = "the input (Eq. 18)", xlabel = "steps after a turn", ylabel = "bearing moved / turn",
    labels = { "theory", "tonic", "text", "code" }, ymin = 0, ymax = 3, points = true,
  })
end

-- c. The bounds along a training

local function bounds_panel()
  local stages, series = networks.stages(opt.batches), {}
  stages[1] = stages[2] / 2 -- batch 0 has no place on a logarithmic axis
  for i, name in ipairs { "loss", "triangle", "assumed", "schwarz", "upper" } do
    series[i] = named("tonic", name .. "_%d")
  end
  return curves(stages, series, {
    title = "the bounds (Eqs. 3 to 14)", xlabel = "batches of training", ylabel = "norm of the error",
    labels = { "L", "L_2 (9)", "L_2 (11)", "L_3", "L_{upper}" }, logx = true, ymin = 0, ymax = 7,
  })
end

-- d. Temperature

local FACTORS = theory.factors

local function variance_panel()
  return curves(FACTORS, {
    known(function(i) return FACTORS[i] / 2 end), named("tonic", "ideal_variance_%g", FACTORS),
    named("tonic", "variance_%g", FACTORS), named("text", "variance_%g", FACTORS),
    named("code", "variance_%g", FACTORS),
  }, {
    title = "temperature (Eq. 19)", xlabel = "noise variance, rest / waking",
    ylabel = "variance off ring / V", labels = { "theory", "ideal network", "tonic", "text", "code" },
    logx = true, logy = true, key = "top left", points = true, ymin = 0.1, ymax = 1e4,
  })
end

local function density_panel()
  return curves(FACTORS, {
    named("tonic", "ideal_kl_%g", FACTORS), named("tonic", "kl_%g", FACTORS),
    named("text", "kl_%g", FACTORS), named("code", "kl_%g", FACTORS),
  }, {
    title = "bearings, even starts", xlabel = "noise variance, rest / waking",
    ylabel = "KL from waking (nats)", labels = { "ideal network", "tonic", "text", "code" },
    logx = true, points = true, ymin = 0, ymax = 1,
  })
end

-- f. Where one network gathers, against what its slow points and its law of short runs say

local function gathering_panel()
  local held = assert(rx.load(experiment.folder:path "networks/kind=tonic,seed=0/picture.h5"))
  local rows, highest = {}, 0
  for b, x in ipairs(held.gathered.center) do
    rows[b] = { x, held.gathered.density[b], held.law and held.law.density:get(1, b) }
    highest = math.max(highest, table.unpack(rows[b], 2))
  end
  local marks = {}
  for k, stable in ipairs(held.points.stable) do
    marks[k] = { held.points.bearings:get(k, 1), 0.02 * highest, stable and 1 or 2 }
  end
  return { "curve", {
    title = "where a network gathers", curves = rx.matrix(rows),
    marks = #marks > 0 and rx.matrix(marks) or nil,
    xlabel = "bearing (rad)", ylabel = "density (1/rad)",
    labels = { "long run", held.law and "Fokker-Planck" },
    xmin = -math.pi, xmax = math.pi, ymin = 0, ymax = 1.5 * highest,
  } }
end

-- e. What is left of the start

local function memory_panel()
  local times = theory.times(opt.long)
  return curves(times, {
    named("tonic", "memory_%d", times), named("text", "memory_%d", times),
    named("code", "memory_%d", times), named("noiseless", "memory_%d", times),
  }, {
    title = "memory of the start", xlabel = "steps at rest", ylabel = "likeness to the start",
    labels = { "tonic", "text", "code", "noiseless" }, logx = true, ymin = 0, ymax = 1.9,
  })
end

-- g. Ways to rest

local function modes_panel()
  return boxes({
    { "tonic", "waking_coverage", "awake" }, { "tonic", "noise_coverage", "noise x 2" },
    { "tonic", "published_coverage", "adaptation" }, { "tonic", "keeping_coverage", "points kept" },
    { "tonic", "momentum_coverage", "momentum" }, { "tonic", "gain_coverage", "gain 1.02" },
  }, {
    title = "ways to rest", ylabel = "coverage, 100 steps", ymin = 0, ymax = 1,
    colours = { "active", "quiescent", "quiescent", "quiescent", "quiescent", "quiescent" },
  })
end

experiment:draw("theory.svg", {
  drift_panel(), gains_panel(), input_panel(), bounds_panel(), variance_panel(), density_panel(),
  memory_panel(), gathering_panel(), modes_panel(),
  columns = 3,
})

-- What was found: each number by kind

local rows = {}
local function reported(kind, name)
  local values = of_kind(kind, name)
  return #values > 0 and values or { 0 / 0 } -- not of this kind
end

local function add(label, name, unit)
  local values = {}
  for k, kind in ipairs(networks.order) do
    values[k] = reported(kind, name)
  end
  rows[#rows + 1] = { label, values, unit }
end

local last = #networks.stages(opt.batches)
add("decoding error awake", "error", "rad")
add("|dm/dtheta| of the waking ring", "tangent", "1/rad")
add("Eq. 16, slope of the drift on the score, about the ring at rest", "rest_slope")
add("Eq. 16, the same, awake", "awake_slope")
add("Eq. 16, its cosine about the ring at rest", "rest_cosine")
add("Eq. 16, pull of a step, random directions across", "gain_normal")
add("Eq. 16, radially", "gain_radial")
add("Eq. 16, along the ring", "gain_tangent")
add("Eq. 16, radially, drift over the score of the waking states", "radial_ratio")
add("Eq. 16, the same of a linear mode with that pull", "radial_linear")
add("Eq. 18, input's part of a step on the theory's, slope in the outputs", "input_output_slope")
add("Eq. 18, its cosine in the outputs", "input_output_cosine")
add("Eq. 18, its cosine in the whole state", "input_whole_cosine")
add("Eq. 18, slope in the outputs, turns shuffled", "input_shuffled_slope")
for _, t in ipairs(theory.pulses) do
  add(("Eq. 18, bearing moved %d steps after a turn, over the turn"):format(t), ("pulse_%d"):format(t))
end
for _, name in ipairs { "loss", "upper", "signal", "noise", "holds" } do
  local labels = {
    loss = "Eqs. 8-14, L", upper = "Eqs. 8-14, L upper", signal = "Eqs. 8-14, its part of the signal",
    noise = "Eqs. 8-14, its part of the noise", holds = "Eqs. 8-14, share of states with L <= L2 (11)",
  }
  add(labels[name] .. ", before training", name .. "_1")
  add(labels[name] .. ", after training", ("%s_%d"):format(name, last))
end
for _, k in ipairs(FACTORS) do
  add(("Eq. 19, variance off the ring over V, noise x %g"):format(k), ("variance_%g"):format(k))
end
for _, k in ipairs(FACTORS) do
  add(("Eq. 19, divergence of bearings, noise x %g"):format(k), ("kl_%g"):format(k), "nats")
end
add("Eq. 19, the theory's own network, variance at noise x 2", "ideal_variance_2")
add("Eq. 19, the theory's own network, divergence at noise x 2", "ideal_kl_2", "nats")
add("in time, exponent of displacement, 50 to 200 steps", "exponent_50_200")
add("in time, exponent of displacement, 200 to 800 steps", "exponent_200_800")
add("in time, variance that a step adds to the bearing", "diffusion", "rad^2")
add("in time, the same by linear response", "diffusion_predicted", "rad^2")
add("in time, the least that a ring of that size allows", "diffusion_least", "rad^2")
add("in time, net turning, over its error", "turning_z")
add("gathering, stable slow points (text: rays)", "stable")
add("gathering, saddles", "saddles")
add("gathering, taking turns around the ring", "alternating")
add("gathering, growth of a ray in a step", "ray_growth")
add("gathering, drift along the ring", "turn", "rad")
add("gathering, long run, divergence from the law of short runs", "law_kl", "nats")
add("gathering, long run, divergence from even", "uniform_kl", "nats")
add("gathering, correlation of the logarithms with that law", "law_correlation")
for _, name in ipairs { "coverage", "exponent", "speed", "reach", "reversals" } do
  add(("movement, %s, awake"):format(name), "waking_" .. name)
  for _, mode in ipairs(theory.modes) do
    add(("movement, %s, %s"):format(name, mode[2].name), mode[1] .. "_" .. name)
  end
end
for _, mode in ipairs(theory.modes) do
  add(("replay, divergence from waking, %s"):format(mode[2].name), mode[1] .. "_kl", "nats")
  add(("replay, |r| over waking, %s"):format(mode[2].name), mode[1] .. "_size")
end
add("replay, divergence of two halves of waking", "floor_kl", "nats")

-- Navigation, likewise

local function report_navigation()
  local found = {}
  for i, name in ipairs(manifold.names) do
    found[i] = { name[2], {}, name[3] }
    for k, setting in ipairs(manifold.settings) do
      found[i][2][k] = reported("navigation-" .. setting, name[1])
    end
  end
  rx.report(rx.folder(experiment.folder:path "navigation"),
            ("the theory, navigation, %d networks of each kind"):format(opt.navigation), found,
            manifold.settings)
end
if opt.navigation > 0 then report_navigation() end

experiment:finish(("the theory, %d networks of each kind, %d batches"):format(opt.each, opt.batches), rows,
                  networks.order)
