-- Head direction (Figure 3): a noisy network learns to integrate angular velocity; then its input
-- is taken away, and it goes on through the same bearings.
--
--   rxlua experiments/head_direction.lua --quick
--   rxlua experiments/head_direction.lua --setting code --seed 1

local rx = require "reactivation"
local paper = rx.paper.head_direction

local opt = rx.arguments("Trains a network on head direction and draws Figure 3.", {
  { "setting", "tonic", "noise and biases: text, code or tonic", choices = { "text", "code", "tonic" } },
  { "seed", 0, "seed of all random numbers" },
  { "units", paper.units, "units of the network", least = 1 },
  { "sigma", paper.sigma, "noise on the state, per square root of a second", least = 0 },
  { "biased", false, "turn counter-clockwise only" },
  { "batches", paper.batches, "length of the training", least = 1 },
  { "quick", false, "train for 2000 batches, a few minutes" },
  { "trials", paper.size, "trials of the two phases compared", least = 2 },
  { "quiescent_steps", paper.quiescent_steps, "steps without input", least = 1 },
  { "out", "", "folder of the results (results/head_direction/<setting>...)" },
})
if opt.quick then opt.batches = 2000 end
if opt.out == "" then
  opt.out = ("results/head_direction/%s%s-seed%d"):format(
    opt.setting, opt.biased and "-biased" or "", opt.seed)
end
local out = rx.folder(opt.out)
out:write("configuration.json", opt)

-- Training

local law = rx.paper.noise[opt.setting]
local rng = rx.random(opt.seed)
local task = rx.tasks.head_direction {
  steps = paper.steps, cells = paper.cells, width = paper.width, dt = paper.dt, biased = opt.biased,
}
local net = rx.rnn {
  inputs = task.inputs, units = opt.units, outputs = task.outputs, init = task.init,
  dt = paper.dt, tau = paper.tau, sigma = opt.sigma, noise = law.noise, bias = law.bias, rng = rng,
}
local history = rx.train(net, task, {
  batches = opt.batches, size = paper.size, optimizer = rx.adam { rate = paper.rate },
  checkpoint = out:path("checkpoint.h5"),
})
rx.save(out:path("history.h5"), history)

-- Two phases from the same first states: awake with its input, quiescent without

local fresh = rx.random(opt.seed, 1 << 57) -- far from the numbers of the training
local batch = task:batch(opt.trials, fresh)
batch.rng = fresh
local function phase(run)
  local states, outputs = net:forward(run)
  return { states = states, bearings = task:decode(outputs) }
end
local awake = phase(batch)
local asleep = phase {
  init = batch.init, steps = opt.quiescent_steps, sigma = rx.paper.quiescent_scale * opt.sigma, rng = fresh,
}

-- The plane of the awake ring, and both phases on it

local pca = rx.pca(awake.states)
for _, p in ipairs { awake, asleep } do
  p.plane = pca:project(p.states, 2)
  p.radius = p.plane:mul(p.plane):sum("columns"):sqrt()
  p.histogram = rx.histogram(p.bearings, -math.pi, math.pi, 36)
end
local inner, outer = rx.quantile(awake.radius, 0.01, 0.99)
local function sd(m)
  local off = m - m:mean()
  return math.sqrt(off:mul(off):mean())
end

local numbers = {
  test_loss = history.test_loss[#history.test_loss],
  decoding_error_rad = task:distance(awake.bearings, batch.truth):mean(),
  explained_by_2_pcs_awake = pca:explained(awake.states, 2),
  explained_by_2_pcs_asleep = pca:explained(asleep.states, 2),
  bearing_divergence_nats = rx.histogram_divergence(asleep.histogram, awake.histogram),
  ring_radius_awake = awake.radius:mean(),
  ring_radius_awake_sd = sd(awake.radius),
  ring_radius_asleep = asleep.radius:mean(),
  ring_radius_asleep_sd = sd(asleep.radius),
  asleep_within_awake_band = asleep.radius:ge(inner):mul(asleep.radius:le(outer)):mean(),
}
out:write("numbers.json", numbers)

-- Figure 3

local function bearings(p, title, colour)
  return { "polar_histogram", {
    title = title, colour = colour,
    counts = rx.join { rx.matrix { p.histogram.center }:t(), rx.matrix { p.histogram.density }:t() },
  } }
end

local reach = 1.1 * math.max(awake.radius:max(), asleep.radius:max())
local function ring(p, title)
  return { "scatter", {
    title = title, cyclic = true, xmin = -reach, xmax = reach, ymin = -reach, ymax = reach,
    xlabel = "PC 1", ylabel = "PC 2", cblabel = "decoded bearing (rad)",
    points = rx.thin(rx.join { p.plane, p.bearings }, 4000),
  } }
end

local figure, problem = rx.figure({
  bearings(awake, "awake", "active"), bearings(asleep, "quiescent", "quiescent"),
  ring(awake, "awake"), ring(asleep, "quiescent"),
  columns = 2,
}, out:path("figure3.svg"))

-- What was found

print(([[
head direction, %s, %d batches
  test loss                      %.4f
  decoding error, awake          %.3f rad
  two PCs explain                %.2f awake, %.2f quiescent
  bearings, KL(quiescent||awake) %.3f nats
  radius of the ring             %.1f +- %.1f awake, %.1f +- %.1f quiescent
  quiescent states in the ring   %.2f of them within its 1-99%% band]]):format(
  opt.setting, opt.batches, numbers.test_loss, numbers.decoding_error_rad,
  numbers.explained_by_2_pcs_awake, numbers.explained_by_2_pcs_asleep, numbers.bearing_divergence_nats,
  numbers.ring_radius_awake, numbers.ring_radius_awake_sd, numbers.ring_radius_asleep,
  numbers.ring_radius_asleep_sd, numbers.asleep_within_awake_band))
if not figure then error("no figure: " .. problem, 0) end
print("figure: " .. out:path("figure3.svg"))
