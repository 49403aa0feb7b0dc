--- The vanilla network of Krishna et al. 2024, Eqs. A.1 and A.2:
-- `dr = dt/tau (-r + phi(W_rec r + W_in ds + b))`.
-- @module reactivation.cells

local activation = require "reactivation.cells.activation"
local cells = require "reactivation.cells.cell"

--- A vanilla network: `dr = dt / tau (-r + activation(W_rec r + W_in ds + b))`.
-- @function rx.rnn
-- @tab options the sizes `inputs`, `units`, `outputs` and `init`, of the target that sets the first state (as
--   `outputs`); `dt` (0.02 s), `tau` (0.1 s); the noises `sigma` (0), `input_sigma` (0) and `output_sigma`
--   (0); `activation`, "relu" (default), "tanh", "sigmoid" or "identity"; `bias` (false), a constant drive
--   that each unit learns, from zero; `noise`, "gaussian" (default) or "uniform" on [0, 1); `rng`, which
--   draws the first weights and later the noise. Of every network: `loss`, a function
--   (`rx.loss.mean_squared`); `penalty`, a function of the weights that gives one number; `constrain`, name
--   of a weight -> function of that weight, what the network uses in its place; `initial`, name of a weight
--   -> function(rows, cols, rng) -> first values
-- @treturn network its weights are `encoder`, `w_out`, `w_in`, `w_rec` and, with biases, `b_rec`
-- @usage
-- local sizes = { inputs = 1, units = 32, outputs = 16, sigma = 0.5, bias = true, rng = rng }
-- local small = rx.rnn(sizes)
return cells.cell {
  name = "rnn", state = { "r" },
  settings = { activation = { "relu", among = activation.names }, bias = false },
  order = { "w_in", "w_rec", "b_rec" },
  weights = function(s)
    return {
      w_in = { s.units, s.inputs }, w_rec = { s.units, s.units }, b_rec = s.bias and { 1, s.units } or nil,
    }
  end,
  step = function(w, s, ds, o)
    local drive = s.r * w.w_rec:t() + ds * w.w_in:t()
    if w.b_rec then drive = drive + w.b_rec end
    return { r = s.r + o.dt / o.tau * (activation.of(o.activation, drive) - s.r) }
  end,
}
