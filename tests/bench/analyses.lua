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

-- What is measured: a name, our way, and theirs, each with a name, the request to Python, and how much less that
-- does.
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
  local maps = rx.rate_maps(positions, activity, { box = 2, bins = 20 })
  local bearings = rng:uniform(ROWS, 1, -math.pi, math.pi)
  return {
    { ("rate maps of %d units over %d rows"):format(UNITS, ROWS), function()
      rx.rate_maps(positions, activity, { box = 2, bins = 20 })
    end, { { "SciPy", "maps", 1 } } },
    { ("sliced Wasserstein distance, 2 x %d points, %d directions"):format(POINTS, DIRECTIONS), function()
      rx.wasserstein(a, b, { directions = directions })
    end, { { "SciPy", "wasserstein", 1 } } },
    { ("slow points of %d units from %d starts"):format(UNITS, STARTS), function()
      rx.slow_points(net, starts, { starts = STARTS })
    end, {
      { "SciPy's root finder", "root " .. THEIR_STARTS, STARTS / THEIR_STARTS },
      { "descent, all starts at once", "descent " .. STARTS, 1 },
    } },
    { ("Jacobians of %d states of %d units"):format(STATES, UNITS), function()
      for first = 1, STATES, 100 do net:jacobian(states:slice(first, first + 99)) end
    end, { { "NumPy, written out", "jacobians " .. STATES, 1 } } },
    { ("spatial information and tuning of %d units"):format(UNITS), function()
      rx.spatial_information(maps)
      rx.tuning(bearings, activity)
    end, {} },
    { ("grid scores of %d maps of 20 x 20"):format(UNITS), function() rx.grid_score(maps.rates) end, {} },
  }
end

function analyses.measure(rounds)
  local folder = rx.folder("build/bench")
  local list, results = tasks(folder), { rows = {} }
  local scipy = python.start("analyses.py", folder:path("analyses_"))
  local samples = sampling.rounds(rounds, function(samples)
    for _, task in ipairs(list) do
      samples:add(sampling.seconds(task[2]), "rxlua", task[1])
      for _, their in ipairs(scipy and task[3] or {}) do
        samples:add(their[3] * scipy:ask(their[2]), their[1], task[1])
      end
    end
  end)
  for _, task in ipairs(list) do
    local ours = samples:of("rxlua", task[1])
    local result = { what = task[1], rxlua = sampling.summary(ours), others = {} }
    for k, their in ipairs(scipy and task[3] or {}) do
      local theirs = samples:of(their[1], task[1])
      result.others[k] = { who = their[1], seconds = sampling.summary(theirs), times = sampling.ratio(theirs, ours) }
    end
    table.insert(results.rows, result)
  end
  if scipy then
    results.descended = scipy:ask("reached")
    scipy:close()
  end
  return results
end

function analyses.show(results)
  local rows = { { "", "s", "beside", "s", "to rxlua" } }
  for _, r in ipairs(results.rows) do
    local ours = { r.what, layout.spread(r.rxlua, "%.2f") }
    for k, other in ipairs(#r.others > 0 and r.others or { false }) do
      table.insert(rows, {
        k == 1 and ours[1] or "", k == 1 and ours[2] or "", other and other.who or "-",
        other and layout.spread(other.seconds, "%.2f") or "", other and layout.spread(other.times, "%.1f") or "",
      })
    end
  end
  layout.table("Analyses, on all threads; SciPy's root finder from a few of the starts, by how many there are", rows)
  if results.descended then
    print(("descent brought %.0f%% of the starts to rest"):format(100 * results.descended))
  end
end

return analyses
