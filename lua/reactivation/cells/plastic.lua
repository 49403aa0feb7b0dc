--- Short-term plasticity (Mongillo, Barak & Tsodyks 2008; as Masse and others 2019 have it): what a unit
-- passes on depends on what it fired before. In half of the units use facilitates, in the others it
-- depresses.
-- @module reactivation.cells

local activation = require "reactivation.cells.activation"
local cells = require "reactivation.cells.cell"
local core = require "reactivation.core"

local FACILITATES = { tau_v = 0.2, tau_u = 1.5, rest = 0.15 }
local DEPRESSES = { tau_v = 1.5, tau_u = 0.2, rest = 0.45 }

-- A constant of the units, 1 x units: the first half facilitates.
local function constant(units, name)
  local values = core.matrix(1, units, DEPRESSES[name])
  for j = 1, units // 2 do values:set(1, j, FACILITATES[name]) end
  return values
end

--- A network with short-term plasticity: `dr = dt / tau (-r + activation(W_rec (u v r) + W_in x + b))`,
-- where what a unit has to release, `v`, and the share that it releases, `u`, follow its rate: `dv = dt ((1
-- - v) / tau_v - u v r)`, `du = dt ((U - u) / tau_u + U (1 - u) r)`, both within 0 and 1. The first half of
-- the units facilitates (tau_v 0.2 s, tau_u 1.5 s, U 0.15), the second depresses (1.5 s, 0.2 s, 0.45). Its
-- states are `r`, which is encoded, noisy and read out, `v`, which begins at 1, and `u`, which begins at U.
-- @function rx.cells.plastic
-- @tab options as for `rx.rnn`
-- @treturn network its weights are `encoder`, `w_out`, `w_in`, `w_rec` and, with biases, `b_rec`
-- @usage
-- local net = rx.cells.plastic { inputs = 1, units = 8, outputs = 8, rng = rng }
-- local r, outputs, states = net:forward(batch)
-- print(states.u:at(3):mul(states.v:at(3)))
return cells.cell {
  name = "plastic", state = { "r", "v", "u" },
  settings = { activation = { "relu", among = activation.names }, bias = false },
  order = { "w_in", "w_rec", "b_rec" },
  start = function(s) return { v = core.matrix(1, s.units, 1), u = constant(s.units, "rest") } end,
  weights = function(s)
    return {
      w_in = { s.units, s.inputs }, w_rec = { s.units, s.units }, b_rec = s.bias and { 1, s.units } or nil,
    }
  end,
  step = function(w, s, x, o)
    local tau_v, tau_u = constant(o.units, "tau_v"), constant(o.units, "tau_u")
    local rest = constant(o.units, "rest")
    local released = s.u:mul(s.v):mul(s.r)
    local drive = released * w.w_rec:t() + x * w.w_in:t()
    if w.b_rec then drive = drive + w.b_rec end
    return {
      r = s.r + o.dt / o.tau * (activation.of(o.activation, drive) - s.r),
      v = (s.v + o.dt * ((1 - s.v) / tau_v - released)):clamp(0, 1),
      u = (s.u + o.dt * ((rest - s.u) / tau_u + rest:mul(1 - s.u):mul(s.r))):clamp(0, 1),
    }
  end,
}
