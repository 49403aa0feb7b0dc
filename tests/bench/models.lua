-- The three networks at the paper's settings, their training step, and its limit.

local rx = require "reactivation"
local core = require "reactivation.core"

local paper = require("krishna2024").paper
local now = core.now

local Model = {}
Model.__index = Model

-- A network with its task; `other` holds settings other than the paper's.
local function new(name, cell, kind, other)
  local s = {}
  for _, settings in ipairs { paper[kind], other or {} } do
    for field, value in pairs(settings) do s[field] = value end
  end
  local rng = rx.random(0)
  local task = rx.tasks[kind] { steps = s.steps, cells = s.cells, width = s.width, dt = s.dt }
  local function network(outputs)
    return rx[cell] {
      inputs = task.inputs, units = s.units, outputs = outputs, init = task.init,
      dt = s.dt, tau = s.tau, sigma = s.sigma, rng = rng,
    }
  end
  return setmetatable({
    name = name, cell = cell, task = task, settings = s, rng = rng,
    net = network(task.outputs), bare = network(1), optimizer = rx.adam { rate = s.rate },
  }, Model)
end

-- One step as rx.train makes it: the seconds of it and of its parts. The next steps need the memory
-- again: so freeing it is part of the step.
function Model:step()
  local began = now()
  local batch = self.task:batch(self.settings.size, self.rng)
  local made = now()
  local _
  _, _, self.gradient = self.net:gradient(batch, self.gradient)
  local known = now()
  self.optimizer:update(self.net.parameters, self.gradient)
  local moved = now()
  batch = nil -- luacheck: no unused
  collectgarbage()
  local freed = now()
  return {
    step = freed - began,
    batch = made - began, gradient = known - made, optimizer = moved - known, freeing = freed - moved,
  }
end

-- Seconds of the parts of a gradient: `forward` and `backward` of a network that differs in having a
-- single output, on a batch made before, and `readout`, what all the others cost.
function Model:parts(gradient)
  local s = self.settings
  local batch = self.task:batch(s.size, self.rng)
  local rows = s.steps * s.size
  self.states = self.states or rx.matrix(rows, s.units):as_sequence(s.steps)
  self.outputs = self.outputs or rx.matrix(rows, 1):as_sequence(s.steps)
  local run = { init = batch.init, inputs = batch.inputs }
  local began = now()
  self.bare:forward(run, self.states, self.outputs)
  local forward = now() - began
  run.targets = self.outputs
  began = now()
  self.bare:gradient(run)
  local both = now() - began
  return { forward = forward, backward = both - forward, readout = gradient - both }
end

-- Seconds of the products of a training step alone, or of a "run", in one of two layouts (products.c):
-- "stored" or "transposed".
function Model:limit(layout, what)
  local s = self.settings
  if not self.products then
    self.products = require("products").new {
      cell = self.cell, units = s.units, outputs = self.task.outputs, init = self.task.init,
      batch = s.size, steps = s.steps,
    }
  end
  local began = now()
  self.products[what or "step"](self.products, layout)
  return now() - began
end

-- Multiplications and additions of these products; or of those of a run without inputs, of so many steps.
function Model:work(run_steps)
  local s, task = self.settings, self.task
  local rows = (run_steps or s.steps) * s.size
  local recurrent = self.cell == "gru" and 3 * s.units or s.units
  if run_steps then return 2 * s.units * (rows * (recurrent + task.outputs) + s.size * task.init) end
  return 2 * s.units * (3 * rows * recurrent + 3 * rows * task.outputs + 2 * s.size * task.init)
end

return {
  names = { "head_direction", "spatial_rnn", "spatial_gru" },
  head_direction = function(other) return new("head direction", "rnn", "head_direction", other) end,
  spatial_rnn = function(other) return new("spatial RNN", "rnn", "spatial_navigation", other) end,
  few_trials = function() return new("the same, 50 trials", "rnn", "spatial_navigation", { size = 50 }) end,
  spatial_gru = function(other) return new("spatial GRU", "gru", "spatial_navigation", other) end,
}
