-- Principal components of states: rx.pca, which finds all of them, beside scikit-learn's first ten
-- (pca.py), found as it does by itself, by random projections, and exactly.

local rx = require "reactivation"
local layout = require "bench.layout"
local machine = require "bench.machine"
local npy = require "bench.npy"
local on_threads = require "bench.on_threads"
local python = require "bench.python"
local sampling = require "bench.sampling"

local ROWS, UNITS, COMPONENTS = 20000, 512, 10
local SOLVERS = { "auto", "full" }

local pca = { name = "pca", rounds = 3 }

-- Rows that vary along twenty directions, less along each, and a little along all.
local function states()
  local rng = rx.random(1)
  local widths = {}
  for i = 1, 20 do widths[i] = 2 / i end
  return rng:normal(ROWS, 20):mul(rx.matrix { widths }) * rng:normal(20, UNITS) + rng:normal(ROWS, UNITS, 0, 0.1)
end

function pca.measure(rounds)
  local data = states()
  local folder = rx.folder("build/bench")
  local given, found = folder:path("pca_states.npy"), folder:path("pca_variance.npy")
  npy.write(given, data)
  local sklearn = python.start("pca.py", given, COMPONENTS, found)

  local ours, difference = nil, {}
  local samples = sampling.rounds(rounds, function(samples)
    on_threads(function(threads)
      samples:add(sampling.seconds(function() ours = rx.pca(data) end), "rxlua", threads)
      for _, solver in ipairs(sklearn and SOLVERS or {}) do
        samples:add(sklearn:ask("fit", solver, threads), solver, threads)
        local theirs = npy.read(found)
        difference[solver] = (theirs / ours.variance:slice(1, COMPONENTS) - 1):abs():max()
      end
    end)
  end)
  if sklearn then sklearn:close() end

  local results = { rows = ROWS, units = UNITS, components = COMPONENTS, difference = difference, fits = {} }
  for _, threads in ipairs(machine.thread_counts) do
    local own = samples:of("rxlua", threads)
    local fit = { threads = threads, rxlua = sampling.summary(own) }
    for _, solver in ipairs(SOLVERS) do
      local theirs = samples:of(solver, threads)
      fit[solver] = theirs and { seconds = sampling.summary(theirs), times = sampling.ratio(theirs, own) }
    end
    table.insert(results.fits, fit)
  end
  return results
end

function pca.show(results)
  local rows = { { "", "threads", "ms", "to rxlua", "its variances differ by" } }
  for _, fit in ipairs(results.fits) do
    table.insert(rows, { "rx.pca", fit.threads, layout.spread(fit.rxlua, "%.0f", 1e3) })
    for _, solver in ipairs(SOLVERS) do
      local s = fit[solver]
      table.insert(rows, s and {
        "scikit-learn, " .. solver, fit.threads, layout.spread(s.seconds, "%.0f", 1e3),
        layout.spread(s.times, "%.1f"), ("%.0e"):format(results.difference[solver]),
      })
    end
  end
  if not results.fits[1][SOLVERS[1]] then
    table.insert(rows, { "scikit-learn", "", "not found (python3-sklearn)" })
  end
  layout.table(("Principal components of %d states of %d units, scikit-learn's first %d")
               :format(results.rows, results.units, results.components), rows)
end

return pca
