-- What `forward` and `gradient` are given, checked; and made into the table that the core reads.

local check = require "reactivation.check"
local core = require "reactivation.core"

local run = {}

local NAMES = {
  "init", "state", "inputs", "targets", "code", "truth", "mask", "info", "noise", "sigma", "steps", "rng",
}
local KNOWN = {}
for _, name in ipairs(NAMES) do KNOWN[name] = true end

function run.is_known(name) return KNOWN[name] or false end

local LARGEST_SIDE = 0x7fffffff

local function complain(name, format, ...)
  check.complain("bad option '%s' (" .. format .. ")", name, ...)
end

local function side(size)
  return size and ("%d"):format(size) or "any"
end

-- Option `name`: a matrix of this shape, of finite numbers where the mask is not 0; nil if absent.
local function matrix_option(o, name, rows, cols, mask)
  local m = rawget(o, name)
  if m == nil then return nil end
  if not check.is_matrix(m) or rows and m.rows ~= rows or cols and m.cols ~= cols then
    complain(name, "%s x %s matrix expected, got %s", side(rows), side(cols), check.describe(m))
  end
  local i, j, value = core.not_finite(m, mask)
  if i then complain(name, "finite numbers expected, got %s in row %d, column %d", value, i, j) end
  return m
end
run.matrix_option = matrix_option

-- Fields of a batch beside the known ones are what a loss may look at: sequences of as many rows.
local function check_names(o, net, rows)
  for name, value in pairs(o) do
    if not KNOWN[name] and not (net.looks_at_more and check.is_matrix(value) and value.rows == rows) then
      check.complain("unknown option %s; known are %s", check.describe(name), table.concat(NAMES, ", "))
    end
  end
end

-- States that were not given begin as the cell says, or at 0.
local function begun(net, start, batch)
  local units = net.settings.units
  for name, row in pairs(net.cell.start and net.cell.start(net.settings) or {}) do
    local k = net.state_numbers[name]
    if not k or k == 1 or not check.is_matrix(row) or row.rows ~= 1 or row.cols ~= units then
      check.complain("the start of cell '%s': 1 x %d for states but the first expected, got %s as '%s'",
                     net.cell.name, units, check.describe(row), tostring(name))
    end
    start[k] = start[k] or core.matrix(batch, units) + row
  end
  return start
end

-- First states, by number of the state; and the trials.
local function check_start(o, net)
  local init, state = rawget(o, "init"), rawget(o, "state")
  if (init == nil) == (state == nil) then
    check.complain("either 'init', a first target, or 'state', a first state, expected")
  end
  if init ~= nil then
    matrix_option(o, "init", nil, net.settings.init)
    return begun(net, {}, init.rows), init.rows, "init"
  end
  local names, start, batch = net.cell.state, {}, nil
  local by_name = type(state) == "table" and state or { [names[1]] = state }
  for name in pairs(by_name) do
    if not net.state_numbers[name] then
      complain("state", "'%s' is no state; there are %s", tostring(name), table.concat(names, ", "))
    end
  end
  for k, name in ipairs(names) do
    local given = by_name[name]
    local label = type(state) == "table" and "state." .. name or "state"
    start[k] = given ~= nil and matrix_option({ [label] = given }, label, batch, net.settings.units) or false
    batch = batch or start[k] and start[k].rows
  end
  if not batch then complain("state", "a first state among %s expected", table.concat(names, ", ")) end
  return begun(net, start, batch), batch, "state"
end

local function check_inputs(o, net, batch)
  local inputs = matrix_option(o, "inputs", nil, net.settings.inputs)
  if not inputs then return nil, nil end
  if not inputs.steps then
    complain("inputs", "sequence expected, got a %d x %d matrix; see as_sequence", inputs.rows, inputs.cols)
  end
  if inputs.batch ~= batch then
    complain("inputs", "%d trials expected, as in the first state, got %d", batch, inputs.batch)
  end
  return inputs, inputs.steps
end

local function check_steps(o, batch, given)
  local steps = rawget(o, "steps")
  if steps == nil then steps = given end
  if not check.kinds.size[2](steps) then
    complain("steps", "whole number of at least 1 expected, got %s", steps == nil and "nothing"
             or check.describe(steps))
  end
  if given and steps ~= given then complain("steps", "%d expected, as in the inputs, got %d", given,
                                            steps) end
  if steps > LARGEST_SIDE // batch then
    complain("steps", "fewer expected: %d steps of %d trials are too many rows", steps, batch)
  end
  return math.tointeger(steps)
end

local function option(o, name, kind, default)
  local value = rawget(o, name)
  if value == nil then return default end
  local expected, is = table.unpack(check.kinds[kind])
  if kind == "not negative" and check.is_finite(value) then expected = "number of at least 0" end
  if not is(value) then complain(name, "%s expected, got %s", expected, check.describe(value)) end
  return value
end

local function check_mask(o, rows)
  local mask = matrix_option(o, "mask", rows, 1)
  if not mask then return nil end
  if mask:min() < 0 then complain("mask", "numbers of at least 0 expected, got %s", mask:min()) end
  if mask:max() == 0 then complain("mask", "a row that counts expected, got 0 in all rows") end
  return mask
end

-- @treturn table what the core reads of a run (src/bind/network.c), without programs and weights
function run.check(net, o)
  if type(o) ~= "table" then
    check.complain("table of options expected, got %s", check.describe(o))
  end
  local s = net.settings
  for name in pairs(o) do
    if not KNOWN[name] and not net.looks_at_more then check_names(o, net) end
  end
  local start, batch, from = check_start(o, net)
  if batch == 0 then complain(from, "at least one trial expected, got none") end
  local inputs, given = check_inputs(o, net, batch)
  local steps = check_steps(o, batch, given)
  local rows = steps * batch
  check_names(o, net, rows)
  local noise = matrix_option(o, "noise", rows, s.units)
  local rng = option(o, "rng", "generator", net.rng)
  local root = math.sqrt(s.dt)
  return {
    steps = steps, batch = batch, rows = rows, units = s.units, states = #net.cell.state,
    from = from, start = start, noise = noise, rng = rng, seed = rng.seed, position = rng.position,
      uniform = s.noise == "uniform",
    sigma = option(o, "sigma", "not negative", s.sigma) * root, input_sigma = s.input_sigma * root,
    output_sigma = s.output_sigma * root, inputs = s.inputs, outputs = s.outputs,
    fields = { inputs or false, rawget(o, "init") or false }, at_rest = inputs == nil,
    mask = check_mask(o, rows), step_seed = 1 / rows, read_seed = 1,
  }
end

local CHUNK = 64

-- Moves the generator past what a run has drawn.
function run.advance(r)
  local function chunks(n) return (n + CHUNK - 1) // CHUNK end
  r.rng:seek(r.position + r.rows * (chunks(r.units) + chunks(r.inputs) + chunks(r.outputs)))
end

return run
