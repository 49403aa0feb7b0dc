-- Spatial navigation (Figure 1): a noisy network learns to integrate displacements in a box; then its
-- input is taken away, and it goes on through the positions that it knows.
--
--   rxlua experiments/spatial_navigation.lua --quick
--   rxlua experiments/spatial_navigation.lua --setting code --seeds 0,1,2,3,4

local rx = require "reactivation"
local spatial = rx.spatial
local COMPONENTS = 10

local opt = spatial.arguments("Trains networks on spatial navigation and draws Figure 1.", "spatial_navigation")
local out = rx.folder(opt.out)

-- A network, trained or taken from its folder, in both phases

local function study(seed)
  local run = spatial.trained(opt, { seed = seed })
  local awake, asleep = spatial.phases(run, opt)
  local pca = rx.pca(awake.states)
  for _, phase in ipairs { awake, asleep } do
    phase.explained = pca:explained(phase.states, COMPONENTS)
    phase.variance = rx.pca(phase.states).variance:sum()
    phase.plane = pca:project(phase.states, 2)
    phase.states = nil
  end
  local day, night = spatial.visits(run, opt)
  local numbers = {
    explained_by_10_pcs_awake = awake.explained[COMPONENTS],
    explained_by_10_pcs_asleep = asleep.explained[COMPONENTS],
    state_variance_awake = awake.variance,
    state_variance_asleep = asleep.variance,
    divergence_asleep_awake_nats = spatial.divergence(night.density, day.density, opt),
    divergence_awake_asleep_nats = spatial.divergence(day.density, night.density, opt),
    total_variance_asleep_m2 = spatial.total_variance(run, opt),
    step_distance_awake_m = rx.step_distance(day.decoded):mean(),
    step_distance_asleep_m = rx.step_distance(night.decoded):mean(),
  }
  spatial.add_milestones(numbers, run.history)
  return { awake = awake, asleep = asleep, history = run.history, numbers = numbers }
end

local studies = {}
for i, seed in ipairs(opt.seeds) do studies[i] = study(seed) end
local function each(get)
  local list = {}
  for i, s in ipairs(studies) do list[i] = get(s) end
  return list
end

-- Figure 1: learning and explained variance over all networks, the rest of the first one

local function learning(field, label, unit)
  local data = rx.curves(studies[1].history.test_batch, each(function(s) return s.history[field] end))
  data.xlabel, data.ylabel, data.logy = "batch", label .. unit, true
  return { "curve", data, letter = "b" }
end

local function explained()
  local components = {}
  for i = 1, COMPONENTS do components[i] = i end
  local data = rx.curves(components, each(function(s) return s.awake.explained end),
                         each(function(s) return s.asleep.explained end))
  data.labels, data.key, data.points = { "awake", "quiescent" }, "bottom right", true
  data.xlabel, data.ylabel = "principal components", "explained variance"
  return { "curve", data, letter = "c" }
end

local first = studies[1]
local reach = 1.05 * math.max(first.awake.plane:abs():max(), first.asleep.plane:abs():max())
local figure, problem = rx.figure({
  learning("test_loss", "test loss", ""), learning("test_error", "decoding distance", " (m)"), explained(),
  spatial.trajectories(first.awake.decoded, "awake", "active", "d"),
  spatial.trajectories(first.asleep.decoded, "quiescent", "quiescent", "e"),
  spatial.states(first.awake, "awake", reach, "f"), spatial.states(first.asleep, "quiescent", reach, "g"),
  spatial.visited(first.awake.decoded, "awake", "h"), spatial.visited(first.asleep.decoded, "quiescent", "i"),
  spatial.plane_density(first.awake.plane, "awake", reach, "j"),
  spatial.plane_density(first.asleep.plane, "quiescent", reach, "k"),
  columns = 3,
}, out:path("figure1.svg"))

spatial.report(opt, out, "figure1.svg", each(function(s) return s.numbers end), figure, problem)
