-- Analyses of a size that people have, beside NumPy and SciPy (analyses.py) where these have one, on the same
-- numbers: maps of units, the distance of two sets of points, and points where a network stands still.

local rx = require "reactivation"
local layout = require "bench.layout"
local npy = require "bench.npy"
local python = require "bench.python"
local sampling = require "bench.sampling"

local ROWS, UNITS = 100000, 512
local POINTS, DIRECTIONS = 20000, 50
local STARTS, THEIR_STARTS, STATES = 200, 4, 1000

local analyses = { name = "analyses", rounds = 3 }

-- A network of which half the directions are remembered for a while, and states that it came by.
local function network(rng)
  local net = rx.rnn { inputs = 1, units = UNITS, outputs = 1, activation = "tanh", bias = true, rng = rng }
  net.weights.w_rec:copy(rng:normal(UNITS, UNITS, 0, 0.9 / math.sqrt(UNITS)))
  net.weights.b_rec:copy(rng:normal(1, UNITS, 0, 0.3))
  return net, net:forward { state = rng:normal(STATES, UNITS), steps = 5 }:at(5)
end

-- What is measured: a name, our way, the request to Python, and how much less that does.
local function tasks(folder)
  local rng = rx.random(1)
  local function write(name, m)
    npy.write(folder:path("analyses_" .. name .. ".npy"), m)
    return m
  end
  local positions = write("positions", rng:uniform(ROWS, 2, -1, 1))
  local activity = write("activity", rng:uniform(ROWS, UNITS))
  local a, b = write("a", rng:normal(POINTS, 2)), write("b", rng:normal(POINTS, 2, 0.1))
  local directions = write("directions", rng:normal(DIRECTIONS, 2))
  local net, states = network(rng)
  write("w_rec", net.weights.w_rec)
  write("b_rec", net.weights.b_rec)
  write("starts", states)
  local starts = states:slice(1, STARTS)
  return {
    { ("rate maps of %d units over %d rows"):format(UNITS, ROWS), function()
      rx.rate_maps(positions, activity, { box = 2, bins = 20 })
    end, "maps", 1 },
    { ("sliced Wasserstein distance, 2 x %d points, %d directions"):format(POINTS, DIRECTIONS), function()
      rx.wasserstein(a, b, { directions = directions })
    end, "wasserstein", 1 },
    { ("slow points of %d units from %d starts"):format(UNITS, STARTS), function()
      rx.slow_points(net, starts, { starts = STARTS })
    end, "root " .. THEIR_STARTS, STARTS / THEIR_STARTS },
    { ("Jacobians of %d states of %d units"):format(STATES, UNITS), function()
      for first = 1, STATES, 100 do net:jacobian(states:slice(first, first + 99)) end
    end },
  }
end

function analyses.measure(rounds)
  local folder = rx.folder("build/bench")
  local list, results = tasks(folder), {}
  local scipy = python.start("analyses.py", folder:path("analyses_"))
  local samples = sampling.rounds(rounds, function(samples)
    for _, task in ipairs(list) do
      samples:add(sampling.seconds(task[2]), "rxlua", task[1])
      if scipy and task[3] then samples:add(task[4] * scipy:ask(task[3]), "scipy", task[1]) end
    end
  end)
  for i, task in ipairs(list) do
    local ours, theirs = samples:of("rxlua", task[1]), samples:of("scipy", task[1])
    results[i] = {
      what = task[1], rxlua = sampling.summary(ours), scipy = theirs and sampling.summary(theirs),
      times = theirs and sampling.ratio(theirs, ours),
    }
  end
  if scipy then scipy:close() end
  return results
end

function analyses.show(results)
  local rows = { { "", "s", "NumPy, SciPy: s", "to rxlua" } }
  for _, r in ipairs(results) do
    table.insert(rows, {
      r.what, layout.spread(r.rxlua, "%.2f"), r.scipy and layout.spread(r.scipy, "%.2f") or "-",
      r.times and layout.spread(r.times, "%.1f") or "",
    })
  end
  layout.table("Analyses, on all threads; SciPy's root finder from a few of the starts, by how many there are", rows)
end

return analyses
