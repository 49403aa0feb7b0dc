-- What the experiments on head direction measure.

local core = require "reactivation.core"
local statistics = require "reactivation.analysis.statistics"
local study = require "krishna2024.study"

local heading = {}

local BINS = 36 -- of the bearings, around the circle

local function sd(m)
  local off = m - m:mean()
  return math.sqrt(off:mul(off):mean())
end

-- Both phases, with the ring on which their states lie.
-- @tab run of `krishna2024.trained`
-- @tab how trials, steps, noise
-- @treturn table awake: beside what `rx.phases` keeps of the waking plane, `radius` of each state on it, its
--   mean `size` and `spread` (standard deviation), and `histogram` of the decoded bearings
-- @treturn table asleep, likewise, and `within`, the share of its states that lie within the waking ring,
--   between the 1st and the 99th percentile of its radius
-- @return the principal components
function heading.phases(run, how)
  how.keep = "plane"
  local awake, asleep, pca = study.phases(run, how)
  for _, p in ipairs { awake, asleep } do
    p.radius = p.plane:mul(p.plane):sum("columns"):sqrt()
    p.size, p.spread = p.radius:mean(), sd(p.radius)
    p.histogram = statistics.histogram(p.decoded, -math.pi, math.pi, BINS)
  end
  local inner, outer = statistics.quantile(awake.radius, 0.01, 0.99)
  asleep.within = asleep.radius:ge(inner):mul(asleep.radius:le(outer)):mean()
  return awake, asleep, pca
end

-- Angular velocity (rad/s) between consecutive bearings.
-- @param bearings a sequence
-- @number dt of the network's steps (s)
-- @return a row less for each trial
function heading.velocity(bearings, dt)
  local steps, batch = bearings.steps, bearings.batch
  local turns = bearings:slice(batch + 1, steps * batch) - bearings:slice(1, (steps - 1) * batch)
  return turns:wrap() / dt
end

-- Bearings from the activity of evenly spread cells, the first and the last with one direction: that of
-- their population vector, which has no steps, as that of the few most active cells has.
function heading.bearing(outputs)
  local count = outputs.cols - 1
  local at = 2 * math.pi / count * (core.matrix(count, 1, 1):cumsum() - 1) - math.pi
  local own = outputs:columns(1, count)
  return (own * at:sin()):atan2(own * at:cos())
end

-- The same for `rx.decoded`.
heading.decoder = { decode = function(_, outputs) return heading.bearing(outputs) end }

return heading
