--- The gated network of Krishna et al. 2024, Eqs. A.3 to A.6.
-- @module reactivation.cells

local activation = require "reactivation.cells.activation"
local cells = require "reactivation.cells.cell"

--- A gated network (GRU): `dr = dt / tau (1 - z) (activation(U_h (g r) + W_h ds + b_h) - r)`, with the gates
-- `z = sigmoid(U_z r + W_z ds + b_z)` and `g` likewise; the weights of gate g are named r.
-- @function rx.gru
-- @tab options as for `rx.rnn`; `activation`, by default "tanh", is that of the candidate alone
-- @treturn network its weights are `encoder`, `w_out`, `w_z`, `u_z`, `w_r`, `u_r`, `w_h`, `u_h` and, with
--   biases, `b_z`, `b_r`, `b_h`
-- @usage local gated = rx.gru { inputs = 1, units = 16, outputs = 8, sigma = 0.5, rng = rng }
return cells.cell {
  name = "gru", state = { "r" },
  settings = { activation = { "tanh", among = activation.names }, bias = false },
  order = { "w_z", "w_r", "w_h", "u_z", "u_r", "u_h", "b_z", "b_r", "b_h" },
  weights = function(s)
    local shapes = {}
    for _, gate in ipairs { "z", "r", "h" } do
      shapes["w_" .. gate] = { s.units, s.inputs }
      shapes["u_" .. gate] = { s.units, s.units }
      shapes["b_" .. gate] = s.bias and { 1, s.units } or nil
    end
    return shapes
  end,
  step = function(w, s, ds, o)
    local function drive(gate, heard)
      local sum = heard * w["u_" .. gate]:t() + ds * w["w_" .. gate]:t()
      return w["b_" .. gate] and sum + w["b_" .. gate] or sum
    end
    local z, g = drive("z", s.r):sigmoid(), drive("r", s.r):sigmoid()
    local h = activation.of(o.activation, drive("h", g:mul(s.r)))
    return { r = s.r + o.dt / o.tau * (1 - z):mul(h - s.r) }
  end,
}
