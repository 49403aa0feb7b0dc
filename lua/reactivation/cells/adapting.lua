--- Spike-frequency adaptation as rates have it (Benda & Herz 2003): a slow current that follows each unit's
-- rate and holds it down.
-- @module reactivation.cells

local activation = require "reactivation.cells.activation"
local cells = require "reactivation.cells.cell"

--- A network of adapting units: `dr = dt / tau (-r + activation(W_rec r + W_in x + b - gain a))`, `da = dt
-- / tau_a (r - a)`. Its states are `r`, which is encoded, noisy and read out, and `a`, which begins at 0.
-- @function rx.cells.adapting
-- @tab options as for `rx.rnn`; `gain` (1) of the adaptation and `tau_a` (0.2 s), its time constant
-- @treturn network its weights are `encoder`, `w_out`, `w_in`, `w_rec` and, with biases, `b_rec`
-- @usage
-- local net = rx.cells.adapting { inputs = 1, units = 8, outputs = 8, sigma = 0.1, gain = 0.5, rng = rng }
-- local r, outputs, states = net:forward(batch)
-- print(states.a:at(3))
return cells.cell {
  name = "adapting", state = { "r", "a" },
  settings = { activation = { "relu", among = activation.names }, bias = false, gain = 1, tau_a = 0.2 },
  order = { "w_in", "w_rec", "b_rec" },
  weights = function(s)
    return {
      w_in = { s.units, s.inputs }, w_rec = { s.units, s.units }, b_rec = s.bias and { 1, s.units } or nil,
    }
  end,
  step = function(w, s, x, o)
    local drive = s.r * w.w_rec:t() + x * w.w_in:t() - o.gain * s.a
    if w.b_rec then drive = drive + w.b_rec end
    return {
      r = s.r + o.dt / o.tau * (activation.of(o.activation, drive) - s.r),
      a = s.a + o.dt / o.tau_a * (s.r - s.a),
    }
  end,
}
