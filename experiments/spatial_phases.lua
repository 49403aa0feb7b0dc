-- Both phases of unbiased and biased navigation: Figure C.1, with the quiescent noise left as it was
-- awake, and Figure C.2, the same for the GRU.
--
--   rxlua experiments/spatial_phases.lua --quiescent-noise same
--   rxlua experiments/spatial_phases.lua --quiescent-noise same --cell gru

local rx = require "reactivation"
local spatial = require "krishna2024.spatial"
local study = require "krishna2024.study"

local experiment = spatial.experiment(
  "spatial_phases", "Draws both phases of spatial navigation, Figures C.1 and C.2.")
local opt = experiment.options

local trajectories, densities, rows = {}, {}, {}
for _, biased in ipairs { false, true } do
  local name = biased and "biased" or "unbiased"
  local divergences, steps = {}, { awake = {}, asleep = {} }
  for i, seed in ipairs(opt.seeds) do
    local run = spatial.network(opt, { seed = seed, biased = biased })
    local awake, asleep = spatial.phases(run, opt, "nothing")
    if i == 1 then
      for phase, of in pairs { active = awake, quiescent = asleep } do
        local title = ("%s, %s"):format(name, phase == "active" and "awake" or "quiescent")
        local place = (biased and 2 or 0) + (phase == "active" and 1 or 2)
        trajectories[place] = spatial.trajectories(of.decoded, phase, title)
        densities[place] = spatial.visited(of.decoded, phase, title)
      end
      spatial.one_scale(densities[biased and 3 or 1], densities[biased and 4 or 2])
    end
    local day, night = spatial.visits(run, opt)
    divergences[i] = spatial.divergence(night.density, day.density, opt)
    steps.awake[i] = rx.step_distance(day.decoded):mean()
    steps.asleep[i] = rx.step_distance(night.decoded):mean()
  end
  rows[#rows + 1] = { name .. ", KL(quiescent || awake)", divergences, "nats" }
  rows[#rows + 1] = { name .. ", step distance, awake", steps.awake, "m" }
  rows[#rows + 1] = { name .. ", step distance, quiescent", steps.asleep, "m" }
end

local panels = table.move(densities, 1, #densities, #trajectories + 1, trajectories)
panels.columns, panels.font_size = 4, 7
experiment:draw("phases.svg", panels)
experiment:finish(study.title("awake and quiescent", opt), rows)
