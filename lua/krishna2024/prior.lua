-- Is a prior visited at rest? What a heading pulled towards 0 settles at, awake and at rest, on the bearings'
-- circle. A law is a list of densities (per rad) over BINS bins from -pi on.

local along = require "reactivation.dynamics.along"
local core = require "reactivation.core"
local ideal = require "krishna2024.theory.ideal"
local statistics = require "reactivation.analysis.statistics"

local prior = {}

local BINS = 24
local MOST = 200000 -- bearings that a law is made of
local WIDTH = 2 * math.pi / BINS

prior.bins = BINS
prior.centers = {}
for b = 1, BINS do prior.centers[b] = (b - 0.5) * WIDTH - math.pi end

-- A law of the same shape, of integral 1.
local function normalized(law)
  local sum, whole = 0, {}
  for _, p in ipairs(law) do sum = sum + p * WIDTH end
  for b, p in ipairs(law) do whole[b] = p / sum end
  return whole
end

-- The law of bearings; a bin that none came to counts half a bearing, so that it has a logarithm.
function prior.law(bearings)
  local counted = statistics.histogram(statistics.thin(bearings, MOST), -math.pi, math.pi, BINS)
  for b, n in ipairs(counted.count) do counted.count[b] = math.max(n, 0.5) end
  return normalized(counted.count)
end

-- What the theory expects at rest, where the noise has `factor` times its waking variance: the waking law to
-- the power 2 / factor (Eq. 19, where the factor is 2).
function prior.expected(law, factor)
  local raised = {}
  for b, p in ipairs(law) do raised[b] = p ^ (2 / factor) end
  return normalized(raised)
end

-- The mean of cos(bearing).
function prior.mean_cosine(law)
  local sum = 0
  for b, p in ipairs(law) do sum = sum + p * WIDTH * math.cos(prior.centers[b]) end
  return sum
end

-- Slope of one list on another, by least squares, with an offset.
function prior.slope(ys, xs)
  local mx, my, sxy, sxx = 0, 0, 0, 0
  for i, x in ipairs(xs) do mx, my = mx + x / #xs, my + ys[i] / #xs end
  for i, x in ipairs(xs) do
    sxy, sxx = sxy + (x - mx) * (ys[i] - my), sxx + (x - mx) ^ 2
  end
  return sxy / sxx
end

local function logarithms(law)
  local list = {}
  for b, p in ipairs(law) do list[b] = math.log(p) end
  return list
end

-- With which power of the waking law that at rest goes: the slope of log density on log density, bin by bin.
function prior.exponent(law, waking)
  return prior.slope(logarithms(law), logarithms(waking))
end

-- The slope of a law's logarithm at the bins' centres.
function prior.score(law)
  local list, logs = {}, logarithms(law)
  for b = 1, BINS do
    list[b] = (logs[b % BINS + 1] - logs[(b - 2) % BINS + 1]) / (2 * WIDTH)
  end
  return list
end

-- How much better a law describes what is visited than an even one does (nats a bearing).
function prior.gain(visited, law)
  local sum = 0
  for b, p in ipairs(visited) do sum = sum + p * WIDTH * math.log(2 * math.pi * law[b]) end
  return sum
end

-- The numbers 1 to n, the first moved to the end.
local function rotated(n)
  local list = {}
  for i = 1, n do list[i] = i % n + 1 end
  return list
end

-- A sequence of the steps `first` to `last` of another.
function prior.part(sequence, first, last)
  local batch = sequence.batch
  return sequence:slice((first - 1) * batch + 1, last * batch):as_sequence(last - first + 1)
end

-- How far the mean waking state moves for a radian, on average around the ring: |dm/dtheta|.
function prior.ring_speed(net, task, rng)
  local batch = task:batch(200, rng)
  local run = { rng = rng }
  for name, value in pairs(batch) do run[name] = value end
  local ring, at = along.mean_states(net:forward(run), batch.truth, { points = 90 })
  local moved = ring - ring:rows_at(rotated(at.rows))
  return moved:mul(moved):sum("columns"):sqrt():mean() * at.rows / (2 * math.pi)
end

-- So many bearings all around the circle, one column.
function prior.even(count)
  return 2 * math.pi / count * (core.matrix(count, 1, 1):cumsum() - 0.5) - math.pi
end

-- The theory's own network (Eqs. 16 and 19), a cell of two units: each step goes along the score of normals
-- of the noise's own variance about a ring, as dense as the waking law.
function prior.ideal(law, options)
  local radius, variance = options.radius, options.sigma ^ 2 * options.dt
  local count = math.ceil(2 * math.pi * radius / math.sqrt(variance) * 2)
  local at = prior.even(count)
  local centers, logs = radius * core.join { at:cos(), at:sin() }, core.matrix(1, count)
  for i = 1, count do
    local bin = math.floor((at:get(i, 1) + math.pi) / WIDTH) + 1
    logs:set(1, i, math.log(law[bin]))
  end
  local net = ideal(centers, { sigma = options.sigma, dt = options.dt, rng = options.rng, logs = logs })
  net.weights.w_out:copy(core.matrix { { 1, 0 }, { 0, 1 } })
  net.weights.encoder:copy(core.matrix { { radius, 0 }, { 0, radius } })
  return net, { decode = function(_, r) return r:column(2):atan2(r:column(1)) end }
end

return prior
