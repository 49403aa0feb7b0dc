-- A quiescent run of the spatial RNN with decoding: rx.decoded beside its matrix products alone, and
-- beside PyTorch.

local rx = require "reactivation"
local Child = require "bench.child"
local layout = require "bench.layout"
local machine = require "bench.machine"
local models = require "bench.models"
local products = require "products"
local python = require "bench.python"
local sampling = require "bench.sampling"

local TRIALS, STEPS = 200, 1000

local quiescent = { name = "quiescent", rounds = 3 }

function quiescent.measure(rounds)
  local rxlua, torch = Child.rxlua(), python.start("pytorch.py")
  local function run(child, threads) return child and child:ask("rest", "spatial_rnn", threads, TRIALS, STEPS) end
  local model = models.spatial_rnn { size = TRIALS }
  local samples = sampling.rounds(rounds, function(samples)
    for _, threads in ipairs(machine.thread_counts) do
      rx.threads(threads)
      samples:add(products.peak(), "peak", threads)
      samples:add(STEPS / model.settings.steps * model:limit("transposed", "run"), "limit", threads)
      samples:add(run(rxlua, threads), "rxlua", threads)
      samples:add(run(torch, threads), "pytorch", threads)
    end
  end)
  rx.threads(machine.threads)
  rxlua:close()
  if torch then torch:close() end
  local results = { trials = TRIALS, steps = STEPS, runs = {} }
  for _, threads in ipairs(machine.thread_counts) do
    local ours, theirs = samples:of("rxlua", threads), samples:of("pytorch", threads)
    local limit, least = samples:of("limit", threads), {}
    for i, peak in ipairs(samples:of("peak", threads)) do least[i] = model:work(STEPS) / peak end
    table.insert(results.runs, {
      threads = threads, rxlua = sampling.summary(ours), limit = sampling.summary(limit),
      pytorch = sampling.summary(theirs),
      of_peak = sampling.ratio(least, ours), ratio = sampling.ratio(ours, limit), times = sampling.ratio(theirs, ours),
    })
  end
  return results
end

function quiescent.show(results)
  local rows = { { "threads", "rxlua", "of the peak", "OpenBLAS alone", "rxlua/OpenBLAS", "PyTorch", "PyTorch/rxlua" } }
  for _, r in ipairs(results.runs) do
    table.insert(rows, {
      r.threads, layout.spread(r.rxlua, "%.2f"), layout.spread(r.of_peak, "%.2f"),
      layout.spread(r.limit, "%.2f"), layout.spread(r.ratio, "%.2f"),
      layout.spread(r.pytorch, "%.2f"), layout.spread(r.times, "%.2f"),
    })
  end
  layout.table(("Quiescent run with decoding, spatial RNN, %d trajectories of %d steps (s)")
               :format(results.trials, results.steps), rows)
end

return quiescent
