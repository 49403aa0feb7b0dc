--- Ways to rest: a trained network without input, and with something about its cell changed.
--
-- A mode is made here and tried by `rx.rest.scan`, or made into a network by `rx.rest.network`. It is a cell
-- around the network's own cell, so that it fits any. What is added to a unit's drive is added to the cell's
-- bias, and a gain multiplies its recurrent weights: of the cells of this library these are known, of others
-- they are to be named.
-- @module reactivation.rest

local check = require "reactivation.check"
local check_options = require "reactivation.check.options"
local core = require "reactivation.core"
local counted = require "reactivation.runs.counted"
local movement = require "reactivation.analysis.movement"
local network = require "reactivation.networks.network"

local rest = {}

-- Of known cells: the bias that stands in the drive of their activation, and the weights of its recurrent
-- part.
local DRIVES = { rnn = "b_rec", gru = "b_h", lstm = "b" }
local RECURRENT = { rnn = "w_rec", gru = "u_h", lstm = "u" }

local function part_of(cell, given, known, option)
  local name = given or known[cell.name]
  if not name then
    check.complain("the cell '%s' is not known here: say by option '%s' which of its weights is meant",
                   cell.name, option)
  end
  return name
end

-- The weights of a step, one of them another.
local function with(weights, name, value)
  return setmetatable({ [name] = value }, { __index = weights })
end

