--- Recurrent weights of low rank (Mastrogiuseppe & Ostojic 2018): what goes round lives in a few directions,
-- `m`, by how far the rates lie along others, `n`. They write `m n' / units`; here that factor is within
-- the first values of `n`, which are uniform within one over the root of the units.
-- @module reactivation.cells

local activation = require "reactivation.cells.activation"
local cells = require "reactivation.cells.cell"
local check = require "reactivation.check"

local function check_rank(rank, units)
  if check.is_whole(rank) and rank >= 1 and rank <= units then return end
  check.complain("bad option 'rank' (whole number from 1 to the %d units expected, got %s)", units,
                 check.describe(rank))
end

--- A network of low rank: `dv = dt / tau (-v + m n' activation(v) + W_in x)`. Its state is `v`, which is
-- encoded, noisy and read out; it equals a network whose recurrent weights are `m n'`.
-- @function rx.cells.low_rank
-- @tab options as for `rx.rnn`, with activation "tanh" and without `bias`; `rank` (1), the columns of `m`
--   and `n`
-- @treturn network its weights are `encoder`, `w_out`, `w_in`, and `m` and `n`, units x rank
-- @usage
-- local net = rx.cells.low_rank { inputs = 1, units = 32, outputs = 8, rank = 2, rng = rng }
-- print(net.weights.m * net.weights.n:t())
return cells.cell {
  name = "low_rank", state = { "v" },
  settings = { activation = { "tanh", among = activation.names }, rank = 1 },
  order = { "w_in", "m", "n" },
  weights = function(s)
    check_rank(s.rank, s.units)
    return {
      w_in = { s.units, s.inputs }, m = { s.units, s.rank }, n = { s.units, s.rank, fan_in = s.units },
    }
  end,
  step = function(w, s, x, o)
    local along = activation.of(o.activation, s.v) * w.n
    return { v = s.v + o.dt / o.tau * (along * w.m:t() + x * w.w_in:t() - s.v) }
  end,
}
