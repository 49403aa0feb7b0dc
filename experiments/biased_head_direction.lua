-- Biased head direction (Figure C.5): a network that learned to turn counter-clockwise only goes on
-- turning that way asleep, more slowly; one that learned turns of both signs has no direction. That needs
-- the setting "text": a constant drive, as in the others, soon holds the bearing.
--
--   rxlua experiments/biased_head_direction.lua --quick
--   rxlua experiments/biased_head_direction.lua --setting text

local rx = require "reactivation"
local krishna2024 = require "krishna2024"
local heading = require "krishna2024.heading"
local paper, quick = krishna2024.paper.head_direction, krishna2024.paper.quick.head_direction

local opt = rx.arguments("Trains networks on biased and unbiased head direction and draws Figure C.5.", {
  { "setting", "tonic", "noise and biases: text, code or tonic", choices = { "text", "code", "tonic" } },
  { "seeds", { 0 }, "seeds of the networks, such as 0,1,2,3,4" },
  { "units", paper.units, "units of a network", least = 1 },
  { "batches", paper.batches, "length of a training", least = 1 },
  { "quick", false, "short trainings", preset = { batches = quick.batches, networks = "results/quick" } },
  { "networks", "results/networks", "folder of the trained networks" },
  { "out", "", "folder of figures and numbers (results/biased_head_direction/<setting>...)" },
})
if opt.out == "" then
  opt.out = ("results/biased_head_direction/%s%s"):format(opt.setting, opt.quick and "-quick" or "")
end
local out = rx.folder(opt.out)
out:announce("configuration.json", opt)
local TRIALS, AWAKE, ASLEEP, SHOWN, MOST_TURN = 200, 50, 500, 3, 25

-- The biased network awake and asleep, and the unbiased one asleep
local function study(seed)
  local conditions = {}
  for _, biased in ipairs { true, false } do
    local run = heading.trained(opt, { seed = seed, biased = biased })
    local awake, asleep = heading.phases(run, { trials = TRIALS, steps = ASLEEP, noise = "scaled" })
    if biased then
      local first = awake.decoded:slice(1, AWAKE * TRIALS):as_sequence(AWAKE)
      conditions[1] = { title = "biased, awake", colour = "active", bearings = first }
    end
    conditions[#conditions + 1] = {
      title = biased and "biased, quiescent" or "unbiased, quiescent", colour = "quiescent",
      bearings = asleep.decoded,
    }
  end
  for _, condition in ipairs(conditions) do condition.velocity = heading.velocity(condition.bearings) end
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
for i, seed in ipairs(opt.seeds) do studies[i] = study(seed) end

-- Figure C.5: trajectories on polar axes, and angular velocities

local function spiral(condition)
  local paths = rx.paths(condition.bearings, SHOWN)
  local time = rx.matrix(paths.rows, 1)
  for i = 1, paths.rows do time:set(i, 1, ((i - 1) % condition.bearings.steps + 1) * paper.dt) end
  return { "polar_trajectories", {
    paths = rx.join { time, paths }, title = condition.title, colour = condition.colour,
  } }
end

local function velocities(condition)
  local h = rx.histogram(condition.velocity, -MOST_TURN, MOST_TURN, 50)
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
  table.insert(rows, { label, means(studies, c, function(it) return it.velocity end), "rad/s" })
  if condition.colour == "quiescent" then
    local lasting = means(studies, c, function(it) return heading.velocity(late(it.bearings)) end)
    table.insert(rows, { label .. ", second half", lasting, "rad/s" })
  end
end
local figure, problem = rx.figure(panels, out:path("figureC5.svg"))

out:write("configuration.json", opt)
rx.report(out, ("biased head direction, %s, %d batches"):format(opt.setting, opt.batches), rows)
if not figure then error("no figure: " .. problem, 0) end
print("figure: " .. out:path("figureC5.svg"))
