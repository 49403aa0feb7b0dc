-- Spatial navigation (Figure 1): a noisy network learns to integrate displacements in a box; then its
-- input is taken away, and it goes on through the positions that it knows.
--
--   rxlua experiments/spatial_navigation.lua --quick
--   rxlua experiments/spatial_navigation.lua --setting code --seeds 0,1,2,3,4

local rx = require "reactivation"
local spatial = rx.spatial

local opt = spatial.arguments("Trains networks on spatial navigation and draws Figure 1.", "spatial_navigation")
local out = rx.folder(opt.out)
local COMPONENTS = 10

-- Each network, trained or taken from its folder, and what is measured on it

local function study(seed)
  local run = rx.trained {
    task = "spatial_navigation", setting = opt.setting, cell = opt.cell, seed = seed,
    units = opt.units, sigma = opt.sigma, batches = opt.batches, networks = opt.networks,
  }
  local awake, asleep = spatial.phases(run, opt)
  local pca = rx.pca(awake.states)
  for _, phase in ipairs { awake, asleep } do
    phase.explained = pca:explained(phase.states, COMPONENTS)
    phase.variance = rx.variance(phase.states)
    phase.plane = pca:project(phase.states, 2)
    phase.from_center = phase.decoded:mul(phase.decoded):sum("columns"):sqrt()
    phase.states = nil
  end
  local day, night = spatial.visits(run, opt)
  return {
    awake = awake, asleep = asleep, history = run.history,
    numbers = {
      seed = seed,
      test_loss = run.history.test_loss,
      decoding_distance_m = run.history.test_error,
      explained_by_10_pcs_awake = awake.explained[COMPONENTS],
      explained_by_10_pcs_asleep = asleep.explained[COMPONENTS],
      state_variance_awake = awake.variance,
      state_variance_asleep = asleep.variance,
      divergence_asleep_awake_nats = spatial.divergence(night.density, day.density, opt),
      divergence_awake_asleep_nats = spatial.divergence(day.density, night.density, opt),
      total_variance_asleep_m2 = spatial.total_variance(run, opt),
      step_distance_awake_m = rx.step_distance(day.decoded):mean(),
      step_distance_asleep_m = rx.step_distance(night.decoded):mean(),
    },
  }
end

local studies = {}
for i, seed in ipairs(opt.seeds) do studies[i] = study(seed) end
