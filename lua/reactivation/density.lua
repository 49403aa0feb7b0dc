--- Densities and how far they are from each other.
-- A density is anything with `density(self, points)`, one column, and, to be sampled,
-- `sample(self, n, rng)`, n points.
-- @module reactivation.density

local core = require "reactivation.core"
local check_options = require "reactivation.options"

local density = {}

local Uniform = {}
Uniform.__index = Uniform

function Uniform:density(points)
  local inside = points:abs():le(self.box / 2):sum("columns"):eq(self.dimensions)
  return inside / self.box ^ self.dimensions
end

function Uniform:sample(n, rng)
  return rng:uniform(n, self.dimensions, -self.box / 2, self.box / 2)
end

--- The uniform density on a box around 0.
-- @tab options box, its side (2.2); dimensions (2)
-- @return a density
-- @function rx.uniform_density
-- @usage local box = rx.uniform_density { box = 2.2, dimensions = 2 }
function density.uniform(options)
  return setmetatable(check_options(options, {
    box = { "positive", 2.2 }, dimensions = { "size", 2 },
  }), Uniform)
end

local function has(value, method)
  local ok, found = pcall(function() return value[method] end)
  return ok and found ~= nil
end

local function check_density(value, place, method)
  if not has(value, method) then
    error(("bad argument #%d to 'kl' (density with a method '%s' expected, got %s)")
          :format(place, method, type(value)), 3)
  end
end

--- Kullback-Leibler divergence E_p log p/q, in nats, by Monte Carlo: the mean over samples of p, or
-- over given points. The ratio p/q is clipped to [1/clip, clip].
-- @param p density
-- @param q density
-- @tab[opt] options samples (2500), rng (needed to sample), clip (1e7); or `at`, the points
-- @treturn number
-- @usage local nats = rx.kl(rx.kde(points), rx.kde(data), { samples = 2500, rng = rng })
function density.kl(p, q, options)
  local o = check_options(options, {
    samples = { "size", 2500 }, rng = { "generator" }, clip = { "positive", 1e7 }, at = { "any" },
  })
  check_density(p, 1, "density")
  check_density(q, 2, "density")
  local points = o.at
  if not points then
    check_density(p, 1, "sample")
    if not o.rng then error("bad option 'rng' (random generator expected, got nothing)", 2) end
    points = p:sample(o.samples, o.rng)
  end
  local above, below, bound = p:density(points), q:density(points), math.log(o.clip)
  local sum = 0
  for i = 1, points.rows do
    local ratio = math.log(above:get(i, 1)) - math.log(below:get(i, 1))
    if ratio ~= ratio then ratio = 0 end -- neither density reaches this point
    sum = sum + math.max(-bound, math.min(bound, ratio))
  end
  return sum / points.rows
end

return density
