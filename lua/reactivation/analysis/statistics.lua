--- Statistics of numbers and of angles.
-- @module reactivation.statistics

local check = require "reactivation.check"
local core = require "reactivation.core"

local statistics = {}

local MOST_BINS = 1000000

-- All elements of a matrix as a list.
local function elements(m)
  local list = {}
  for i, row in ipairs(m:totable()) do
    for j, x in ipairs(row) do list[(i - 1) * m.cols + j] = x end
  end
  return list
end

-- A number as matrices hold it: to a person the element 0.7 and the bound 0.7 are one.
local function single(x)
  return (string.unpack("f", string.pack("f", x)))
end

-- Where bins begin, and the last one ends.
local function bin_edges(low, high, bins)
  local edges = {}
  for b = 1, bins do edges[b] = single(low + (b - 1) * (high - low) / bins) end
  edges[bins + 1] = single(high)
  return edges
end

-- The bin of an element between the first edge and the last, from a guess that rounding may mislead.
local function bin_of(x, edges, guess)
  local bins = #edges - 1
  local b = math.max(1, math.min(guess, bins))
  while x < edges[b] do b = b - 1 end
  while b < bins and x >= edges[b + 1] do b = b + 1 end
  return b
end

--- Counts of the elements of a matrix in bins of equal width.
-- @param values a matrix
-- @number low where the first bin begins
-- @number high where the last one ends; it belongs to the last bin
-- @int bins
-- @treturn table `center`, `count` and `density` (per unit), each a list of one number a bin; `low` and
--   `high`; `outside`, how many elements lie beyond them or are NaN
-- @usage local h = rx.histogram(bearings, -math.pi, math.pi, 36)
function statistics.histogram(values, low, high, bins)
  check.argument("matrix", 1, "histogram", values)
  check.argument("number", 2, "histogram", low)
  check.that(check.is_finite(high) and high > low, 3, "histogram",
             ("finite number above %s"):format(low), high)
  check.that(math.type(bins) == "integer" and bins >= 1 and bins <= MOST_BINS, 4, "histogram",
             ("whole number from 1 to %d"):format(MOST_BINS), bins)
  local width, edges = (high - low) / bins, bin_edges(low, high, bins)
  local h = { low = low, high = high, center = {}, count = {}, density = {} }
  for b = 1, bins do
    h.center[b], h.count[b] = low + (b - 0.5) * width, 0
  end
  local total = 0
  for _, x in ipairs(elements(values)) do
    if x >= edges[1] and x <= edges[bins + 1] then
      local b = bin_of(x, edges, math.floor((x - low) / width) + 1)
      h.count[b], total = h.count[b] + 1, total + 1
    end
  end
  h.outside = values.rows * values.cols - total
  check.that(total > 0, 1, "histogram", ("matrix with elements from %s to %s"):format(low, high), values)
  for b = 1, bins do h.density[b] = h.count[b] / (total * width) end
  return h
end

local function check_histogram(h, argument)
  local name = "histogram_divergence"
  check.that(type(h) == "table" and type(h.count) == "table", argument, name, "histogram", h)
  check.list("not negative", argument, name, h.count)
  local total = 0
  for _, n in ipairs(h.count) do total = total + n end
  check.that(total > 0, argument, name, "histogram that has counted something", h)
end

local function check_same_range(p, q)
  local same = (p.low == q.low and p.high == q.high) or not (p.low and q.low)
  check.that(same, 2, "histogram_divergence",
             ("histogram from %s to %s"):format(p.low, p.high), ("from %s to %s"):format(q.low, q.high))
end

--- Kullback-Leibler divergence of two histograms over the same bins, sum of p log(p/q), in nats.
-- The ratio is cut at `clip` where q has no counts.
-- @tab p
-- @tab q
-- @number[opt=1e7] clip
-- @treturn number
-- @usage local nats = rx.histogram_divergence(asleep, awake)
function statistics.histogram_divergence(p, q, clip)
  check_histogram(p, 1)
  check_histogram(q, 2)
  check.that(#p.count == #q.count, 2, "histogram_divergence", ("histogram of %d bins"):format(#p.count),
             #q.count)
  check_same_range(p, q)
  clip = clip or 1e7
  check.that(check.is_finite(clip) and clip > 0, 3, "histogram_divergence", "number above 0", clip)
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
  check.that(check.is_matrix(values) and values.rows * values.cols > 0, 1, "quantile",
             "matrix with at least one element", values)
  local sorted = elements(values)
  for _, x in ipairs(sorted) do
    check.that(x == x, 1, "quantile", "matrix without NaN", x)
  end
  local shares = table.pack(...)
  while shares.n > 1 and shares[shares.n] == nil do shares.n = shares.n - 1 end
  for i = 1, math.max(shares.n, 1) do
    local share = shares[i]
    check.that(check.is_finite(share) and share >= 0 and share <= 1, i + 1, "quantile",
               "share from 0 to 1", share)
  end
  table.sort(sorted)
  local quantiles = {}
  for i, share in ipairs(shares) do
    local place = 1 + share * (#sorted - 1)
    local below = math.floor(place)
    local above = math.min(below + 1, #sorted)
    quantiles[i] = sorted[below] + (place - below) * (sorted[above] - sorted[below])
  end
  return table.unpack(quantiles)
end

local function greatest_common_divisor(a, b)
  while b > 0 do a, b = b, a % b end
  return a
end

-- A step of about the golden share of a length, which comes by every place before it returns.
local function golden_step(length)
  local step = math.floor(length * (math.sqrt(5) - 1) / 2)
  while greatest_common_divisor(step, length) ~= 1 do step = step + 1 end
  return step
end

--- Some rows, spread alike over all, for a figure that needs no more. They fall in with no period of
-- the data: of a sequence every trial and every step has its share.
-- @param data rows x features
-- @int most how many rows to keep at the most
-- @return a matrix; the data itself if it is small enough
-- @usage local points = rx.thin(states, 4000)
function statistics.thin(data, most)
  check.argument("matrix", 1, "thin", data)
  check.argument("size", 2, "thin", most)
  if data.rows <= most then return data end
  local kept, step = core.matrix(most, data.cols), golden_step(data.rows)
  for i = 1, most do
    kept:row(i):copy(data:row(1 + (i - 1) * step % data.rows))
  end
  return kept
end

--- Mean direction of angles (rad), all elements of a matrix: that of the mean of their points on the circle.
-- @function rx.circular_mean
-- @tparam matrix angles
-- @treturn number in (-pi, pi]
-- @treturn number resultant length, that of this mean: 1 where all angles are equal, 0 where they cancel and
--   the direction means nothing
-- @usage local mean, length = rx.circular_mean(bearings)
function statistics.circular_mean(angles)
  local holds = check.is_matrix(angles) and angles.rows * angles.cols > 0 and angles:is_finite()
  check.that(holds, 1, "circular_mean", "matrix of finite numbers, at least one,", angles)
  local x, y = angles:cos():mean(), angles:sin():mean()
  return math.atan(y, x), math.sqrt(x * x + y * y)
end

return statistics
