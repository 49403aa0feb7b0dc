--- Densities, and how far one is from another.
--
-- A density is any object with two methods: `density(points)` returns one column with the density
-- at each row; `sample(n, rng)` returns n points, one a row, and is needed only where it is drawn
-- from. A third, `log_density(points)`, is used in place of the first where it is there.
-- @module reactivation.density

local check = require "reactivation.check"
local check_options = require "reactivation.check.options"
local core = require "reactivation.core"
local counted = require "reactivation.runs.counted"
local public = require "reactivation.check.public"

local densities = {}

local PART = 5000 -- points between two looks at the clock

local Uniform = {}
Uniform.__index = Uniform

--- The uniform density in a box centred on zero.
-- @function rx.uniform_density
-- @tab options `box`, the length of its sides (2.2), and `dimensions` (2)
-- @return a density
-- @usage local everywhere = rx.uniform_density { box = 2.2 }
function densities.uniform(options)
  local size = check_options(options, { box = { "positive", 2.2 }, dimensions = { "size", 2 } })
  return setmetatable(size, Uniform)
end

function Uniform:density(points)
  check.method("density", self, { "matrix", points })
  if points.cols ~= self.dimensions then
    check.complain("bad argument #1 to 'density' (any x %d matrix expected, got %d x %d)",
                   self.dimensions, points.rows, points.cols)
  end
  local within = points:abs():le(self.box / 2):sum("columns"):eq(self.dimensions)
  return within / self.box ^ self.dimensions
end

function Uniform:sample(n, rng)
  check.method("sample", self, { "count", n }, { "generator", rng })
  return rng:uniform(n, self.dimensions, -self.box / 2, self.box / 2)
end

local function check_density(density, argument, method)
  check.that(check.can(density, method), argument, "kl", ("density with a method '%s'"):format(method),
             density)
end

local function check_kl_options(options)
  options = check_options(options, {
    samples = { "size" }, rng = { "generator" }, at = { "matrix" }, clip = { "positive", 1e7 },
  })
  if options.clip < 1 then
    check.complain("bad option 'clip' (number of at least 1 expected, got %s)", check.describe(options.clip))
  elseif options.at and (options.samples or options.rng) then
    check.complain("either 'at' or 'samples' and 'rng' expected, got both")
  elseif not options.at and not options.rng then
    check.complain("bad option 'rng' (random generator expected, got nothing)")
  end
  return options
end

local function log_density(density, points)
  local logs, logarithmic = core.matrix(points.rows, 1), check.can(density, "log_density")
  for first in counted.numbers("points", points.rows, PART) do
    local some = points:slice(first, math.min(first + PART - 1, points.rows))
    local found = logarithmic and density:log_density(some) or density:density(some):log()
    logs:slice(first, first + some.rows - 1):copy(found)
  end
  return logs
end

-- The logarithm of a ratio of densities, cut at both ends; nil if there is none.
local function log_ratio(above, below, clip)
  local both = math.max(above, below)
  if above ~= above or below ~= below or both == math.huge or both == -math.huge then return nil end
  local limit = math.log(clip)
  return math.max(-limit, math.min(above - below, limit))
end

--- Kullback-Leibler divergence of p from q, the mean of log p/q over p, in nats.
--
-- Ratios go by the logarithms of the densities, which do not underflow. Kernels leak over the walls of a
-- box, unless `rx.kde` is told of it: from the uniform density to the kernel density of 20000 points that are
-- uniform, it is 0.11 in place of 0; the other way round each draw that fell outside counts log(clip).
--
-- No two samples of one density give 0. What they give, the floor, is found from two halves of a sample:
-- `rx.floor`.
-- @function rx.kl
-- @param p a density
-- @param q a density
-- @tab options
--
-- * `samples`: how many points to draw from p (2500), with
-- * `rng`, a random generator; or
-- * `at`: given points, one a row, to take the mean over in their place
-- * `clip`: the ratio p/q is cut to between 1/clip and clip (1e7)
-- @treturn number
-- @usage local nats = rx.kl(rx.kde(points), rx.kde(data), { rng = rng })
-- @usage local nats = rx.kl(rx.uniform_density { box = 2.2 }, rx.kde(rng:normal(99, 2)), { rng = rng })
function densities.kl(p, q, options)
  options = check_kl_options(options)
  check_density(p, 1, "density")
  check_density(q, 2, "density")
  if not options.at then check_density(p, 1, "sample") end
  local points = options.at or p:sample(options.samples or 2500, options.rng)
  local above, below, sum = log_density(p, points), log_density(q, points), 0
  for i = 1, above.rows do
    local a, b = above:get(i, 1), below:get(i, 1)
    local ratio = log_ratio(a, b, options.clip)
    if not ratio then
      check.complain("no ratio of densities at point %d: %g and %g", i, math.exp(a), math.exp(b))
    end
    sum = sum + ratio
  end
  if above.rows == 0 then check.complain("bad option 'at' (at least one point expected, got none)") end
  return sum / above.rows
end

public.methods(Uniform)

return densities
