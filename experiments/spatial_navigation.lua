-- Spatial navigation (Figure 1): a noisy network learns to integrate displacements in a box; then its
-- input is taken away, and it goes on through the positions that it knows.
--
--   rxlua experiments/spatial_navigation.lua --quick
--   rxlua experiments/spatial_navigation.lua --setting code --seeds 0,1,2,3,4

local rx = require "reactivation"
local paper = require "krishna2024.paper"
local spatial = require "krishna2024.spatial"
local study = require "krishna2024.study"
local MILESTONES = { 100, 300, 1000, 2500 }

local experiment = spatial.experiment(
  "spatial_navigation", "Trains networks on spatial navigation and draws Figure 1.")
local opt = experiment.options
local COMPONENTS = math.min(10, opt.units)

-- A network, trained or taken from its folder, in both phases

local function look_at(seed)
  local run = spatial.network(opt, { seed = seed })
  local awake, asleep, pca = spatial.phases(run, opt, "plane")
  for _, phase in ipairs { awake, asleep } do
    phase.explained = pca:shares(phase.moments, COMPONENTS):cumsum():t():totable()[1]
    phase.variance = rx.pca(phase.moments).variance:sum()
  end
  local day, night = spatial.visits(run, opt)
  return {
    history = run.history, awake = awake, asleep = asleep,
    night_from_day = spatial.divergence(night.density, day.density, opt),
    day_from_night = spatial.divergence(day.density, night.density, opt),
    awake_step = rx.step_distance(day.decoded):mean(),
    asleep_step = rx.step_distance(night.decoded):mean(),
    total_variance = spatial.total_variance(run, opt),
  }
end

local studies = {}
for i, seed in ipairs(opt.seeds) do studies[i] = look_at(seed) end
local function each(get)
  local list = {}
  for i, s in ipairs(studies) do list[i] = get(s) end
  return list
end

-- Figure 1: learning and explained variance over all networks, the rest of the first one

local function learning(field, label)
  local data = rx.curves(studies[1].history.test_batch, each(function(s) return s.history[field] end))
  data.xlabel, data.ylabel, data.logy = "batch", label, true
  return { "curve", data }
end

local function explained()
  local components = {}
  for i = 1, COMPONENTS do components[i] = i end
  local data = rx.curves(components, each(function(s) return s.awake.explained end),
                         each(function(s) return s.asleep.explained end))
  data.labels, data.key, data.points = { "awake", "quiescent" }, "bottom right", true
  data.xlabel, data.ylabel = "principal components", "explained variance"
  return { "curve", data }
end

local first = studies[1]
local awake, asleep = first.awake, first.asleep
local reach = 1.05 * math.max(awake.plane:abs():max(), asleep.plane:abs():max())
local visited_awake, visited_asleep = spatial.one_scale(
  spatial.visited(awake.decoded, "active"), spatial.visited(asleep.decoded, "quiescent"))
local states_awake, states_asleep = spatial.one_scale(
  spatial.state_density(awake, "active", reach), spatial.state_density(asleep, "quiescent", reach))
experiment:draw("figure1.svg", {
  learning("test_loss", "test loss"), learning("test_error", "decoding distance (m)"), explained(), {},
  spatial.trajectories(awake.decoded, "active"),
  spatial.trajectories(asleep.decoded, "quiescent"),
  spatial.states(awake, "active", reach),
  spatial.states(asleep, "quiescent", reach),
  visited_awake, visited_asleep, states_awake, states_asleep,
  -- letters as in the paper, whose a is a sketch; pairs stand side by side
  columns = 4, letters = "b c defghijk", font_size = 6.5, height = 13,
})

-- What was found

local published, rows = paper.published, {}
local explained_there = COMPONENTS == 10 and published.explained or nil
for _, batch in ipairs(MILESTONES) do
  local function at(field)
    return each(function(s) return s.history[field][1 + batch // 100] end)
  end
  if #at("test_loss") == #studies then
    rows[#rows + 1] = { ("test loss, batch %d"):format(batch), at("test_loss"),
                        published = batch == paper.spatial_navigation.batches and published.test_loss or nil }
    rows[#rows + 1] = { ("decoding distance, batch %d"):format(batch), at("test_error"), "m" }
  end
end
for _, row in ipairs {
  { COMPONENTS .. " PCs explain, awake", function(s) return s.awake.explained[COMPONENTS] end,
    published = explained_there },
  { COMPONENTS .. " PCs explain, quiescent", function(s) return s.asleep.explained[COMPONENTS] end,
    published = explained_there },
  { "state variance, awake", function(s) return s.awake.variance end },
  { "state variance, quiescent", function(s) return s.asleep.variance end },
  { "KL(quiescent || awake)", function(s) return s.night_from_day end, "nats" },
  { "KL(awake || quiescent)", function(s) return s.day_from_night end, "nats" },
  { "total variance, quiescent", function(s) return s.total_variance end, "m^2" },
  { "step distance, awake", function(s) return s.awake_step end, "m" },
  { "step distance, quiescent", function(s) return s.asleep_step end, "m" },
} do
  rows[#rows + 1] = { row[1], each(row[2]), row[3], published = row.published }
end
experiment:finish(study.title("spatial navigation", opt), rows)
