--- Long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000). It
-- lives in discrete time: dt enters the noise alone.
-- @module reactivation.cells

local cells = require "reactivation.cells.cell"
local core = require "reactivation.core"

-- Zeros, but for the forget gate, which begins open at 1: so the network remembers before it has learned to.
local function open_forget_gate(_, cols)
  local units = cols // 4
  return core.join { core.matrix(1, units), core.matrix(1, units, 1), core.matrix(1, 2 * units) }
end

--- A network of long short-term memory: `c' = sigmoid(f) c + sigmoid(i) tanh(g)`, `h' = sigmoid(o)
-- tanh(c')`, where `i, f, o, g` are the four blocks of `W x + U h + b`. Its states are `h`, which is
-- encoded, noisy and read out, and `c`.
-- @function rx.cells.lstm
-- @tab options as for `rx.rnn`, without `activation` and `bias`: the biases `b` are always there
-- @treturn network its weights are `encoder`, `w_out`, `w`, `u` and `b`
-- @usage
-- local net = rx.cells.lstm { inputs = 1, units = 8, outputs = 8, sigma = 0.1, rng = rng }
-- local first = { h = rx.matrix(2, 8), c = rx.matrix(2, 8, 1) }
-- local h, outputs, states = net:forward { state = first, steps = 3 }
-- print(states.c:at(3))
return cells.cell {
  name = "lstm", state = { "h", "c" },
  weights = function(s)
    return {
      w = { 4 * s.units, s.inputs }, u = { 4 * s.units, s.units },
      b = { 1, 4 * s.units, initial = open_forget_gate },
    }
  end,
  step = function(w, s, x, o)
    local drive, n = s.h * w.u:t() + x * w.w:t() + w.b, o.units
    local gates = drive:columns(1, 3 * n):sigmoid()
    local i, f, out = gates:columns(1, n), gates:columns(n + 1, 2 * n), gates:columns(2 * n + 1, 3 * n)
    local c = f:mul(s.c) + i:mul(drive:columns(3 * n + 1, 4 * n):tanh())
    return { h = out:mul(c:tanh()), c = c }
  end,
}
