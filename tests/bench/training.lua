-- A training step beside its limits: its matrix products as calls of OpenBLAS and nothing else, and
-- the time they would take if the processor began every multiplication and addition that it can.

local layout = require "bench.layout"
local machine = require "bench.machine"
local models = require "bench.models"
local products = require "products"
local on_threads = require "bench.on_threads"
local sampling = require "bench.sampling"

local NAMES = { "head_direction", "spatial_rnn", "few_trials", "spatial_gru" }
local REPEATS = { head_direction = 3, few_trials = 2 } -- in a round; once the others
local PARTS = { "batch", "forward", "readout", "backward", "optimizer", "freeing" }

-- Neighbours in time: a step between the two layouts of its limit.
local function measure(samples, name, model, threads)
  collectgarbage()
  samples:add(products.peak(), name, threads, "peak")
  samples:add(model:limit("stored"), name, threads, "stored")
  local step = model:step()
  samples:add(model:limit("transposed"), name, threads, "transposed")
  for _, found in ipairs { step, model:parts(step.gradient) } do
    for what, value in pairs(found) do samples:add(value, name, threads, what) end
  end
end

-- The faster layout is the limit.
local function limit_of(samples, name, threads)
  local stored, transposed = samples:of(name, threads, "stored"), samples:of(name, threads, "transposed")
  if sampling.median(stored) <= sampling.median(transposed) then return stored, "stored" end
  return transposed, "transposed"
end

-- The share of the peak at which so much work was done in the times of a list.
local function of_peak(samples, name, threads, list, work)
  local speeds = {}
  for i, seconds in ipairs(list) do speeds[i] = work / seconds end
  return sampling.ratio(speeds, samples:of(name, threads, "peak"))
end

local function result(samples, name, model, threads)
  local limit, which = limit_of(samples, name, threads)
  local step, s, shares = samples:of(name, threads, "step"), model.settings, {}
  for _, part in ipairs(PARTS) do shares[part] = sampling.ratio(samples:of(name, threads, part), step) end
  return {
    name = model.name, units = s.units, outputs = s.cells, batch = s.size, steps = s.steps, threads = threads,
    step = sampling.summary(step), limit = sampling.summary(limit), layout = which,
    ratio = sampling.ratio(step, limit), shares = shares, work = model:work(),
    of_peak = of_peak(samples, name, threads, step, model:work()),
    limit_of_peak = of_peak(samples, name, threads, limit, model:work()),
  }
end

local training = { name = "training", rounds = 7 }

function training.measure(rounds)
  local built = {}
  for _, name in ipairs(NAMES) do built[name] = models[name]() end
  local samples = sampling.rounds(rounds, function(samples)
    on_threads(function(threads)
      for _, name in ipairs(NAMES) do
        for _ = 1, REPEATS[name] or 1 do measure(samples, name, built[name], threads) end
      end
    end)
  end)
  local results = { steps = {}, speed_up = {} }
  for _, name in ipairs(NAMES) do
    for _, threads in ipairs(machine.thread_counts) do
      table.insert(results.steps, result(samples, name, built[name], threads))
    end
    local all = machine.threads
    table.insert(results.speed_up, {
      name = built[name].name,
      step = sampling.ratio(samples:of(name, 1, "step"), samples:of(name, all, "step")),
      limit = sampling.ratio((limit_of(samples, name, 1)), (limit_of(samples, name, all))),
    })
  end
  return results
end

function training.show(results)
  local steps = { { "", "threads", "step", "of the peak", "OpenBLAS alone", "of the peak", "step/OpenBLAS" } }
  local shares = { { "", "threads", table.unpack(PARTS) } }
  for _, r in ipairs(results.steps) do
    table.insert(steps, {
      r.name, r.threads, layout.spread(r.step, "%.4f"), layout.spread(r.of_peak, "%.2f"),
      layout.spread(r.limit, "%.4f"), layout.spread(r.limit_of_peak, "%.2f"), layout.spread(r.ratio, "%.2f"),
    })
    local row = { r.name, r.threads }
    for _, part in ipairs(PARTS) do table.insert(row, layout.median(r.shares[part], "%.1f", 100)) end
    table.insert(shares, row)
  end
  layout.table("Training step (s), and its matrix products as calls of OpenBLAS alone", steps)
  print "Shares of the peak count all products of the network: a readout that is reduced leaves some out."
  layout.table("Shares of the step (%); the readout's is what is left without forward and backward", shares)
  if machine.threads == 1 then return end
  local speed_up = { { "", "step", "limit" } }
  for _, s in ipairs(results.speed_up) do
    table.insert(speed_up, { s.name, layout.spread(s.step, "%.2f"), layout.spread(s.limit, "%.2f") })
  end
  layout.table(("Speed-up of %d threads over one"):format(machine.threads), speed_up)
end

return training
