--- Constraints: what a network uses in place of its weights.
-- A table of functions, by the name of a weight, for the option `constrain` of any network. Each is given
-- the weight as it is held and returns what is used in its place, of the same shape and made by operators
-- and methods that can be differentiated.
-- @module reactivation.constraints
-- @pragma nostrip

local check = require "reactivation.check"
local check_options = require "reactivation.check.options"
local core = require "reactivation.core"

local constraints = {}

local PLACE = 1 << 58 -- in the generator's sequence, where the mask lies: far from all else that is drawn

local Dale = {}

-- 1 x units: 1 for the first units, which excite, and -1 for the others.
local function signs(units, excitatory)
  local sign = core.matrix(1, units, 1)
  for j = math.floor(excitatory * units + 0.5) + 1, units do sign:set(1, j, -1) end
  return sign
end

-- Which connections there are. Rows may be several blocks of units, as gates are.
local function connections(rows, units, o)
  local mask = core.random(o.seed, o.position):uniform(rows, units):lt(o.density)
  if not o.self then
    for i = 1, rows do mask:set(i, (i - 1) % units + 1, 0) end
  end
  return mask
end

-- Sign and mask for so many units, made when they are first asked for.
local function shape(o, rows, units)
  if o.sign and (o.sign.cols ~= units or o.mask.rows ~= rows) then
    check.complain("these constraints are of a network of %d units, and serve none of %d", o.sign.cols, units)
  end
  if not o.sign then
    o.sign, o.mask = signs(units, o.excitatory), connections(rows, units, o)
    o.excites = o.sign:gt(0)
  end
  return o
end

-- First values: in each row inhibition weighs as much as excitation; scaled to a spectral radius.
local function balanced(o)
  return function(rows, units, rng)
    local s = shape(o, rows, units)
    local values = rng:uniform(rows, units):mul(s.mask)
    local ratio = values:mul(s.excites):sum("columns") / values:mul(1 - s.excites):sum("columns")
    for i = 1, rows do
      if not check.is_finite(ratio:get(i, 1)) then ratio:set(i, 1, 1) end -- where nothing inhibits
    end
    values = values:mul(s.excites) + values:mul(1 - s.excites):mul(ratio)
    if rows ~= units then return values * (o.radius / math.sqrt(units)) end
    local spectrum = core.eigen(values:mul(s.sign))
    local radius = math.sqrt(spectrum.real:get(1, 1) ^ 2 + spectrum.imaginary:get(1, 1) ^ 2)
    return radius > 0 and values * (o.radius / radius) or values
  end
end

--- Dale's law: each unit either excites or inhibits all that it reaches. In place of the recurrent weights
-- their absolute values are used, times the sign of the unit that they come from, and 0 where there is no
-- connection; input weights are used by their absolute value; what is read out comes from excitatory units
-- alone, and adds. (Song, Yang and Wang 2016.)
--
-- The law is strict where the states are never negative: where noise lies inside the nonlinearity.
-- @function rx.constraints.dale
-- @tab options excitatory (0.8), the share of units that excite, which are the first; density (1), the
--   share of connections that exist; self (false), whether units may reach themselves; rng, a generator in
--   whose sequence the connections have a place of their own (seed 0); radius (1.5), the spectral radius of
--   the first values; recurrent ("w_rec") and input ("w_in"), the names of those weights
-- @treturn table for the option `constrain`: functions for the recurrent weights, the input weights and
--   `w_out`. It also has `initial`, a table for the option of that name, in whose rows excitation and
--   inhibition add up to 0; and once a network has been made with it, `sign`, 1 x units, and `mask`
-- @usage
-- local dale = rx.constraints.dale { excitatory = 0.8, density = 0.5, rng = rng }
-- local net = rx.rnn {
--   inputs = 1, units = 20, outputs = 2, rng = rng, constrain = dale, initial = dale.initial,
-- }
-- print(net:effective().w_rec:row(1))
function constraints.dale(options)
  local o = check_options(options, {
    excitatory = { "number", 0.8 }, density = { "number", 1 }, self = { "boolean", false },
    rng = { "generator" }, radius = { "positive", 1.5 },
    recurrent = { "string", "w_rec" }, input = { "string", "w_in" },
  })
  for _, name in ipairs { "excitatory", "density" } do
    if o[name] < 0 or o[name] > 1 then
      check.complain("bad option '%s' (number from 0 to 1 expected, got %s)", name, o[name])
    end
  end
  if o.density == 0 then check.complain "bad option 'density' (number above 0 expected, got 0)" end
  local rng = o.rng or core.random(0)
  o.seed, o.position = rng.seed, PLACE + rng.position
  local dale = {
    [o.recurrent] = function(w)
      local s = shape(o, w.rows, w.cols)
      return w:abs():mul(s.mask):mul(s.sign)
    end,
    [o.input] = function(w) return w:abs() end,
    w_out = function(w) return w:abs():mul(signs(w.cols, o.excitatory):gt(0)) end,
  }
  o.initial = { [o.recurrent] = balanced(o) }
  return setmetatable(dale, { __index = function(_, name) return Dale[name] and o[name] end })
end

Dale.sign, Dale.mask, Dale.initial = true, true, true

return constraints
