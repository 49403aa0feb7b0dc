-- Networks trained without noise (Figures C.3 and C.4): asleep they freeze, and driven by noise they
-- wander in larger steps than networks that learned under it.
--
--   rxlua experiments/deterministic_navigation.lua --quick
--   rxlua experiments/deterministic_navigation.lua --setting code --seeds 0,1,2,3,4

local rx = require "reactivation"
local spatial = require "krishna2024.spatial"
local study = require "krishna2024.study"

local experiment = spatial.experiment(
  "deterministic_navigation", "Compares noisy with deterministic training and draws Figures C.3 and C.4.")
local opt = experiment.options

-- What is compared: a training, and what the network then does. Awake it has the noise that it learned
-- under; a network that learned without is driven by the quiescent noise of one that learned with it

local driven = math.sqrt(2) * opt.sigma
local conditions = {
  { label = "noisy, awake", noisy = true, awake = true },
  { label = "noisy, quiescent", noisy = true, noise = "scaled" },
  { label = "deterministic, awake", noisy = false, awake = true },
  { label = "deterministic, quiescent", noisy = false, noise = "same" },
  { label = "deterministic, driven", noisy = false, noise = driven, jumps = true },
}

-- For each walk: every seed's step distance by condition, and the first seed's decoded positions

local function compare(biased)
  local walk = { distances = {}, decoded = {} }
  for c, condition in ipairs(conditions) do
    walk.distances[c] = {}
    for i, seed in ipairs(opt.seeds) do
      local run = spatial.network(opt, { seed = seed, biased = biased, noisy = condition.noisy })
      local awake, asleep = spatial.phases(run, opt, "nothing", condition.noise)
      local decoded = condition.awake and awake.decoded or asleep.decoded
      walk.distances[c][i] = rx.step_distance(decoded):mean()
      walk.decoded[c] = walk.decoded[c] or decoded
    end
  end
  return walk
end

local walks = { unbiased = compare(false), biased = compare(true) }

-- Figure C.3: trajectories asleep; Figure C.4: step distances

local panels, labels, colours = { columns = 3 }, {}, {}
for c, condition in ipairs(conditions) do
  labels[c] = condition.label
  colours[c] = condition.awake and "active" or "quiescent"
end
for _, name in ipairs { "unbiased", "biased" } do
  for _, c in ipairs { 2, 4, 5 } do
    panels[#panels + 1] = spatial.trajectories(
      walks[name].decoded[c], "quiescent", name .. ", " .. labels[c], conditions[c].jumps)
  end
end
local function distances(name)
  return { "box", {
    values = rx.groups(walks[name].distances), labels = labels, colours = colours, title = name,
    ylabel = "step distance (m)", logy = true,
  } }
end

experiment:draw("figureC3.svg", panels)
experiment:draw("figureC4.svg", {
  distances "unbiased", distances "biased", columns = 1, width = 17.8, height = 11,
})

-- What was found

local rows = {}
for _, name in ipairs { "unbiased", "biased" } do
  for c, label in ipairs(labels) do
    rows[#rows + 1] = { ("step distance, %s, %s"):format(name, label), walks[name].distances[c], "m" }
  end
end
experiment:finish(study.title("navigation with and without noise", opt), rows)
