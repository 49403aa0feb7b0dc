--- A network's gradient worked out a second time, step by step on the tape of `rx.variable`.
-- @module reactivation.check_gradient

local check = require "reactivation.check"
local core = require "reactivation.core"
local variable = require "reactivation.programs.variable"

local PLACE = 1 << 58 -- in the generator's sequence, where the noise of the comparison lies

-- The batch with its noise as numbers, so that both ways have the same.
local function with_noise(net, batch)
  local run, s = {}, net.settings
  for name, value in pairs(batch) do run[name] = value end
  if s.input_sigma ~= 0 or s.output_sigma ~= 0 then
    check.complain("bad argument #1 to 'check_gradient' (network without noise on inputs and outputs " ..
                   "expected)")
  end
  local rows = batch.inputs and batch.inputs.rows or batch.steps * (batch.init or batch.state).rows
  local rng = core.random(net.rng.seed, PLACE)
  local drawn = s.noise == "uniform" and rng:uniform(rows, s.units) or rng:normal(rows, s.units)
  run.noise = run.noise or drawn
  run.targets = rawget(batch, "targets") or batch.code:encode(batch.truth)
  return run, rows
end

-- The part of a batch at a step: matrices with a row for each step and trial.
local function at_step(run, rows, t, trials)
  local part = {}
  for name, value in pairs(run) do
    if check.is_matrix(value) and value.rows == rows then
      part[name] = value:slice((t - 1) * trials + 1, t * trials)
    end
  end
  return part
end

-- The same, but 0 in rows that do not count, whatever stands there.
local function counted(part)
  if not part.mask then return part end
  local kept = part.mask:gt(0)
  for name, value in pairs(part) do
    if name ~= "mask" and name ~= "inputs" and name ~= "noise" then
      part[name] = value:clone()
      for i = 1, value.rows do
        if kept:get(i, 1) == 0 then part[name]:row(i):copy(core.matrix(1, value.cols)) end
      end
    end
  end
  return part
end

local function first_states(net, run, used, trials)
  local states, given = {}, net.cell.start and net.cell.start(net.settings) or {}
  for k, name in ipairs(net.cell.state) do
    local state = type(run.state) == "table" and run.state[name] or k == 1 and run.state
    if k == 1 and run.init then
      states[name] = variable.new(run.init) * used.encoder:t()
    else
      local row = given[name] or core.matrix(1, net.settings.units)
      states[name] = variable.new(state or core.matrix(trials, net.settings.units) + row)
    end
  end
  return states
end

-- One step: the new states and what it costs, if anything.
local function step(net, used, states, part)
  local s, own = net.settings, {}
  local noise = variable.new(s.sigma * math.sqrt(s.dt) * part.noise)
  local placed = false
  local options = setmetatable({}, { __index = function(_, name)
    if name ~= "noise" then return s[name] end
    placed = true
    return noise
  end })
  for name, w in pairs(used) do
    if name ~= "encoder" and name ~= "w_out" then own[name] = w end
  end
  local x = variable.new(part.inputs or core.matrix(part.noise.rows, s.inputs))
  local made = net.cell.step(own, states, x, options)
  local first, after = net.cell.state[1], {}
  for _, name in ipairs(net.cell.state) do after[name] = made[name] end
  if not placed then after[first] = after[first] + noise end
  return after, made.cost
end

-- The loss of the batch, one number, on the tape.
local function total_loss(net, run, rows, used)
  local trials = (run.init or (type(run.state) == "table" and select(2, next(run.state)) or run.state)).rows
  local weight = run.mask and run.mask / run.mask:sum() or core.matrix(rows, 1, 1 / rows)
  local states, total = first_states(net, run, used, trials), nil
  local function add(value) total = total and total + value or value end
  for t = 1, rows // trials do
    local part = counted(at_step(run, rows, t, trials))
    local cost
    states, cost = step(net, used, states, part)
    part.outputs = states[net.cell.state[1]] * used.w_out:t()
    part.states = states
    add(net.loss_function(part):mul(weight:slice((t - 1) * trials + 1, t * trials)):sum())
    if cost then add(cost:sum() / rows) end
  end
  return total
end

--- How far the gradient of a network is from the one that the tape gives, with the same noise: a check of a
-- cell, a loss, a penalty or a constraint of one's own. It takes the time and memory of a plain run in Lua.
-- @function rx.check_gradient
-- @param net network without noise on inputs and outputs
-- @tab batch as for `net:gradient`
-- @treturn number the largest difference of an entry, relative to the largest entry of that weight's gradient
-- @treturn table the same by the name of the weight
-- @usage
-- local worst, each = rx.check_gradient(net, batch)
-- assert(worst < 1e-3, worst)
-- print(each.w_rec)
return function(net, batch)
  check.that(check.can(net, "gradient"), 1, "check_gradient", "network", net)
  check.argument("table", 2, "check_gradient", batch)
  local position = net.rng.position
  net:gradient(batch) -- says what is wrong with the batch
  net.rng:seek(position)
  local run, rows = with_noise(net, batch)
  local _, gradients = net:gradient(run)
  local raw, used = net.held:variables()
  local loss = total_loss(net, run, rows, used)
  if net.held.penalty then loss = loss + net.held.penalty(used) end
  loss:backward()
  local worst, each = 0, {}
  for name, recorded in pairs(gradients) do
    local grad = rawget(raw[name], "grad") or core.matrix(recorded.rows, recorded.cols)
    local largest = math.max(grad:abs():max(), recorded:abs():max())
    each[name] = largest > 0 and (grad - recorded):abs():max() / largest or 0
    worst = math.max(worst, each[name])
  end
  return worst, each
end
