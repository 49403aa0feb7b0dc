-- The small networks of head direction that the theory is tested on: kinds of them, each trained once.

local core = require "reactivation.core"
local head_direction = require "reactivation.tasks.head_direction"
local network_of = require("reactivation.networks.network").new
local paper = require "krishna2024.paper"
local rnn = require "reactivation.cells.rnn"
local train = require "reactivation.training.train"

local values = paper.head_direction
local networks = {}

-- What tells a kind from "tonic", the first. `noisy`: whether it is trained with noise; at rest all have it.
-- `truth` and `rays` are for theory.measure.
networks.kinds = {
  tonic = {}, text = { setting = "text", rays = true }, code = { setting = "code" },
  noiseless = { noisy = false }, slow = { tau = 0.1 }, untrained = { untrained = true, truth = true },
}
networks.order = { "tonic", "text", "code", "noiseless", "slow", "untrained" }

local CELLS, TRIALS = 64, 32 -- fewer than the paper's, so that a training takes seconds

local function network(kind, task, units, sigma, seed)
  local law = paper.noise[kind.setting or "tonic"]
  return rnn {
    inputs = task.inputs, units = units, outputs = task.outputs, init = task.init, dt = values.dt,
    tau = kind.tau or values.tau, sigma = sigma, noise = law.noise, bias = law.bias, rng = core.random(seed),
  }
end

-- A network with normal noise in place of uniform noise, of the same variance and with its mean as a
-- constant: what the theory's equations say of such a network.
local function with_normal_noise(net)
  local cell, mean = {}, net.sigma * math.sqrt(net.dt) / 2
  for name, value in pairs(net.cell) do cell[name] = value end
  function cell.step(w, s, x, o) return { r = net.cell.step(w, s, x, o).r + mean } end
  local options = {}
  for name, value in pairs(net.settings) do
    if name ~= "cell" then options[name] = value end
  end
  options.noise, options.sigma, options.rng = "gaussian", net.sigma / math.sqrt(12), net.rng
  return network_of(cell, options)
end

-- The same weights in a network with the kind's noise, as it is awake and at rest.
local function noisy_one(kind, task, units, seed, weights)
  local net = network(kind, task, units, values.sigma, seed)
  if net.settings.noise == "uniform" then net = with_normal_noise(net) end
  for name, weight in pairs(weights) do net.weights[name]:copy(weight) end
  return net
end

-- When a training is looked at: before it, and after so many batches.
function networks.stages(batches)
  local list, at = { 0 }, batches
  for i = 7, 2, -1 do
    list[i], at = at, math.max(1, at // 2)
  end
  return list
end

-- A network of a kind, trained or taken from its folder.
-- @tab o units, batches
-- @param folder of `rx.folder`, for its checkpoint and its weights on the way; nil for none
-- @treturn network with noise
-- @treturn table its task
-- @treturn function gives the network after so many batches, one of `networks.stages`
function networks.get(name, seed, o, folder)
  local kind = networks.kinds[name]
  local task = head_direction { cells = CELLS, steps = values.steps }
  local net = network(kind, task, o.units, kind.noisy == false and 0 or values.sigma, seed)
  local stages = kind.untrained and { 0 } or networks.stages(o.batches)
  local function path(stage) return folder:path(("after-%d.h5"):format(stage)) end
  if not core.load(path(0)) then folder:save("after-0.h5", net.weights) end
  local next_one = 2 -- the stage after the last that is kept: its checkpoint may be on the way to it
  while stages[next_one] and core.load(path(stages[next_one])) do next_one = next_one + 1 end
  for i = math.min(next_one, #stages), #stages do
    if stages[i] > 0 then
      train(net, task, {
        batches = stages[i], size = TRIALS, rate = values.rate, checkpoint = folder:path "checkpoint.h5",
        progress = folder:path "progress.json",
      })
      folder:save(("after-%d.h5"):format(stages[i]), net.weights)
    end
  end
  local function after(stage)
    return noisy_one(kind, task, o.units, seed, assert(core.load(path(stage))))
  end
  return noisy_one(kind, task, o.units, seed, net.weights), task, after, stages
end

return networks
