--- Statistics of states and of what they decode to.
-- @module reactivation.statistics

local core = require "reactivation.core"
local check_options = require "reactivation.options"

local statistics = {}

local PCA = {}
PCA.__index = PCA

--- Principal components of the rows of a matrix.
-- @param data rows x features
-- @return a table: `mean` (1 x features), `components` (one a row, largest variance first),
--   `variance` along them (features x 1) and `ratio`, each one's share of the whole
-- @usage local plane = rx.pca(states):project(states, 2)
function statistics.pca(data)
  local pca = core.pca(data)
  local total = pca.variance:sum()
  pca.ratio = total > 0 and pca.variance / total or pca.variance
  return setmetatable(pca, PCA)
end

--- Coordinates of rows on the first components.
-- @function pca:project
-- @param data rows x features
-- @int[opt] k how many components; all by default
-- @return rows x k
function PCA:project(data, k)
  local axes = k and self.components:slice(1, k) or self.components
  return (data - self.mean) * axes:t()
end

-- Sum of squares of each column around its mean.
local function squares(data)
  local centred = data - data:mean("rows")
  return centred:mul(centred):sum("rows")
end

--- Share of the variance of other rows that lies along the first components.
-- @function pca:explained
-- @param data rows x features
-- @int k how many components
-- @treturn number from 0 to 1
-- @treturn table k such numbers: along the first component, the first two, ..., the first k
-- @usage local share, cumulated = rx.pca(data):explained(points, 2)
function PCA:explained(data, k)
  local along, total = squares(self:project(data, k)), squares(data):sum()
  local shares, sum = {}, 0
  for i = 1, k do
    sum = sum + along:get(1, i)
    shares[i] = sum / total
  end
  return sum / total, shares
end

local function check_sequence(sequence, name)
  local ok, steps = pcall(function() return sequence.steps end)
  if not ok or not steps then
    error(("bad argument #1 to '%s' (sequence expected, got %s)"):format(name, type(sequence)), 3)
  end
  return steps
end

--- Variance within each trial of a sequence (divisor: its steps - 1), summed over features and averaged
-- over trials.
-- @param sequence
-- @tab[opt] options skip (0): steps to leave out at the beginning
-- @treturn number
-- @usage local variance = rx.total_variance(bearings, { skip = 1 })
function statistics.total_variance(sequence, options)
  local steps = check_sequence(sequence, "total_variance")
  local skip = check_options(options, { skip = { "integer", 0 } }).skip
  if skip < 0 or skip > steps - 2 then
    error(("bad option 'skip' (from 0 on, with two of the %d steps left, expected; got %d)")
          :format(steps, skip), 2)
  end
  local batch, kept = sequence.batch, steps - skip
  local late = sequence:slice(skip * batch + 1, steps * batch):as_sequence(kept)
  local mean = late:cumsum():at(kept) / kept
  local off = late - mean
  return off:mul(off):sum() / ((kept - 1) * batch)
end

--- Mean distance between consecutive steps of each trial of a sequence.
-- @param sequence
-- @return one row a trial
-- @usage local distance = rx.step_distance(bearings):mean()
function statistics.step_distance(sequence)
  local steps = check_sequence(sequence, "step_distance")
  if steps < 2 then error("bad argument #1 to 'step_distance' (at least two steps expected)", 2) end
  local batch = sequence.batch
  local moved = sequence:slice(batch + 1, steps * batch) - sequence:slice(1, (steps - 1) * batch)
  local distance = moved:mul(moved):sum("columns"):sqrt():as_sequence(steps - 1)
  return distance:cumsum():at(steps - 1) / (steps - 1)
end

-- All elements of a matrix as a list.
local function elements(m)
  local list = {}
  for i, row in ipairs(m:totable()) do
    for j, x in ipairs(row) do list[(i - 1) * m.cols + j] = x end
  end
  return list
end

--- Counts of the elements of a matrix in bins of equal width.
-- @param values a matrix
-- @number low where the first bin begins
-- @number high where the last one ends; it belongs to the last bin
-- @int bins
-- @treturn table `center`, `count` and `density` (per unit), each a list of one number a bin
-- @usage local h = rx.histogram(bearings, -math.pi, math.pi, 36)
function statistics.histogram(values, low, high, bins)
  assert(high > low and bins >= 1, "bins between two different bounds expected")
  local width = (high - low) / bins
  local h = { center = {}, count = {}, density = {} }
  for b = 1, bins do
    h.center[b], h.count[b] = low + (b - 0.5) * width, 0
  end
  local total = 0
  for _, x in ipairs(elements(values)) do
    if x >= low and x <= high then
      local b = math.min(math.floor((x - low) / width) + 1, bins)
      h.count[b], total = h.count[b] + 1, total + 1
    end
  end
  for b = 1, bins do h.density[b] = total > 0 and h.count[b] / (total * width) or 0 end
  return h
end

--- Kullback-Leibler divergence of two histograms over the same bins, sum of p log(p/q), in nats.
-- The ratio is cut at `clip` where q has no counts.
-- @tab p
-- @tab q
-- @number[opt=1e7] clip
-- @treturn number
-- @usage local nats = rx.histogram_divergence(asleep, awake)
function statistics.histogram_divergence(p, q, clip)
  clip = clip or 1e7
  local p_total, q_total = 0, 0
  for b = 1, #p.count do
    p_total, q_total = p_total + p.count[b], q_total + q.count[b]
  end
  local sum = 0
  for b = 1, #p.count do
    local share, other = p.count[b] / p_total, q.count[b] / q_total
    if share > 0 then
      sum = sum + share * math.log(math.min(share / other, clip))
    end
  end
  return sum
end

--- Quantiles of the elements of a matrix, interpolated between neighbours.
-- @param values a matrix
-- @number ... shares from 0 to 1
-- @return as many numbers
-- @usage local low, high = rx.quantile(radius, 0.01, 0.99)
function statistics.quantile(values, ...)
  local sorted = elements(values)
  assert(#sorted > 0, "a quantile of no numbers")
  table.sort(sorted)
  local quantiles = {}
  for i, share in ipairs { ... } do
    local place = 1 + share * (#sorted - 1)
    local below = math.floor(place)
    local above = math.min(below + 1, #sorted)
    quantiles[i] = sorted[below] + (place - below) * (sorted[above] - sorted[below])
  end
  return table.unpack(quantiles)
end

--- Evenly spaced rows, for a figure that needs no more.
-- @param data rows x features
-- @int most how many rows to keep at the most
-- @return a matrix; the data itself if it is small enough
-- @usage local points = rx.thin(states, 4000)
function statistics.thin(data, most)
  if data.rows <= most then return data end
  local kept = core.matrix(most, data.cols)
  for i = 1, most do
    kept:row(i):copy(data:row(1 + (i - 1) * data.rows // most))
  end
  return kept
end

return statistics
