-- Recorded navigation: the paper's question put to an animal's own walks. A network learns to keep track of
-- the recorded positions from displacements alone; at rest, does it visit what the animal visited, as
-- often? The walks come from a file of tracked positions, CSV or HDF5, with a column for each coordinate,
-- one of time and, where there are several recordings, one that tells them apart; where tracking failed the
-- cells are empty or NaN. Without a file, small synthetic ones are used. The last of several recordings is
-- only tested.
--
--   rxlua experiments/recorded_navigation.lua --quick
--   rxlua experiments/recorded_navigation.lua --file rat7.csv --x x_cm --y y_cm --scale 0.01

local rx = require "reactivation"

local STEPS, DT, TAU = 100, 0.02, 0.1 -- as in the paper's spatial navigation
local CELLS, SIZE = 256, 100          -- place cells, and trials of a batch
local WALLS = 1.0001                  -- of a box for densities: float32 may round a position beyond its wall

local experiment = rx.experiment("recorded_navigation", "Trains a network on recorded walks; it rests.", {
  { "file", "", "tracked positions, CSV or HDF5 (experiments/data/walks.csv)" },
  { "x", "x", "its column of x" },
  { "y", "y", "its column of y" },
  { "time", "time", "its column of time (s)" },
  { "recording", "recording", "its column that tells recordings apart; without one, all is one recording" },
  { "scale", 1.0, "metres in a unit of x and y", least = 1e-9 },
  { "bridge", 0.25, "seconds that a gap may have to be filled by a straight line", least = 0 },
  { "box", 0.0, "side of the box (m); 0: the least that holds all walks", least = 0 },
  { "seed", 0, "seed of all random numbers", word = "seed%d" },
  { "units", 256, "units of the network", least = 1, word = "%d-units" },
  { "sigma", 0.0707, "noise on the state, per square root of a second", least = 0, word = "sigma-%g" },
  { "batches", 2500, "length of the training", least = 1, word = "%d-batches" },
  { "trials", 200, "trials of each phase", least = 2 },
  { "quiescent_steps", 1000, "steps without input", least = 2 },
  { "quick", false, "a small network and a short training, a minute or two",
    preset = { units = 128, batches = 600, quiescent_steps = 500 } },
})
local opt = experiment.options
if opt.file == "" then opt.file = (arg[0]:match("^(.*)/[^/]*$") or ".") .. "/data/walks.csv" end

-- The tasks, in one box with the same cells: of the walks to train on, and of the one to test -----------

local recordings, seconds = assert(rx.load_recordings(opt.file, {
  x = opt.x, y = opt.y, time = opt.time, recording = opt.recording, scale = opt.scale,
}))

local function new_task(some, place)
  return rx.tasks.recorded {
    positions = some, interval = seconds, bridge = opt.bridge, steps = STEPS, dt = DT,
    box = place.box, center_x = place.center_x, center_y = place.center_y,
    cells = CELLS, width = place.width, rng = rx.random(opt.seed),
  }
end

local place = new_task(recordings, { box = opt.box > 0 and opt.box or nil }).settings
place.width = place.box / 11 -- the share that the paper's place cells have of its box
local task = new_task(table.move(recordings, 1, math.max(#recordings - 1, 1), 1, {}), place)
local other = #recordings > 1 and new_task({ recordings[#recordings] }, place)

-- A network that learns the walks, and its two phases -------------------------------------------------

local rng = rx.random(opt.seed, 1 << 20)
local net = rx.rnn {
  inputs = task.inputs, units = opt.units, outputs = task.outputs, init = task.init,
  dt = DT, tau = TAU, sigma = opt.sigma, bias = true, rng = rng,
}
local history = rx.train(net, task, {
  batches = opt.batches, size = SIZE, rate = rx.schedule.cosine(4e-3, 2e-4, opt.batches),
  checkpoint = experiment.folder:path "checkpoint.h5",
})

local measured = rx.random(opt.seed, 1 << 57)
local awake, asleep = rx.phases(net, task, {
  trials = opt.trials, steps = opt.quiescent_steps, rng = measured, keep = "nothing",
})
local function off(phase)
  local apart = phase.decoded - phase.batch.truth
  return apart:mul(apart):sum("columns"):sqrt():mean()
end

local box = { box = WALLS * place.box }
local function density(positions) return rx.kde(rx.thin(positions, 20000), box) end
local function divergence(p, q) return rx.kl(p, q, { samples = 2000, rng = measured }) end
local animal, day, night = density(task.walks), density(awake.decoded), density(asleep.decoded)

-- The figure: paths above, how often each place was visited below -------------------------------------

local reach = 0.55 * place.box
local function paths(of, title, colour)
  return { "trajectories", {
    paths = of, title = title, colour = colour, box = place.box,
    xmin = -reach, xmax = reach, ymin = -reach, ymax = reach,
  } }
end
local function visits(of, title)
  local data = rx.heat_map(of, reach, 61)
  data.title, data.cblabel, data.box = title, "density (1/m²)", place.box
  return { "density", data }
end
local panels = {
  paths(rx.paths(awake.batch.truth, 10), "the animal", "#404040"),
  paths(rx.paths(awake.decoded, 10), "awake", "active"),
  paths(rx.paths(asleep.decoded, 10), "quiescent", "quiescent"),
  visits(animal, "the animal"), visits(day, "awake"), visits(night, "quiescent"),
  columns = 3,
}
local most = 0
for i = 4, 6 do most = math.max(most, panels[i][2].density:max()) end
for i = 4, 6 do panels[i][2].cbmax = most end
experiment:draw("recorded_navigation.svg", panels)

-- What was found

local rows = {
  { "decoding error, first", { history.test_error[1] }, "m" },
  { "decoding error, awake", { off(awake) }, "m" },
  { "KL(awake || animal)", { divergence(day, animal) }, "nats" },
  { "KL(quiescent || animal)", { divergence(night, animal) }, "nats" },
  { "KL(uniform || animal)", { divergence(rx.uniform_density(box), animal) }, "nats" },
  { "KL(quiescent || awake)", { divergence(night, day) }, "nats" },
  { "step distance, awake", { rx.step_distance(awake.decoded):mean() }, "m" },
  { "step distance, quiescent", { rx.step_distance(asleep.decoded):mean() }, "m" },
}
if other then
  local tested = rx.phases(net, other, { trials = opt.trials, steps = 2, rng = measured, keep = "nothing" })
  table.insert(rows, 3, { "decoding error, a recording it was not trained on", { off(tested) }, "m" })
end
experiment:finish(("recorded navigation, %d recordings, %.0f m of walks, %d batches"):format(
  #recordings, place.walked, opt.batches), rows)
