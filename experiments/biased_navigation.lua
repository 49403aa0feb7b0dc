-- Biased spatial navigation (Figure 2): networks that learned walks drawn to the centre of the box rest
-- there, too; and only networks that learned under noise rest where they were awake.
--
--   rxlua experiments/biased_navigation.lua --quick
--   rxlua experiments/biased_navigation.lua --setting code --seeds 0,1,2,3,4

local rx = require "reactivation"
local spatial = rx.spatial

local opt = spatial.arguments("Trains networks on biased and unbiased navigation and draws Figure 2.",
                              "biased_navigation")
local out = rx.folder(opt.out)

-- Unbiased and biased walks, learned with noise (^s) and without, and a network that learned nothing

local kinds = {
  { name = "U^σ", biased = false, noisy = true },
  { name = "U", biased = false, noisy = false },
  { name = "B^σ", biased = true, noisy = true },
  { name = "B", biased = true, noisy = false },
}
local random = { name = "R^σ", untrained = true }

local function study(seed)
  local networks = {}
  for i, kind in ipairs(kinds) do
    local run = spatial.trained(opt, { seed = seed, biased = kind.biased, noisy = kind.noisy })
    local awake, asleep = spatial.visits(run, opt)
    networks[i] = { awake = awake, asleep = asleep, variance = spatial.total_variance(run, opt), run = run }
  end
  local _, asleep = spatial.visits(spatial.trained(opt, { seed = seed, untrained = true }), opt)
  networks.random = { asleep = asleep }
  return networks
end

-- Divergences: rows awake, columns quiescent or uniform over the box

local uniform = rx.uniform_density { box = 2.2, dimensions = 2 }
local function divergences(networks)
  local columns = {
    networks[1].asleep.density, networks[2].asleep.density, uniform,
    networks[3].asleep.density, networks[4].asleep.density, networks.random.asleep.density,
  }
  local matrix = rx.matrix(#kinds, #columns)
  for i = 1, #kinds do
    for j, quiescent in ipairs(columns) do
      matrix:set(i, j, spatial.divergence(quiescent, networks[i].awake.density, opt))
    end
  end
  return matrix
end
