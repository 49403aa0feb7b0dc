-- Biased spatial navigation (Figure 2): networks that learned walks drawn to the centre of the box rest
-- there, too; and only networks that learned under noise rest where they were awake.
--
--   rxlua experiments/biased_navigation.lua --quick
--   rxlua experiments/biased_navigation.lua --setting code --seeds 0,1,2,3,4

local rx = require "reactivation"
local paper = require "krishna2024.paper"
local spatial = require "krishna2024.spatial"
local study = require "krishna2024.study"

local experiment = spatial.experiment(
  "biased_navigation", "Trains networks on biased and unbiased navigation and draws Figure 2.")
local opt = experiment.options

-- Unbiased and biased walks, learned with noise (marked by sigma) and without; and a network that
-- learned nothing

local shown = paper.published.total_variance
local kinds = {
  { name = "U^σ", biased = false, noisy = true, published = shown },
  { name = "U", biased = false, noisy = false },
  { name = "B^σ", biased = true, noisy = true, published = shown },
  { name = "B", biased = true, noisy = false },
}
local COLUMNS = { "U^σ", "U", "uniform", "B^σ", "B", "R^σ" }
local box = rx.uniform_density { box = rx.tasks.spatial_navigation {}.settings.box, dimensions = 2 }

-- A number for each seed: how much a network varies asleep, and how far each density asleep (columns)
-- is from each awake (rows)

local variances, divergences = {}, {}
for i = 1, #kinds do
  variances[i], divergences[i] = {}, {}
  for j = 1, #COLUMNS do divergences[i][j] = {} end
end

local function compare(seed)
  local networks = {}
  for i, kind in ipairs(kinds) do
    local run = spatial.network(opt, { seed = seed, biased = kind.biased, noisy = kind.noisy })
    local awake, asleep = spatial.visits(run, opt)
    networks[i] = { awake = awake, asleep = asleep, variance = spatial.total_variance(run, opt) }
  end
  local _, random = spatial.visits(spatial.network(opt, { seed = seed, untrained = true }), opt)
  local densities = { networks[1].asleep.density, networks[2].asleep.density, box,
                      networks[3].asleep.density, networks[4].asleep.density, random.density }
  for i, network in ipairs(networks) do
    variances[i][#variances[i] + 1] = network.variance
    for j, quiescent in ipairs(densities) do
      local list = divergences[i][j]
      list[#list + 1] = spatial.divergence(quiescent, network.awake.density, opt)
    end
  end
end

for _, seed in ipairs(opt.seeds) do compare(seed) end

-- Figure 2: the biased network of the first seed; divergences, means over seeds; variances

local names, means = {}, rx.matrix(#kinds, #COLUMNS)
for i, kind in ipairs(kinds) do
  names[i] = kind.name
  for j = 1, #COLUMNS do means:set(i, j, (rx.mean_sd(divergences[i][j]))) end
end
local biased = spatial.network(opt, { seed = opt.seeds[1], biased = true })
local awake, asleep = spatial.phases(biased, opt, "nothing")
local visited_awake, visited_asleep = spatial.one_scale(
  spatial.visited(awake.decoded, "active"), spatial.visited(asleep.decoded, "quiescent"))
experiment:draw("figure2.svg", {
  spatial.trajectories(awake.decoded, "active"), spatial.trajectories(asleep.decoded, "quiescent"),
  visited_awake, visited_asleep,
  { "matrix", {
    values = means, logcb = true, number = "%.2f", row_labels = names, column_labels = COLUMNS,
    xlabel = "quiescent", ylabel = "awake", title = "KL divergence (nats)",
  } },
  { "box", {
    values = rx.groups(variances), labels = names, ylabel = "total variance asleep (m^2)", ymin = 0,
  } },
  columns = 2,
})

-- What was found

local rows = {}
for i, kind in ipairs(kinds) do
  rows[i] = { "total variance, " .. kind.name, variances[i], "m^2", published = kind.published }
end
for i, row in ipairs(names) do
  for j, column in ipairs(COLUMNS) do
    rows[#rows + 1] = { ("KL(%s quiescent || %s awake)"):format(column, row), divergences[i][j], "nats" }
  end
end
experiment:finish(study.title("biased navigation", opt), rows)
