-- The figures of the paper: the script that draws each, and the networks that it needs.

local paper = require "krishna2024.paper"
local settings = require "krishna2024.settings"
local study = require "krishna2024.study"

local figures = {}

-- Networks, as options of experiments/train.lua.

local U_NOISY = { task = "spatial_navigation" }
local U = { task = "spatial_navigation", noiseless = true }
local B_NOISY = { task = "spatial_navigation", biased = true }
local B = { task = "spatial_navigation", biased = true, noiseless = true }
local U_GRU = { task = "spatial_navigation", cell = "gru" }
local B_GRU = { task = "spatial_navigation", cell = "gru", biased = true }
local H = { task = "head_direction" }
local H_BIASED = { task = "head_direction", biased = true }

local EVERY_SETTING = {}
for _, setting in ipairs(paper.settings) do
  for _, task in ipairs(paper.tasks) do
    EVERY_SETTING[#EVERY_SETTING + 1] = { task = task, setting = setting }
  end
end

-- The time that a batch takes relative to the others', at the paper's size and at that of a quick look.
local COST = {
  spatial_navigation = { rnn = { 0.73, 0.25 }, gru = { 1.35, 0.5 } },
  head_direction = { rnn = { 0.07, 0.07 } },
}

-- Each: `name`; `title`, by default "Figure NAME"; the `script` in experiments/, and its `options` but for
-- those that all share; its `pictures` and their `caption`; the networks that it `needs`. A script takes
-- `one_seed` only; one of `every_setting` is given none.
local list = {
  { name = "1", script = "spatial_navigation", needs = { U_NOISY }, pictures = { "figure1" },
    caption = "Spatial navigation, unbiased walks. b: test loss, and distance between decoded and true " ..
      "position, during training (bands: ± one standard deviation over networks). c: variance " ..
      "explained by the first principal components of the waking states. The rest is of the " ..
      "first network. d, e: decoded trajectories, from circle to triangle. f, g: states on the " ..
      "plane of the first two components, coloured by the decoded distance from the centre of " ..
      "the box. h, i: density of decoded positions; white: the walls. j, k: density of the " ..
      "states on that plane. (The paper's panel a is a sketch.)" },
  { name = "2", script = "biased_navigation", needs = { U_NOISY, U, B_NOISY, B }, pictures = { "figure2" },
    caption = "Walks drawn to the centre of the box. a to d are of the first network. a, b: decoded " ..
      "trajectories, from circle to triangle. c, d: density of decoded positions. e: divergence " ..
      "of each density at rest (columns) from each awake (rows), mean over networks. U: learned " ..
      "unbiased walks, B: biased ones, σ: under noise; uniform: a density that is even over the " ..
      "box; R: an untrained network. f: variance of the decoded positions within a trajectory " ..
      "at rest; a dot is a network." },
  { name = "3", script = "head_direction", needs = { H }, pictures = { "figure3" }, one_seed = true,
    caption = "Head direction, of the first network. a, b: how often each bearing was decoded; dashed: " ..
      "evenly. c, d: states on the plane of the first two principal components of the waking " ..
      "states, coloured by decoded bearing." },
  { name = "C.1", script = "spatial_phases", options = { quiescent_noise = "same" },
    needs = { U_NOISY, B_NOISY }, pictures = { "phases" },
    caption = "Both phases, with the noise at rest left as it is awake, rather than of twice the " ..
      "variance. a to d: decoded trajectories, from circle to triangle. e to h: densities of " ..
      "decoded positions. Of the first network of each kind." },
  { name = "C.2", script = "spatial_phases", options = { quiescent_noise = "same", cell = "gru" },
    needs = { U_GRU, B_GRU }, pictures = { "phases" },
    caption = "As Figure C.1, for the GRU." },
  { name = "C.3", script = "deterministic_navigation", needs = { U_NOISY, U, B_NOISY, B },
    pictures = { "figureC3" },
    caption = "Decoded trajectories at rest, of networks that learned unbiased (a to c) and biased " ..
      "walks (d to f). a, d: learned under noise. b, e: learned without noise, and rest " ..
      "without. c, f: learned without noise, and driven by the noise at rest of the others; as " ..
      "these jump, some first steps of three." },
  { name = "C.4", script = "deterministic_navigation", needs = { U_NOISY, U, B_NOISY, B },
    pictures = { "figureC4" },
    caption = "Mean distance between the positions decoded in consecutive steps, on a logarithmic " ..
      "scale; a dot is a network. Noisy, deterministic: learned with and without noise. Driven: " ..
      "a network that learned without noise, with the noise at rest of the others." },
  { name = "C.5", script = "biased_head_direction", needs = { H, H_BIASED }, pictures = { "figureC5" },
    caption = "Head direction, learned with turns of one sign only. a, b: decoded bearings of three " ..
      "trials, time outwards, awake and in the first seconds at rest; c: those of the network " ..
      "that learned turns of both signs. d to f: the angular velocities of all trials; dashed: their mean." },
  { name = "C.5-text", title = "Figure C.5 under \"text\"", script = "biased_head_direction",
    options = { setting = "text" }, pictures = { "figureC5" },
    needs = { { task = "head_direction", setting = "text" },
              { task = "head_direction", setting = "text", biased = true } },
    caption = "As Figure C.5, for networks without the constant drive that units learn under \"tonic\"." },
  { name = "noise", title = "The noise law", script = "noise_law", needs = EVERY_SETTING,
    every_setting = true, pictures = { "noise_law" },
    caption = "Both tasks under three readings of the paper's noise. a to c, g to i: states of the " ..
      "first network awake and at rest, on the plane of the first two principal components of " ..
      "the waking ones. d to f, j to l: the size of what is visited at rest, its divergence " ..
      "from waking, and the steps between decoded points; a dot is a network." },
}

-- What stands above a figure.
function figures.title(figure)
  return figure.title or "Figure " .. figure.name
end

-- All figures, or those of a text such as "1,2,C.3"; or nil and a message.
function figures.chosen(text)
  if text == "all" then return list end
  local known, chosen, names, seen = {}, {}, {}, {}
  for i, figure in ipairs(list) do known[figure.name:lower()], names[i] = figure, figure.name end
  for name in (text:lower() .. ","):gmatch("([^,]*),") do
    if not known[name] then
      return nil, ("unknown figure '%s'; known are %s"):format(name, table.concat(names, ", "))
    end
    if not seen[name] then chosen[#chosen + 1], seen[name] = known[name], true end
  end
  return chosen
end

local function with(options, more)
  local all = {}
  for _, set in ipairs { options, more } do
    for name, value in pairs(set) do all[name] = value end
  end
  return all
end

-- The options of a figure's script.
-- @tab figure
-- @tab opt those of experiments/paper.lua, which are passed on
-- @param seeds a list, or one
function figures.options(figure, opt, seeds)
  return with({
    [figure.one_seed and "seed" or "seeds"] = seeds, setting = not figure.every_setting and opt.setting,
    quick = opt.quick, units = opt.units > 0 and opt.units, batches = opt.batches > 0 and opt.batches,
  }, figure.options or {})
end

-- The networks that figures need, each once, the longest training first, so that they end together.
-- @tab chosen figures
-- @tab opt those of experiments/paper.lua
-- @treturn table configurations of a sweep: options of `krishna2024.trained`
-- @treturn function of one of them: how much work its training is beside the others'
function figures.trainings(chosen, opt)
  local trainings, seen = {}, {}
  local function work(o) return COST[o.task][o.cell][opt.quick and 2 or 1] * o.batches end
  local function add(network, seed)
    local o = with({ setting = opt.setting, seed = seed, cell = paper.cells[1], biased = false },
                   with(study.lengths(network.task, opt), network))
    o.noisy, o.noiseless = not o.noiseless, nil
    local name = settings.name(o)
    if not seen[name] then seen[name], trainings[#trainings + 1] = true, o end
  end
  for _, figure in ipairs(chosen) do
    for _, network in ipairs(figure.needs) do
      for _, seed in ipairs(opt.seeds) do add(network, seed) end
    end
  end
  table.sort(trainings, function(a, b)
    return work(a) > work(b) or work(a) == work(b) and settings.name(a) < settings.name(b)
  end)
  return trainings, work
end

return figures
