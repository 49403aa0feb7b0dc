-- Biased head direction (Figure C.5): a network that learned to turn counter-clockwise only goes on
-- turning that way asleep, more slowly; one that learned turns of both signs has no direction. That needs
-- the setting "text": a constant drive, as in the others, soon holds the bearing.
--
--   rxlua experiments/biased_head_direction.lua --quick
--   rxlua experiments/biased_head_direction.lua --setting text

local rx = require "reactivation"
local paper = require "krishna2024.paper"
local heading = require "krishna2024.heading"
local study = require "krishna2024.study"

local shared = study.options "head_direction"
local experiment = study.experiment(
  "biased_head_direction", "Trains networks on biased and unbiased head direction and draws Figure C.5.",
  { shared.setting, shared.seeds, shared.units, shared.batches, shared.quick, shared.networks,
    table.unpack(shared.settings) })
local opt = experiment.options
local TRIALS, AWAKE, ASLEEP, MOST_TURN = 200, 50, 500, 25
local SHOWN, FIRST = 3, 150 -- trials that are drawn, and steps: later ones would hide each other

-- The biased network awake and asleep, and the unbiased one asleep
local function conditions_of(seed)
  local conditions = {}
  for _, biased in ipairs { true, false } do
    local run = study.network(opt, { task = "head_direction", seed = seed, biased = biased })
    local awake, asleep = heading.phases(run, { trials = TRIALS, steps = ASLEEP, noise = "scaled" })
    if biased then
      local first = awake.decoded:slice(1, AWAKE * TRIALS):as_sequence(AWAKE)
      conditions[1] = { title = "biased, awake", colour = "active", bearings = first, run = run }
    end
    conditions[#conditions + 1] = {
      title = biased and "biased, quiescent" or "unbiased, quiescent", colour = "quiescent",
      bearings = asleep.decoded, run = run,
    }
  end
  for _, condition in ipairs(conditions) do
    condition.velocity = heading.velocity(condition.bearings, condition.run.net.dt)
  end
  return conditions
end

-- The second half of a run
local function late(bearings)
  local steps, batch = bearings.steps // 2, bearings.batch
  return bearings:slice((bearings.steps - steps) * batch + 1, bearings.rows):as_sequence(steps)
end

local function means(studies, c, velocity)
  local list = {}
  for i, conditions in ipairs(studies) do list[i] = velocity(conditions[c]):mean() end
  return list
end

local studies = {}
for i, seed in ipairs(opt.seeds) do studies[i] = conditions_of(seed) end

-- Figure C.5: trajectories on polar axes, and angular velocities

local function spiral(condition)
  local bearings, dt = condition.bearings, condition.run.net.dt
  local steps = math.min(FIRST, bearings.steps)
  local paths = rx.paths(bearings:slice(1, steps * bearings.batch):as_sequence(steps), SHOWN)
  local time = rx.matrix(paths.rows, 1)
  for i = 1, paths.rows do time:set(i, 1, ((i - 1) % steps + 1) * dt) end
  return { "polar_trajectories", {
    paths = rx.join { time, paths }, title = condition.title, colour = condition.colour, thickness = 0.8,
  } }
end

-- Bearings are decoded to those of the cells, whose first and last are one, and velocities are multiples of a
-- grain: bins hold one each.
local function velocities(condition)
  local grain = 2 * math.pi / (condition.run.task.outputs - 1) / condition.run.net.dt
  local grains = MOST_TURN // grain
  local most = (grains + 0.5) * grain
  local h = rx.histogram(condition.velocity, -most, most, math.tointeger(2 * grains + 1))
  return { "histogram", {
    bins = rx.join { rx.matrix { h.center }:t(), rx.matrix { h.density }:t() },
    mean = condition.velocity:mean(), colour = condition.colour,
    xlabel = "angular velocity (rad/s)", ylabel = "density (s/rad)",
  } }
end

local panels, rows = { columns = 3 }, {}
for c, condition in ipairs(studies[1]) do
  panels[c], panels[c + 3] = spiral(condition), velocities(condition)
  local label = "mean angular velocity, " .. condition.title
  local turning = condition.title == "biased, quiescent" and paper.published.turning or nil
  table.insert(rows, { label, means(studies, c, function(it) return it.velocity end), "rad/s",
                       published = turning })
  if condition.colour == "quiescent" then
    local lasting = means(studies, c, function(it)
      return heading.velocity(late(it.bearings), it.run.net.dt)
    end)
    table.insert(rows, { label .. ", second half", lasting, "rad/s" })
  end
end
experiment:draw("figureC5.svg", panels)
experiment:finish(study.title("biased head direction", opt), rows)
