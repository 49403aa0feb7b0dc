-- Short trainings of every network on every kind of code, and what they end with in short: the same
-- text on any processor with fused multiply-adds, by any compiler, on any number of threads.
--
--   ./rxlua tests/bits.lua | diff - tests/golden/bits.txt
--   make BUILD=build/v3 PROGRAM=build/v3/rxlua ARCH=x86-64-v3 CC=clang && build/v3/rxlua tests/bits.lua ...
--   tests/clean_room.sh -a arm64 trixie 'make deps built && ./rxlua tests/bits.lua ...'

local rx = require "reactivation"
local hash = require "reactivation.files.bits"

local TASKS = {
  { "place cells", rx.tasks.spatial_navigation { steps = 12, cells = 90 } },
  { "differences of place cells",
    rx.tasks.spatial_navigation { steps = 12, cells = 90, tuning = "difference_of_gaussians" } },
  { "head-direction cells", rx.tasks.head_direction { steps = 12, cells = 90 } },
}

local NETWORKS = {
  { "rnn, relu", "rnn", { activation = "relu" } },
  { "rnn, tanh, bias, uniform noise", "rnn", { activation = "tanh", bias = true, noise = "uniform" } },
  { "gru, sigmoid", "gru", { activation = "sigmoid" } },
  { "lstm", "lstm", {} },
}

local function network(kind, task, options)
  local o = {
    inputs = task.inputs, units = 140, outputs = task.outputs, init = task.init, dt = 0.02, tau = 0.04,
    sigma = 0.2, rng = rx.random(7),
  }
  for name, value in pairs(options) do o[name] = value end
  return (rx[kind] or rx.cells[kind])(o)
end

local function train(net, task)
  return rx.train(net, task, { batches = 3, size = 110, test_size = 20, test_every = 3, progress = false })
end

local function line(name, net, history)
  local last = #history.test_loss
  print(("%s: %s, loss %a, test %a"):format(name, hash { net.parameters }, history.loss[#history.loss],
                                            history.test_loss[last]))
end

for _, task in ipairs(TASKS) do
  for _, n in ipairs(NETWORKS) do
    local net = network(n[2], task[2], n[3])
    line(n[1] .. ", " .. task[1], net, train(net, task[2]))
  end
end
-- few units and many cells: the readout is reduced
local task = rx.tasks.head_direction { steps = 20, cells = 200 }
local net = network("rnn", task, { units = 30 })
line("rnn, reduced readout", net, train(net, task))
-- numbers at rest, and their decoding
local init = task:batch(20, rx.random(3)).init
print("at rest: " .. hash { rx.decoded(net, task, { init = init, steps = 30, sigma = 0.1 }) })
