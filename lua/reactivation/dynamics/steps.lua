--- One step of a network, without its noise and in double precision: where it leads, and its derivative.
-- @module reactivation.network

local check = require "reactivation.check"
local check_options = require "reactivation.check.options"
local core = require "reactivation.core"

local steps = {}

-- The step of a network as the core takes it, with the weights of this moment.
function steps.of(net, driven)
  local program, weights = net:dynamics(driven)
  return core.dynamics(program, weights, #net.cell.state, net.units)
end

local function check_width(m, cols, argument, name)
  if not (check.is_matrix(m) and m.cols == cols) then
    check.complain("bad argument #%d to '%s' (any x %d matrix expected, got %s)", argument, name, cols,
                   (check.describe(m):gsub(" matrix$", "")))
  end
end

-- States by name, side by side in the cell's order; those left out are 0.
local function side_by_side(net, by_name, argument, name)
  local rows, parts = nil, {}
  for state, m in pairs(by_name) do
    if not net.state_numbers[state] then
      check.complain("bad argument #%d to '%s' (no state '%s'; there are %s)", argument, name,
                     tostring(state), table.concat(net.cell.state, ", "))
    end
    check_width(m, net.units, argument, name)
    rows = rows or m.rows
    check.that(m.rows == rows, argument, name, ("states of %d rows each"):format(rows), m)
  end
  check.that(rows, argument, name, "at least one state", by_name)
  for k, state in ipairs(net.cell.state) do parts[k] = by_name[state] or core.matrix(rows, net.units) end
  return core.join(parts)
end

-- The states of a cell side by side, one row each, as analyses work on them: from the first state alone,
-- from all by name, or as they are.
function steps.states(net, given, argument, name)
  local count = #net.cell.state
  if type(given) == "table" then return side_by_side(net, given, argument, name) end
  if count > 1 and check.is_matrix(given) and given.cols == net.units then
    return side_by_side(net, { [net.cell.state[1]] = given }, argument, name)
  end
  check_width(given, count * net.units, argument, name)
  return given
end

-- The step with an input, if one is given, and the input beside each of the states.
local function step_of(net, states, options)
  local input = check_options(options, { input = { "matrix" } }).input
  if not input then return steps.of(net, false) end
  if input.cols ~= net.inputs or (input.rows ~= states.rows and input.rows ~= 1) then
    check.complain("bad option 'input' (1 x %d or %d x %d matrix expected, got %s)", net.inputs, states.rows,
                   net.inputs, check.describe(input))
  end
  return steps.of(net, true), core.matrix(states.rows, net.inputs) + input
end

steps.methods = {}

--- The derivative of a step, without noise: how each unit after it depends on each before it.
-- @function net:jacobian
-- @tparam matrix|table state k x units, the first of the cell's states; or all of them, by name, or side by
--   side
-- @tab[opt] options `input`, 1 x inputs or k x inputs; without, the network is at rest
-- @treturn matrix units x units, `d r_i(t+1) / d r_j(t)` in row i, column j, worked out in double precision;
--   of k > 1 states a sequence with one step for each. A cell with several states has them side by side
-- @usage
-- local spectrum = rx.eigen(net:jacobian(states:row(1)))
-- print(net:jacobian(states:at(1)):at(2), net:jacobian(states:row(1), { input = rx.matrix { { 0.1 } } }))
function steps.methods.jacobian(net, state, options)
  local states = steps.states(net, state, 1, "jacobian")
  local step, input = step_of(net, states, options)
  return core.jacobian(step, states, input)
end

--- How far a step takes a network, without noise: its next state less the present one, worked out in double
-- precision.
-- @function net:drift
-- @tparam matrix|table state as for `net:jacobian`
-- @tab[opt] options `input`, likewise
-- @treturn matrix k x units; a cell with several states has them side by side
-- @usage local speed = (net:drift(states) ^ 2):sum("columns"):sqrt()
function steps.methods.drift(net, state, options)
  local states = steps.states(net, state, 1, "drift")
  local step, input = step_of(net, states, options)
  return core.drift(step, states, input)
end

return steps
