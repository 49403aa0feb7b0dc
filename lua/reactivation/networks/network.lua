--- Noisy recurrent networks with a linear encoder of the first state and a linear readout.
--
-- `r(0) = E f(s(0))`; each step is the cell's own, then noise of `sigma sqrt(dt)` on the first state;
-- `o(t) = D r(t)`. Times are in seconds and `sigma` is per square root of a second.
--
-- Fields: `net.weights`, name -> matrix, the weights themselves and not copies, each outputs x inputs (of an
-- RNN `encoder`, `w_in`, `w_rec`, `w_out` and, with biases, `b_rec`, 1 x units); `net.parameters`, all of
-- them as one row; `net.rng`; `net.settings`, the options that made it, each also a field of its own, such as
-- `net.units`.
-- @module reactivation.network

local check = require "reactivation.check"
local check_options = require "reactivation.check.options"
local core = require "reactivation.core"
local loss = require "reactivation.networks.loss"
local programs = require "reactivation.programs.assemble"
local public = require "reactivation.check.public"
local reading = require "reactivation.networks.reading"
local record = require "reactivation.programs.record"
local run = require "reactivation.networks.run"
local settings_of = require "reactivation.networks.settings"
local steps = require "reactivation.dynamics.steps"
local weights = require "reactivation.networks.weights"

local Network = {}

-- --- building ---------------------------------------------------------------------------------------

-- Euler's steps of a leak of dt / tau cannot stay bounded from 2 on.
local function check_leak(settings, read)
  for name, value in pairs(settings) do
    local is_time = name == "tau" or name:find("^tau_")
    if is_time and read[name] and read.dt and type(value) == "number" and settings.dt >= 2 * value then
      check.complain("bad option 'dt' (below 2 %s = %s expected, got %s: the leak alone would grow)", name,
                     core.number_text(2 * value), core.number_text(settings.dt))
    end
  end
end

-- Weights that are read, and whose numbers change, but which are no others.
local function readable(views)
  return setmetatable({}, {
    __index = views,
    viewed = views, -- what rx.save writes
    __pairs = function() return next, views end,
    __newindex = function(_, name)
      check.complain("the weights of a network stay its own: weights.%s:copy(other) takes over other numbers",
                     tostring(name))
    end,
  })
end