-- A cell around a cell: its states and one more, and another step.
local function around(cell, state, step)
  local wrapped = {}
  for name, value in pairs(cell) do wrapped[name] = value end
  wrapped.state = table.move(cell.state, 1, #cell.state, 1, {})
  if state then wrapped.state[#wrapped.state + 1] = state end
  wrapped.step = step
  return wrapped
end

-- What the functions below make, and nobody else.
local Mode = {}

local function mode(name, fields)
  fields.name = name
  return setmetatable(fields, Mode)
end

--- Rest as it is, but with another noise.
-- @function rx.rest.noise
-- @number factor of the variance of the waking noise; 2 is the theory's (Eq. 19)
-- @treturn table a mode
-- @usage local louder = rx.rest.noise(4)
function rest.noise(factor)
  check.argument("not negative", 1, "noise", factor)
  return mode(("noise %g"):format(factor), { factor = factor })
end

--- Adaptation: what a unit does now is held against it later.
-- As published, `a += (strength r - a) / steps` is subtracted from the drive, and moves every fixed point.
-- With `keeps`, `strength r - a` is added to the drive and `a += (strength r - a) / steps`: where nothing
-- moves the two cancel, and every fixed point stays.
-- @function rx.rest.adaptation
-- @tab[opt] options `strength` (0.3); `steps`, its time constant (8); `keeps` (false), the second form;
--   `drive`, the bias of a cell of your own that stands in its drive; `noise`, factor of the variance of the
--   waking noise (2)
-- @treturn table a mode
-- @usage local sweeping = rx.rest.adaptation { keeps = true }
function rest.adaptation(options)
  local o = check_options(options, {
    strength = { "number", 0.3 }, steps = { "positive", 8 }, keeps = { "boolean", false },
    drive = { "string" }, noise = { "not negative", 2 },
  })
  if o.steps <= 0.5 then -- as with a leak of dt / tau from 2 on
    check.complain("bad option 'steps' (number above 0.5 expected, got %s: the adaptation alone would grow)",
                   core.number_text(o.steps))
  end
  local function wrap(cell)
    local bias, first = part_of(cell, o.drive, DRIVES, "drive"), cell.state[1]
    return around(cell, "adaptation", function(w, s, x, settings)
      local pushed = o.strength * s[first] - s.adaptation
      local extra = o.keeps and pushed or -s.adaptation
      local made = cell.step(with(w, bias, w[bias] and w[bias] + extra or extra), s, x, settings)
      made.adaptation = s.adaptation + pushed / o.steps
      return made
    end)
  end
  local function start(first)
    return { adaptation = o.keeps and o.strength * first or nil }
  end
  local name = ("adaptation %g, %g steps"):format(o.strength, o.steps)
  if o.keeps then name = name .. ", fixed points kept" end
  return mode(name, { wrap = wrap, start = start, factor = o.noise })
end

--- Momentum: a velocity `v` goes on, `v = (1 - share) v + share (F(r) - r + noise)`, and `r += v`.
-- @function rx.rest.momentum
-- @number share of the new in the velocity, in (0, 1]; at 1 there is no momentum
-- @tab[opt] options `noise`, factor of the variance of the waking noise (2)
-- @treturn table a mode
-- @usage local heavy = rx.rest.momentum(0.3)
function rest.momentum(share, options)
  local fits = check.is_finite(share) and share > 0 and share <= 1
  check.that(fits, 1, "momentum", "number above 0, at most 1", share)
  local o = check_options(options, { noise = { "not negative", 2 } })
  local function wrap(cell)
    local first = cell.state[1]
    return around(cell, "velocity", function(w, s, x, settings)
      local noisy = false -- whether the cell places its noise itself
      local own = setmetatable({}, { __index = function(_, name)
        noisy = noisy or name == "noise"
        return settings[name]
      end })
      local made = cell.step(w, s, x, own)
      local pull = made[first] - s[first]
      if not noisy then pull = pull + settings.noise end
      made.velocity = (1 - share) * s.velocity + share * pull
      made[first] = s[first] + made.velocity
      return made
    end)
  end
  return mode(("momentum %g"):format(share), { wrap = wrap, factor = o.noise })
end

--- Another gain: what units hear from one another is multiplied.
-- @function rx.rest.gain
-- @number factor
-- @tab[opt] options `weights`, the name of the recurrent weights of a cell of your own; `noise`, factor of
--   the variance of the waking noise (2)
-- @treturn table a mode
-- @usage local eager = rx.rest.gain(1.05)
function rest.gain(factor, options)
  check.argument("number", 1, "gain", factor)
  local o = check_options(options, { weights = { "string" }, noise = { "not negative", 2 } })
  local function wrap(cell)
    local name = part_of(cell, o.weights, RECURRENT, "weights")
    return around(cell, nil, function(w, s, x, settings)
      return cell.step(with(w, name, factor * w[name]), s, x, settings)
    end)
  end
  return mode(("gain %g"):format(factor), { wrap = wrap, factor = o.noise })
end

local function check_mode(value, argument, name)
  check.that(getmetatable(value) == Mode, argument, name, "a mode of rx.rest", value)
end

--- A network that rests in a mode: of the same weights, as its constraints have made them, and with the
-- mode's noise.
-- @function rx.rest.network
-- @param net
-- @tab rest_mode such as `rx.rest.gain(1.05)`
-- @return a network; its further states begin at 0 unless they are given by name
-- @usage local heavy = rx.rest.network(net, rx.rest.momentum(0.3))
-- print(heavy:forward { init = batch.init, steps = 5 }:at(5))
function rest.network(net, rest_mode)
  check.argument("network", 1, "network", net)
  check_mode(rest_mode, 2, "network")
  local options, position = { rng = net.rng }, net.rng.position
  for name, value in pairs(net.settings) do
    if name ~= "cell" then options[name] = value end
  end
  options.sigma = math.sqrt(rest_mode.factor) * net.sigma
  local resting = network.new(rest_mode.wrap and rest_mode.wrap(net.cell) or net.cell, options)
  local weights = net:effective()
  for name, own in pairs(resting.weights) do own:copy(weights[name]) end
  net.rng:seek(position) -- as if no weights had been drawn
  return resting
end

-- The states asleep; nil if they leave all bounds.
local function sleep(net, rest_mode, batch, o, largest)
  local resting = rest.network(net, rest_mode)
  local first = batch.state or batch.init * net:effective().encoder:t()
  local state = rest_mode.start and rest_mode.start(first) or {}
  state[net.cell.state[1]] = first
  local states, outputs = resting:forward { state = state, steps = o.steps, rng = o.rng }
  if not states:is_finite() or states:abs():max() > 1e3 * largest then return nil end
  return states, outputs
end

-- Rows for rx.report: of each measure waking, every mode, and the floor.
local function table_of(found)
  local rows, columns = {}, { "awake" }
  for _, one in ipairs(found) do
    if one.movement then columns[#columns + 1] = one.name end
  end
  columns[#columns + 1] = "two halves of waking differ by"
  local first
  for _, one in ipairs(found) do first = first or one.movement end
  for r, row in ipairs(first and first.rows or {}) do
    local values = { row[2][1] }
    for _, one in ipairs(found) do
      if one.movement then values[#values + 1] = one.movement.rows[r] and one.movement.rows[r][2][2] end
    end
    values[#values + 1] = row[2][3]
    if #values == #columns then rows[#rows + 1] = { row[1], values } end
  end
  return rows, columns
end

--- Try ways to rest, all from the same waking states.
-- @function rx.rest.scan
-- @param net
-- @param task
-- @tab modes list, of `rx.rest.noise`, `adaptation`, `momentum`, `gain`
-- @tab options `rng`; `trials` (100) and `steps` (200) of each rest; and those of `rx.compare_phases`, such
--   as `cyclic`
-- @treturn table for each mode, in order, `name` and `movement`, what `rx.compare_phases` gives; a mode in
--   which the states left all bounds has no movement and `exploded` is true. `rows` and `columns`, for
--   `rx.report`
-- @usage
-- local found = rx.rest.scan(net, task, { rx.rest.noise(2), rx.rest.adaptation(), rx.rest.gain(1.1) },
--                            { rng = rng, trials = 20, steps = 40, cyclic = true, every = 1 })
-- rx.report(rx.folder("results"), "rest", found.rows, found.columns)
function rest.scan(net, task, modes, options)
  check.argument("network", 1, "scan", net)
  check.that(check.can(task, "batch") and check.can(task, "decode"), 2, "scan",
             "task with methods 'batch' and 'decode'", task)
  check.list("table", 3, "scan", modes)
  for _, one in ipairs(modes) do check_mode(one, 3, "scan") end
  if options ~= nil then check.argument("table", 4, "scan", options) end
  local o, how = {}, {}
  for name, value in pairs(options or {}) do
    if name == "trials" or name == "steps" or name == "rng" then o[name] = value else how[name] = value end
  end
  o = check_options(o, {
    rng = { "generator", required = true }, trials = { "size", 100 }, steps = { "size", 200 },
  })
  how.rng = o.rng
  local batch = task:batch(o.trials, o.rng)
  local run = { rng = o.rng }
  for name, value in pairs(batch) do run[name] = value end
  local waking, outputs = net:forward(run)
  local awake, found = { decoded = task:decode(outputs), states = waking }, {}
  for i in counted.numbers("ways to rest", #modes) do
    local states, dreams = sleep(net, modes[i], batch, o, waking:abs():max())
    local asleep = states and { decoded = task:decode(dreams), states = states }
    found[i] = {
      name = modes[i].name, exploded = not states,
      movement = asleep and movement.compare_phases(awake, asleep, how) or nil,
    }
  end
  found.rows, found.columns = table_of(found)
  return found
end

return rest
