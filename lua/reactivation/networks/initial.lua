--- First values of weights, for the option `initial` of any network: functions of the shape and the
-- generator.
--
-- Without one, weights are uniform within one over the root of the number of units (or inputs) that they come
-- from, and biases zero.
-- @module reactivation.initial
-- @pragma nostrip

local check = require "reactivation.check"
local check_options = require "reactivation.check.options"
local core = require "reactivation.core"

local initial = {}

local function check_scale(name, value)
  if value ~= nil then check.argument("positive", 1, name, value) end
  return value or 1
end

--- Orthogonal weights: they turn a vector and stretch it by the gain, all directions alike. Of a matrix
-- that is no square the rows, or the columns, are orthogonal.
-- @function rx.initial.orthogonal
-- @number[opt=1] gain
-- @treturn function for the option `initial`
-- @usage
-- local first = { w_rec = rx.initial.orthogonal(1.1) }
-- local net = rx.rnn { inputs = 1, units = 16, outputs = 4, rng = rng, initial = first }
function initial.orthogonal(gain)
  gain = check_scale("orthogonal", gain)
  return function(rows, cols, rng)
    local u, _, v = core.svd(rng:normal(rows, cols))
    return gain * (u * v:t())
  end
end

--- Normal weights, scaled to a spectral radius: the modulus of the largest eigenvalue.
-- @function rx.initial.spectral_radius
-- @number[opt=1] radius
-- @treturn function for the option `initial`, of square weights
-- @usage
-- local first = { w_rec = rx.initial.spectral_radius(1.2) }
-- local net = rx.rnn { inputs = 1, units = 16, outputs = 4, rng = rng, initial = first }
function initial.spectral_radius(radius)
  radius = check_scale("spectral_radius", radius)
  return function(rows, cols, rng)
    if rows ~= cols then
      check.complain("square weights expected for a spectral radius, got %d x %d", rows, cols)
    end
    local values = rng:normal(rows, cols, 0, 1 / math.sqrt(cols))
    local spectrum = core.eigen(values)
    local found = math.sqrt(spectrum.real:get(1, 1) ^ 2 + spectrum.imaginary:get(1, 1) ^ 2)
    return found > 0 and values * (radius / found) or values
  end
end

--- Weights whose strengths follow a log-normal law, as those of synapses do, with either sign: few are
-- strong, most are weak (Song, Sjostrom, Reigl, Nelson and Chklovskii 2005).
-- @function rx.initial.log_normal
-- @tab[opt] options spread (0.9355), the standard deviation of the strengths' logarithm; gain (1): the root
--   of the strengths' mean square is gain over the root of the number of units they come from; signed
--   (true): false for positive weights alone, as Dale's law takes them
-- @treturn function for the option `initial`
-- @usage
-- local first = { w_rec = rx.initial.log_normal { spread = 1 } }
-- local net = rx.rnn { inputs = 1, units = 16, outputs = 4, rng = rng, initial = first }
function initial.log_normal(options)
  local o = check_options(options, {
    spread = { "positive", 0.9355 }, gain = { "positive", 1 }, signed = { "boolean", true },
  })
  return function(rows, cols, rng)
    -- the mean square of a log-normal law is exp(2 m + 2 spread^2)
    local m = math.log(o.gain / math.sqrt(cols)) - o.spread ^ 2
    local strengths = rng:normal(rows, cols, m, o.spread):exp()
    if not o.signed then return strengths end
    return strengths:mul(2 * rng:uniform(rows, cols):lt(0.5) - 1)
  end
end

return initial
