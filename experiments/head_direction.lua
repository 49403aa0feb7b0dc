-- Head direction (Figure 3): a noisy network learns to integrate angular velocity; then its input
-- is taken away, and it goes on through the same bearings.
--
--   rxlua experiments/head_direction.lua --quick
--   rxlua experiments/head_direction.lua --setting code --seed 1

local rx = require "reactivation"
local paper = require "krishna2024.paper"
local heading = require "krishna2024.heading"
local study = require "krishna2024.study"

local values, quick = paper.head_direction, paper.quick.head_direction
local shared = study.options "head_direction"
local experiment = study.experiment("head_direction", "Trains a network and draws Figure 3.", {
  shared.setting, shared.biased, shared.seed, shared.units, shared.sigma, shared.batches,
  { "quick", false, "train for 2000 batches, a few minutes", preset = { batches = quick.batches } },
  { "trials", values.size, "trials of the two phases compared", least = 2 },
  { "quiescent_steps", values.quiescent_steps, "steps without input", least = 1 },
  { "networks", "", "folder of the trained networks (the network lies with the results)" },
  table.unpack(shared.settings),
})
local opt = experiment.options

-- A network that learned to integrate its angular velocity, and its two phases from the same first
-- states: awake with its input, asleep without and with twice the noise variance

local run = study.network(opt, {
  task = "head_direction", seed = opt.seed, biased = opt.biased,
  folder = opt.networks == "" and opt.out or nil,
})
local task, history = run.task, run.history
local awake, asleep, pca = heading.phases(run, {
  trials = opt.trials, steps = opt.quiescent_steps, noise = "scaled",
})

-- Figure 3

local most = math.max(math.max(table.unpack(awake.histogram.density)),
                      math.max(table.unpack(asleep.histogram.density)))
local function bearings(p, title, colour)
  return { "polar_histogram", {
    title = title, colour = colour, rmax = most,
    counts = rx.join { rx.matrix { p.histogram.center }:t(), rx.matrix { p.histogram.density }:t() },
  } }
end

local reach = 1.1 * math.max(awake.radius:max(), asleep.radius:max())
local function ring(p, title)
  return { "scatter", {
    title = title, cyclic = true, xmin = -reach, xmax = reach, ymin = -reach, ymax = reach,
    xlabel = "PC 1", ylabel = "PC 2", cblabel = "decoded bearing (rad)",
    points = rx.thin(rx.join { p.plane, p.decoded }, 2500),
  } }
end

experiment:draw("figure3.svg", {
  bearings(awake, "awake", "active"), bearings(asleep, "quiescent", "quiescent"),
  ring(awake, "awake"), ring(asleep, "quiescent"),
  columns = 2,
})

-- What was found

local tests, steps = history.test_loss, history.test_batch
experiment:finish(study.title("head direction", opt), {
  { ("test loss, batch %d"):format(steps[#steps]), { tests[#tests] } },
  { "decoding error, awake", { task:distance(awake.decoded, awake.batch.truth):mean() }, "rad" },
  { "two PCs explain, awake", { pca:explained(awake.moments, 2) } },
  { "two PCs explain, quiescent", { pca:explained(asleep.moments, 2) } },
  { "bearings, KL(quiescent || awake)",
    { rx.histogram_divergence(asleep.histogram, awake.histogram) }, "nats" },
  { "ring radius, awake", { awake.size } },
  { "its sd, awake", { awake.spread } },
  { "ring radius, quiescent", { asleep.size }, published = paper.published.ring_radius },
  { "its sd, quiescent", { asleep.spread } },
  { "quiescent states within the awake ring's 1-99% band", { asleep.within } },
})
