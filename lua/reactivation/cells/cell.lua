--- Cells of one's own: the equations of a step, from which networks are made.
-- @module reactivation.cell

local check = require "reactivation.check"
local network = require "reactivation.networks.network"

local cells = { defined = {} }

local KINDS = {
  name = "string", state = "table", settings = "table", weights = "function", step = "function",
  order = "table", start = "function",
}
local OPTIONAL = { settings = true, order = true, start = true }

local function check_cell(definition)
  check.that(type(definition) == "table", 1, "cell", "table", definition)
  for name in pairs(definition) do
    if not KINDS[name] then
      check.complain("unknown option %s; known are name, order, settings, start, state, step, weights",
                     check.describe(name))
    end
  end
  for name, kind in pairs(KINDS) do
    local value = definition[name]
    if type(value) ~= kind and not (OPTIONAL[name] and value == nil) then
      check.complain("bad option '%s' (%s expected, got %s)", name, kind,
                     value == nil and "nothing" or check.describe(value))
    end
  end
  local problem = check.list_problem(definition.state, "string")
  if problem or #definition.state == 0 then
    check.complain("bad option 'state' (list of names expected, such as { \"r\" }%s)", problem and ": " ..
                   problem or "")
  end
end

--- A cell: what one step makes of the states. It is written once, with the operators and methods of matrices,
-- and recorded, differentiated and run by the core; docs/writing_a_cell.md leads through it.
-- @function rx.cell
-- @tab definition `name`; `state`, a list of names, each `units` wide, of which the first is encoded, noisy
--   and read out; `settings`, further options of its networks, name -> default (or { default, among = { ...
--   } }); `weights`, a function of the settings: name -> { rows, columns [, fan_in =] [, initial =] },
--   those of a single row begin at zero; `step`, a function of weights, states, input and settings, which
--   returns the new states by name, and perhaps `cost`, one value a row, whose mean is added to the loss.
--   `o.noise` among the settings is the noise of the step, for a cell that places it itself. `order`, a
--   list of the weights' names, is that in which they are drawn (by default that of the alphabet). `start`, a
--   function of the settings: name of a state but the first -> where it begins, 1 x units; by default at 0
-- @treturn function that makes networks, as `rx.rnn` does
-- @usage
-- local leaky = rx.cell {
--   name = "leaky", state = { "r" },
--   weights = function(s) return { w = { s.units, s.units }, v = { s.units, s.inputs } } end,
--   step = function(w, s, x, o)
--     return { r = s.r + o.dt / o.tau * ((s.r * w.w:t() + x * w.v:t()):tanh() - s.r) }
--   end,
-- }
-- local net = leaky { inputs = 1, units = 8, outputs = 8, rng = rng }
function cells.cell(definition)
  check_cell(definition)
  local cell = {}
  for name, value in pairs(definition) do cell[name] = value end
  cell.settings = cell.settings or {}
  local function make(options) return network.new(cell, options) end
  cells.defined[cell.name] = make
  return make
end

return cells