local function text_of(step)
  local nodes = { table.unpack(step.states) }
  nodes[#nodes + 1] = step.cost
  return record.text(nodes)
end

-- A step is recorded twice: what differs then would have been frozen.
local function check_steady(cell, text, again)
  if text ~= again then
    check.complain("the step of cell '%s' is not the same each time it is called: a random draw, or a " ..
                   "number that changes, would be frozen when it is recorded; noise is o.noise", cell.name)
  end
end

local function new(cell, options)
  local settings, others = settings_of.check(cell, options)
  local held = weights.new(cell, settings, others)
  local own = {}
  for name, view in pairs(held.views) do
    if name ~= "encoder" and name ~= "w_out" then own[name] = view end
  end
  local numbers = {}
  for k, name in ipairs(cell.state) do numbers[name] = k end
  local net = {
    cell = cell, settings = settings, rng = others.rng, held = held, own_weights = own,
    weights = readable(held.views),
    parameters = held.flat, loss_function = others.loss or loss.mean_squared, state_numbers = numbers,
    looks_at_more = others.loss ~= nil and others.loss ~= loss.mean_squared
      and others.loss ~= loss.cross_entropy,
    workspace = core.workspace(), steps = {}, losses = {}, tests = {}, field_numbers = {},
  }
  local step = record.step(cell, own, settings, false)
  net.text = text_of(step)
  local again = record.step(cell, own, settings, false)
  check_steady(cell, net.text, text_of(again))
  check_leak(settings, step.read)
  record.step(cell, own, settings, true)
  net.number = function(node) return held:number(node) end
  return setmetatable(net, Network)
end

-- --- programs ---------------------------------------------------------------------------------------

local function fed_key(fed)
  if not fed then return "" end
  local words = {}
  for k = 1, #fed do words[k] = fed[k] and "1" or "0" end
  return table.concat(words)
end

local function step_program(net, rest, fed)
  local key = (rest and "rest " or "driven ") .. fed_key(fed)
  if not net.steps[key] then
    local step = record.step(net.cell, net.own_weights, net.settings, rest)
    net.steps[key] = programs.step(step, net.settings.units, net.number, fed)
  end
  return net.steps[key]
end

local NAMES = { readout = "w_out", encoder = "encoder" }

local function first_program(net)
  local s = net.settings
  local found = rawget(net, "first") or programs.first(NAMES, s.units, s.init, net.number)
  rawset(net, "first", found)
  return found
end

local function readout_program(net)
  local s = net.settings
  local found = rawget(net, "readout") or programs.readout(NAMES, s.units, s.outputs, net.number)
  rawset(net, "readout", found)
  return found
end

---- A step as the core runs it, for analyses that go through it themselves.
-- @function net:dynamics
-- @tparam[opt=false] boolean driven with an input, or at rest
-- @return the program of the step, and the list of matrices that its weights are now
-- @usage local program, weights = net:dynamics()
function Network:dynamics(driven)
  if driven ~= nil then check.argument("boolean", 1, "dynamics", driven) end
  local program = step_program(self, not driven, nil)
  return program, (self.held:values())
end

Network.jacobian, Network.drift = steps.methods.jacobian, steps.methods.drift

--- What was recorded, as text: one operation a line. A checkpoint knows cell and loss by it.
-- @function net:recording
-- @treturn string of the step
-- @treturn string of the loss on the last batch; nil before the first
-- @usage print(net:recording())
function Network:recording()
  return rawget(self, "text"), rawget(self, "loss_text")
end

-- --- runs -------------------------------------------------------------------------------------------

local function shape_of(value)
  return check.is_matrix(value) and ("%d x %d"):format(value.rows, value.cols) or check.describe(value)
end

local function check_result(net, given, argument, r, cols, others)
  if given == nil then return core.sequence(r.steps, r.batch, cols) end
  if not check.is_matrix(given) or given.rows ~= r.rows or given.cols ~= cols then
    check.complain("bad argument #%d to 'forward' (%d x %d matrix expected, got %s)", argument, r.rows, cols,
                   shape_of(given))
  end
  if given.steps ~= r.steps then
    check.complain("bad argument #%d to 'forward' (sequence of as many steps expected)", argument)
  end
  for _, other in ipairs(others) do
    if other and core.shares(given, other) then
      check.complain("bad argument #%d to 'forward' (it shares memory with what the run is made from, " ..
                     "or with the other result)", argument)
    end
  end
  if core.shares(given, net.parameters) then
    check.complain("bad argument #%d to 'forward' (it shares memory with the weights)", argument)
  end
  return given
end

-- What results must not be written over; a first state may lie in them, as the core reads it first.
local function sources(r)
  return { r.fields[1] or false, r.fields[2] or false, r.noise or false }
end

-- Runs, and fills sequences by name of the state, and outputs.
local function forward(net, r, all, outputs)
  local list = {}
  for k, name in ipairs(net.cell.state) do list[k] = all[name] end
  r.step, r.read = step_program(net, r.at_rest, nil), r.read or readout_program(net)
  r.first = r.from == "init" and first_program(net) or nil
  r.weights = net.held:values()
  local total = core.forward(net.workspace, r, list, outputs)
  run.advance(r)
  return total
end

--- Run the network: awake with `inputs`, at rest without.
-- @function net:forward
-- @tab options the start, either `init`, a target (batch x init), or `state`: the first of the cell's states
--   (batch x units), or a table of states by name, where those left out are 0; `inputs`, a sequence, or
--   `steps`, and then there is no input; `sigma`, noise on the state in this run only; `rng`, another
--   generator; `noise`, standard draws in its place. A whole batch of a task will do, its `targets` and
--   `truth` are left aside
-- @tparam[opt] matrix states a sequence to be filled in place of a new one
-- @tparam[opt] matrix outputs likewise
-- @treturn matrix states after each step, a sequence of steps x batch x units; the first, if there are
-- several
-- @treturn matrix outputs, likewise
-- @treturn table all states by name
-- @usage
-- local states, outputs = net:forward(batch)
-- local louder = math.sqrt(2) * net.sigma
-- local asleep = net:forward { init = batch.init, steps = 200, sigma = louder }
function Network:forward(options, states, outputs)
  local r = run.check(self, options)
  local all = {}
  for k, name in ipairs(self.cell.state) do
    if k == 1 then
      all[name] = check_result(self, states, 2, r, self.settings.units, sources(r))
    else
      all[name] = core.sequence(r.steps, r.batch, self.settings.units)
    end
  end
  local others = sources(r)
  others[#others + 1] = all[self.cell.state[1]]
  outputs = check_result(self, outputs, 3, r, self.settings.outputs, others)
  forward(self, r, all, outputs)
  return all[self.cell.state[1]], outputs, all
end

--- Loss and gradient, by backpropagation through time.
-- @function net:gradient
-- @tab options those of `net:forward`, and what the loss looks at: `targets`, a sequence of steps x batch x
--   outputs; or `code` and `truth`, cells and where they should be active, which is the same as `targets =
--   code:encode(truth)`, but takes neither its memory nor, where the code is smooth, as that of
--   head-direction cells, most of its time. `mask`, a sequence of one column of at least 0, says how much a
--   row counts; where it is 0, targets may be NaN
-- @tparam[opt] matrix flat one row, to be filled in place of a new one
-- @treturn number loss
-- @treturn table gradients, name -> matrix, as in `net.weights`
-- @treturn matrix all gradients as one row, as in `net.parameters`
-- @usage
-- local loss, gradients, flat = net:gradient(batch)
-- rx.adam { rate = 1e-3 }:update(net.parameters, flat)
function Network:gradient(options, flat)
  local r = run.check(self, options)
  local entry, fewer = reading.of(self, options, r, true)
  local count = self.parameters.cols
  if flat == nil then
    flat = core.matrix(1, count)
  elseif not check.is_matrix(flat) or flat.rows ~= 1 or flat.cols ~= count then
    check.complain("bad argument #2 to 'gradient' (1 x %d matrix expected, got %s)", count,
                   shape_of(flat))
  elseif core.shares(flat, self.parameters) then
    check.complain("bad argument #2 to 'gradient' (it shares memory with the weights)")
  end
  r.step = step_program(self, r.at_rest, entry.fed)
  r.first = r.from == "init" and first_program(self) or nil
  local tape
  r.weights, tape = self.held:values()
  local parts = self.held:parts(flat)
  r.gradients = self.held:gradients(parts, tape)
  local value = core.gradient(self.workspace, r, fewer and self.held.numbers.w_out)
  run.advance(r)
  return value + self.held:pull_back(parts, r.gradients, tape), parts, flat
end

--- One step by hand, for closed loops, with the network's own noise.
-- @function net:step
-- @tparam matrix|table state batch x units, the first of the cell's states; or all of them, by name
-- @tparam[opt] matrix input batch x inputs; none at rest
-- @treturn matrix|table the next state, as the state was given
-- @treturn matrix its output, batch x outputs
-- @usage
-- local state = batch.init * net.weights.encoder:t()
-- local next_state, output = net:step(state, batch.inputs:at(1))
function Network:step(state, input)
  local by_name = type(state) == "table"
  if not by_name then
    local fits = check.is_matrix(state) and state.cols == self.settings.units
    if not fits then
      check.complain("bad argument #1 to 'step' (any x %d matrix expected, got %s)", self.settings.units,
                     shape_of(state))
    end
  end
  if input ~= nil and not check.is_matrix(input) then
    check.complain("bad argument #2 to 'step' (matrix expected, got %s)", check.describe(input))
  end
  local r = run.check(self, { state = state, inputs = input and input.rows > 0 and input:as_sequence(1)
    or nil, steps = 1 })
  local all = {}
  for _, name in ipairs(self.cell.state) do all[name] = core.sequence(1, r.batch, self.settings.units) end
  local outputs = core.sequence(1, r.batch, self.settings.outputs)
  forward(self, r, all, outputs)
  for name, sequence in pairs(all) do all[name] = sequence:at(1) end
  return by_name and all or all[self.cell.state[1]], outputs:at(1)
end

-- --- weights ----------------------------------------------------------------------------------------

--- The weights as the network uses them: under its constraints.
-- @function net:effective
-- @treturn table name -> matrix
-- @usage local w_rec = net:effective().w_rec
function Network:effective()
  return self.held:effective()
end

--- The names of the weights that are under constraints, in their order.
-- @function net:constrained
-- @treturn table list
-- @usage print(#net:constrained())
function Network:constrained()
  local names = {}
  for _, name in ipairs(self.held.names) do
    if self.held.constrain[name] then names[#names + 1] = name end
  end
  return names
end

-- --- long runs --------------------------------------------------------------------------------------

local function part_of(sequence, batch, first, last)
  if not sequence then return false end
  return sequence:slice((first - 1) * batch + 1, last * batch):as_sequence(last - first + 1)
end

-- A run of some steps of a run.
local function window_of(whole, first, last, state)
  local r = {}
  for name, value in pairs(whole) do r[name] = value end
  r.steps, r.rows, r.position = last - first + 1, (last - first + 1) * whole.batch, whole.rng.position
  r.noise = part_of(whole.noise, whole.batch, first, last)
  r.fields = {}
  for i, field in ipairs(whole.fields) do
    r.fields[i] = i == programs.INIT and field or part_of(field, whole.batch, first, last)
  end
  if state then r.start, r.from = state, "state" end
  return r
end

-- The sequences of a window: new ones, or those of the window before.
local function results_of(net, count, batch, all, outputs)
  if all and outputs.steps >= count then
    local shorter = {}
    for name, sequence in pairs(all) do shorter[name] = part_of(sequence, batch, 1, count) end
    return shorter, part_of(outputs, batch, 1, count)
  end
  all = {}
  for _, name in ipairs(net.cell.state) do all[name] = core.sequence(count, batch, net.settings.units) end
  return all, core.sequence(count, batch, net.settings.outputs)
end

-- An iterator over windows of a run: all states, outputs, the total of what reads them.
local function windows(net, whole, every, reuse)
  local done, all, outputs = 0, nil, nil
  return function()
    if done >= whole.steps then return nil end
    local last, state = math.min(done + every, whole.steps), nil
    if all then
      state = {}
      for k, name in ipairs(net.cell.state) do state[k] = all[name]:at(all[name].steps) end
    end
    local r = window_of(whole, done + 1, last, state)
    all, outputs = results_of(net, last - done, whole.batch, reuse and all, reuse and outputs)
    done = last
    return all, outputs, forward(net, r, all, outputs)
  end
end

--- A long run in windows of `every` steps, in the memory of one window. The states are those that
-- `forward` would give, to the last bit.
-- @function net:stream
-- @tab options those of `forward`; `every`, the steps of a window (50); `reuse` (false): write each
--   window over the one before, for the least memory, where no window is kept
-- @return an iterator: states, outputs of each window, as sequences, and all states by name
-- @usage
--   for states, outputs in net:stream { init = batch.init, steps = 2000, every = 50 } do
--     print(states.steps, outputs:mean())
--   end
function Network:stream(options)
  check.that(type(options) == "table", 1, "stream", "table of options", options)
  local own = {}
  for name, value in pairs(options) do own[name] = value end
  own.every, own.reuse = nil, nil
  local how = check_options({ every = rawget(options, "every"), reuse = rawget(options, "reuse") },
                            { every = { "size", 50 }, reuse = { "boolean", false } })
  local step = windows(self, run.check(self, own), how.every, how.reuse)
  return function()
    local all, outputs = step()
    if all then return all[self.cell.state[1]], outputs, all end
  end
end

local TEST_WINDOW = 5 -- steps of a test at a time

--- The loss alone, as `gradient` has it, in little memory.
-- @function net:loss
-- @tab options as for `gradient`
-- @tparam[opt] function each called with the outputs of some steps and the numbers of the first and the
--   last of their rows; the sequence holds others after the call
-- @treturn number
-- @usage local before = net:loss(batch)
function Network:loss(options, each)
  if each ~= nil then check.argument("function", 2, "loss", each) end
  local whole = run.check(self, options)
  reading.of(self, options, whole, false)
  local sum, rows = 0, 0
  for _, outputs, total in windows(self, whole, TEST_WINDOW, true) do
    sum, rows = sum + total, rows + outputs.rows
    if each then each(outputs, rows - outputs.rows + 1, rows) end
  end
  local _, tape = self.held:values()
  return sum + self.held:penalty_of(tape)
end

-- --- indexing ---------------------------------------------------------------------------------------

public.methods(Network)

local hidden = {}
for name, method in pairs(Network) do hidden[name] = method end

function Network.__index(net, name)
  local method = hidden[name]
  if method ~= nil then return method end
  return rawget(net, "settings")[name]
end

function Network.__newindex(_, name)
  check.complain("a network has no field '%s' that can be set; its settings are those it was made with",
                 tostring(name))
end

function Network.__tostring(net)
  local s = net.settings
  return ("%s of %d units, %d inputs, %d outputs, %s%d weights"):format(
    s.cell, s.units, s.inputs, s.outputs, s.activation and s.activation .. ", " or "", net.parameters.cols)
end

return { new = new, Network = Network }
