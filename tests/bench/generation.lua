-- Numbers that every batch needs: normal draws and place activity, beside PyTorch's.

local rx = require "reactivation"
local layout = require "bench.layout"
local machine = require "bench.machine"
local models = require "bench.models"
local on_threads = require "bench.on_threads"
local python = require "bench.python"
local sampling = require "bench.sampling"

local POSITIONS, CELLS = 20000, 512
local DRAWS = 1 << 16 -- few enough for the cache: what counts is drawing, not memory

local generation = { name = "generation", rounds = 7 }

-- What is made: how PyTorch is asked for it and what of, how many numbers that is, how often it is
-- made in a measurement, and how we make it.
local function kinds()
  local rng, cells = rx.random(1), models.spatial_rnn().task.cells
  local positions = rng:uniform(POSITIONS, 2, -1.1, 1.1)
  return {
    { name = "normal draws", request = "normals", size = DRAWS, numbers = DRAWS, repeats = 64,
      make = function() rng:normal(DRAWS // CELLS, CELLS) end },
    { name = "place activity", request = "encode", size = POSITIONS, numbers = POSITIONS * CELLS, repeats = 4,
      make = function() cells:encode(positions) end },
  }
end

-- Numbers per second.
local function ours(kind)
  collectgarbage()
  return kind.repeats * kind.numbers / sampling.seconds(function()
    for _ = 1, kind.repeats do kind.make() end
  end)
end

local function theirs(kind, child, threads)
  return child and kind.numbers / child:ask(kind.request, threads, kind.size, kind.repeats)
end

function generation.measure(rounds)
  local child, made = python.start("pytorch.py"), kinds()
  local samples = sampling.rounds(rounds, function(samples)
    on_threads(function(threads)
      for _, kind in ipairs(made) do
        samples:add(ours(kind), kind.name, threads, "rxlua")
        samples:add(theirs(kind, child, threads), kind.name, threads, "pytorch")
      end
    end)
  end)
  if child then child:close() end

  local results = {}
  for _, kind in ipairs(made) do
    for _, threads in ipairs(machine.thread_counts) do
      local own, other = samples:of(kind.name, threads, "rxlua"), samples:of(kind.name, threads, "pytorch")
      table.insert(results, {
        name = kind.name, threads = threads, rxlua = sampling.summary(own), pytorch = sampling.summary(other),
        times = sampling.ratio(own, other),
      })
    end
  end
  return results
end

function generation.show(results)
  local rows = { { "", "threads", "rxlua", "PyTorch", "rxlua/PyTorch" } }
  for _, r in ipairs(results) do
    table.insert(rows, {
      r.name, r.threads, layout.spread(r.rxlua, "%.0f", 1e-6), layout.spread(r.pytorch, "%.0f", 1e-6),
      layout.spread(r.times, "%.1f"),
    })
  end
  layout.table("Numbers made (million a second)", rows)
end

return generation
