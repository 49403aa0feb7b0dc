-- How the step of the spatial RNN, and its limit, grow with its sizes and with threads.

local rx = require "reactivation"
local layout = require "bench.layout"
local machine = require "bench.machine"
local models = require "bench.models"
local sampling = require "bench.sampling"

-- Thread counts 1, 2, 4, ... and all.
local function thread_counts()
  local list, threads = {}, 1
  while threads < machine.threads do
    list[#list + 1], threads = threads, 2 * threads
  end
  list[#list + 1] = machine.threads
  return list
end

local AXES = {
  { "units", { 128, 256, 512, 1024, 2048 } },
  { "size", { 50, 100, 200, 400, 800 } }, -- trials in a batch
  { "steps", { 50, 100, 200, 400, 800 } },
  { "threads", thread_counts() },
}

local growth = { name = "growth", rounds = 2 }

local function measure(axis, value, rounds)
  local threads = axis == "threads" and value or machine.threads
  rx.threads(threads)
  local model = models.spatial_rnn(axis ~= "threads" and { [axis] = value } or nil)
  local samples = sampling.rounds(rounds, function(samples)
    samples:add(model:step().step, "step")
    samples:add(model:limit("transposed"), "limit")
  end)
  rx.threads(machine.threads)
  local step, limit = samples:of("step"), samples:of("limit")
  local s = model.settings
  return {
    axis = axis, value = value, units = s.units, batch = s.size, steps = s.steps, threads = threads,
    step = sampling.summary(step), limit = sampling.summary(limit), ratio = sampling.ratio(step, limit),
    limit_gflops = model:work() / sampling.median(limit) / 1e9,
  }
end

function growth.measure(rounds)
  local results = {}
  for _, axis in ipairs(AXES) do
    for _, value in ipairs(axis[2]) do
      table.insert(results, measure(axis[1], value, rounds))
      collectgarbage() -- the networks before this one are large
    end
  end
  return results
end

function growth.show(results)
  local rows = { { "units", "batch", "steps", "threads", "step", "limit", "GFLOP/s", "step/limit" } }
  for i, r in ipairs(results) do
    if i > 1 and r.axis ~= results[i - 1].axis then table.insert(rows, {}) end
    table.insert(rows, {
      r.units, r.batch, r.steps, r.threads, layout.spread(r.step, "%.3f"), layout.spread(r.limit, "%.3f"),
      ("%.0f"):format(r.limit_gflops), layout.spread(r.ratio, "%.2f"),
    })
  end
  layout.table("Growth: training step of the spatial RNN (s), and its matrix products alone", rows)
end

return growth
