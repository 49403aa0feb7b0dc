-- Head direction (Figure 3): a noisy network learns to integrate angular velocity; then its input
-- is taken away, and it goes on through the same bearings.
--
--   rxlua experiments/head_direction.lua --quick
--   rxlua experiments/head_direction.lua --setting code --seed 1

local rx = require "reactivation"
local krishna2024 = require "krishna2024"
local heading = require "krishna2024.heading"
local paper, quick = krishna2024.paper.head_direction, krishna2024.paper.quick.head_direction

local opt = rx.arguments("Trains a network on head direction and draws Figure 3.", {
  { "setting", "tonic", "noise and biases: text, code or tonic", choices = { "text", "code", "tonic" } },
  { "seed", 0, "seed of all random numbers" },
  { "units", paper.units, "units of the network", least = 1 },
  { "sigma", paper.sigma, "noise on the state, per square root of a second", least = 0 },
  { "biased", false, "turn counter-clockwise only" },
  { "batches", paper.batches, "length of the training", least = 1 },
  { "quick", false, "train for 2000 batches, a few minutes", preset = { batches = quick.batches } },
  { "trials", paper.size, "trials of the two phases compared", least = 2 },
  { "quiescent_steps", paper.quiescent_steps, "steps without input", least = 1 },
  { "networks", "", "folder of the trained networks (the network lies with the results)" },
  { "out", "", "folder of the results (results/head_direction/<setting>...)" },
})
if opt.out == "" then
  opt.out = ("results/head_direction/%s%s-seed%d"):format(
    opt.setting, opt.biased and "-biased" or "", opt.seed)
end
local out = rx.folder(opt.out)
out:announce("configuration.json", opt)

-- A network that learned to integrate its angular velocity, and its two phases from the same first
-- states: awake with its input, asleep without and with twice the noise variance

local run = krishna2024.trained {
  task = "head_direction", setting = opt.setting, seed = opt.seed, biased = opt.biased,
  units = opt.units, sigma = opt.sigma, batches = opt.batches,
  networks = opt.networks, folder = opt.networks == "" and opt.out or nil,
}
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

local figure, problem = rx.figure({
  bearings(awake, "awake", "active"), bearings(asleep, "quiescent", "quiescent"),
  ring(awake, "awake"), ring(asleep, "quiescent"),
  columns = 2,
}, out:path("figure3.svg"))

-- What was found

local tests, steps = history.test_loss, history.test_batch
out:write("configuration.json", opt)
rx.report(out, ("head direction, %s, %d batches"):format(opt.setting, opt.batches), {
  { ("test loss, batch %d"):format(steps[#steps]), { tests[#tests] } },
  { "decoding error, awake", { task:distance(awake.decoded, awake.truth):mean() }, "rad" },
  { "two PCs explain, awake", { pca:explained(awake.moments, 2) } },
  { "two PCs explain, quiescent", { pca:explained(asleep.moments, 2) } },
  { "bearings, KL(quiescent || awake)",
    { rx.histogram_divergence(asleep.histogram, awake.histogram) }, "nats" },
  { "ring radius, awake", { awake.size } },
  { "its sd, awake", { awake.spread } },
  { "ring radius, quiescent", { asleep.size } },
  { "its sd, quiescent", { asleep.spread } },
  { "quiescent states within the awake ring's 1-99% band", { asleep.within } },
})
if not figure then error("no figure: " .. problem, 0) end
print("figure: " .. out:path("figure3.svg"))
