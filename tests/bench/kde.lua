-- The density of points of the plane at others, by rx.kde and by SciPy (kde.py), on the same numbers.

local rx = require "reactivation"
local layout = require "bench.layout"
local machine = require "bench.machine"
local npy = require "bench.npy"
local on_threads = require "bench.on_threads"
local python = require "bench.python"
local sampling = require "bench.sampling"

local POINTS, QUERIES = 20000, 10000

local kde = { name = "kde", rounds = 3 }

function kde.measure(rounds)
  local rng = rx.random(1)
  local points, queries = rng:normal(POINTS, 2), rng:uniform(QUERIES, 2, -3, 3)
  local folder = rx.folder("build/bench")
  local function path(name) return folder:path("kde_" .. name .. ".npy") end
  npy.write(path("points"), points)
  npy.write(path("queries"), queries)
  local scipy = python.start("kde.py", path("points"), path("queries"), path("density"))

  local density
  local samples = sampling.rounds(rounds, function(samples)
    on_threads(function(threads)
      samples:add(sampling.seconds(function() density = rx.kde(points):density(queries) end), "rxlua", threads)
    end)
    if scipy then samples:add(scipy:ask("density"), "scipy") end
  end)

  local theirs = samples:of("scipy")
  local results = { points = POINTS, queries = QUERIES, scipy = sampling.summary(theirs), rxlua = {} }
  for i, threads in ipairs(machine.thread_counts) do
    local ours = samples:of("rxlua", threads)
    results.rxlua[i] = {
      threads = threads, seconds = sampling.summary(ours), times = sampling.ratio(theirs, ours),
    }
  end
  if scipy then
    results.difference = (density / npy.read(path("density")) - 1):abs():max()
    scipy:close()
  end
  return results
end

function kde.show(results)
  local rows = { { "", "threads", "ms", "SciPy/rxlua" } }
  for _, r in ipairs(results.rxlua) do
    table.insert(rows, {
      "rx.kde", r.threads, layout.spread(r.seconds, "%.1f", 1e3), layout.spread(r.times, "%.1f"),
    })
  end
  table.insert(rows, { "SciPy", "1", results.scipy and layout.spread(results.scipy, "%.0f", 1e3) or
                       "not found (python3-scipy)" })
  layout.table(("Density of %d points at %d others"):format(results.points, results.queries), rows)
  if results.difference then print(("largest relative difference %.0e"):format(results.difference)) end
end

return kde
