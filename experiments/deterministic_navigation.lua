-- Networks trained without noise (Figures C.3 and C.4): asleep they freeze, and driven by noise they
-- wander in larger steps than networks that learned under it.
--
--   rxlua experiments/deterministic_navigation.lua --quick
--   rxlua experiments/deterministic_navigation.lua --setting code --seeds 0,1,2,3,4

local rx = require "reactivation"
local spatial = rx.spatial

local opt = spatial.arguments("Compares noisy with deterministic training and draws Figures C.3 and C.4.",
                              "deterministic_navigation")
local out = rx.folder(opt.out)

-- A phase is a kind of training, and the noise asleep; awake, a network has the noise that it learned
-- under

local driven = math.sqrt(2) * opt.sigma
local phases = {
  { label = "noisy,\nawake", noisy = true, awake = true },
  { label = "noisy,\nquiescent", noisy = true, noise = "scaled" },
  { label = "det.,\nawake", noisy = false, awake = true },
  { label = "det.,\nquiescent", noisy = false, noise = "same" },
  { label = "det., noisy\nquiescent", noisy = false, noise = driven },
}

local function decode(seed, biased, phase)
  local run = spatial.trained(opt, { seed = seed, biased = biased, noisy = phase.noisy })
  local awake, asleep = spatial.phases(run, opt, phase.noise)
  return phase.awake and awake.decoded or asleep.decoded
end

-- For each walk the first seed's decoded positions, and every seed's step distance, by phase

local walks = {}
for w, biased in ipairs { false, true } do
  local walk = { decoded = {}, distances = {}, labels = {} }
  for p, phase in ipairs(phases) do
    local distances = {}
    for i, seed in ipairs(opt.seeds) do
      local decoded = decode(seed, biased, phase)
      walk.decoded[p] = walk.decoded[p] or decoded
      distances[i] = rx.step_distance(decoded):mean()
    end
    walk.labels[p], walk.distances[p] = phase.label, distances
  end
  walks[w] = walk
end
