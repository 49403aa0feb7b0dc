-- A network's loss on a batch: recorded for the batch's fields and their widths, compiled once for each.

local check = require "reactivation.check"
local core = require "reactivation.core"
local loss = require "reactivation.networks.loss"
local programs = require "reactivation.programs.assemble"
local record = require "reactivation.programs.record"
local run = require "reactivation.networks.run"
local symbol = require "reactivation.programs.symbol"

local TRIALS = symbol.TRIALS

local reading = {}

local FIELDS = { targets = 3, truth = 4,
  mask = 5 } -- numbers; further ones follow in the order of their first use

local function field_number(net, name)
  local numbers = net.field_numbers
  if FIELDS[name] then return FIELDS[name] end
  if not numbers[name] then
    numbers.count = (numbers.count or 5) + 1
    numbers[name] = numbers.count
  end
  return numbers[name]
end

-- The targets that a batch gives: a matrix, or the code of its truth.
local function check_targets(net, o, r)
  local outputs = net.settings.outputs
  local width = net.loss_function == loss.mean_squared and outputs or nil
  local targets = run.matrix_option(o, "targets", r.rows, width, r.mask)
  local code = rawget(o, "code")
  if targets then return targets, nil end
  if code == nil then
    check.complain("bad option 'targets' (%d x %d matrix expected, got nothing)", r.rows, outputs)
  end
  local cells, dimensions = core.code(code)
  if not cells then
    check.complain("bad option 'code' (place cells or head-direction cells expected, got %s)", type(code))
  end
  if cells ~= outputs then
    check.complain("bad option 'code' (%d cells expected, one for each output, got %d)", outputs, cells)
  end
  if not run.matrix_option(o, "truth", r.rows, dimensions, r.mask) then
    check.complain("bad option 'truth' (%d x %d matrix expected, got nothing)", r.rows, dimensions)
  end
  return nil, code
end

-- Records the loss for this batch; notes the fields that it looked at, with their widths.
local function recorded(net, o, r, outputs)
  local looked, uses_code = {}, false
  local function field(graph, name)
    if name == "targets" then
      local targets, code = check_targets(net, o, r)
      if code then
        uses_code = true
        looked.truth = o.truth.cols
        return graph:node("encode", TRIALS, outputs, graph:node("field", TRIALS, o.truth.cols, FIELDS.truth))
      end
      looked.targets = targets.cols
      return graph:node("field", TRIALS, targets.cols, FIELDS.targets)
    end
    local value = run.matrix_option(o, name, r.rows, nil, name ~= "mask" and r.mask or nil)
    if not value then return nil end
    looked[name] = value.cols
    return graph:node("field", TRIALS, value.cols, field_number(net, name))
  end
  local function readout(graph)
    return graph:node("weight", outputs, net.settings.units, "w_out")
  end
  local found = record.loss(net.loss_function, net.cell.state, net.settings, field, outputs, readout,
                            r.mask and FIELDS.mask)
  local value = found.value
  if outputs ~= net.settings.outputs then value = value * (outputs / net.settings.outputs) end -- see reduced
  found.seed = found.graph:node("seed", TRIALS, 1, 1)
  found.weighted = value
  if r.mask then
    looked.mask = 1
    local mask = found.graph:node("field", TRIALS, 1, FIELDS.mask)
    found.seed = found.seed:mul(mask)
    found.weighted = symbol.where(value:mul(mask), mask)
  end
  found.value = value
  return found, looked, uses_code
end

-- How many outputs are enough, where the loss is that of squares and its targets a smooth code; or nil.
local function reduced(net, o, r)
  if net.loss_function ~= loss.mean_squared or rawget(o, "targets") ~= nil or r.output_sigma ~= 0 then
    return nil end
  local code = rawget(o, "code")
  if code == nil or (core.code(code)) ~= net.settings.outputs then return nil end
  local fewer = core.reduced_outputs(code, net.settings.units, r.rows)
  return fewer > 0 and fewer or nil
end

local function fits(entry, o, r, outputs)
  if entry.outputs ~= outputs or entry.masked ~= (r.mask ~= nil) then return false end
  for name, cols in pairs(entry.looked) do
    local value = rawget(o, name)
    if not check.is_matrix(value) or value.cols ~= cols then return false end
  end
  return entry.uses_code == (entry.uses_code and rawget(o, "targets") == nil and rawget(o, "code") ~= nil)
    and (not entry.uses_code or rawget(o, "code") ~= nil)
    and not (entry.looked.targets and rawget(o, "targets") == nil)
end

-- What a program may look at, checked and by number.
local function set_fields(net, entry, o, r)
  for name in pairs(entry.looked) do
    local value = name == "mask" and r.mask or run.matrix_option(o, name, r.rows, nil, r.mask)
    r.fields[field_number(net, name)] = value
  end
  if entry.uses_code or entry.looked.targets then
    local _, code = check_targets(net, o, r)
    r.code = code
  end
  for i = 1, net.field_numbers.count or 5 do r.fields[i] = r.fields[i] or false end
  r.read_seed = 1 / (r.mask and r.mask:sum() or r.rows)
end

-- Sets the fields of a run, and returns the entry of its loss: `program` and `fed`, or of `goes_back` is
-- false, `program` alone; and `reduced`.
function reading.of(net, o, r, goes_back)
  local fewer = goes_back and reduced(net, o, r) or nil
  local outputs = fewer or net.settings.outputs
  local list = goes_back and net.losses or net.tests
  local entry
  for _, known in ipairs(list) do
    if fits(known, o, r, outputs) then entry = known break end
  end
  if not entry then
    local found, looked, uses_code = recorded(net, o, r, outputs)
    entry = { looked = looked, uses_code = uses_code, outputs = outputs, masked = r.mask ~= nil }
    local function number(node) return net.held:number(node) end
    if goes_back then
      entry.program, entry.fed = programs.loss(found, net.settings.units, number)
    else
      entry.program = programs.test(found, outputs, number)
    end
    -- in fewer dimensions it is the same loss
    entry.text = net.loss_function == loss.mean_squared and "mean_squared" or record.text { found.value }
    list[#list + 1] = entry
  end
  for name in pairs(o) do -- further fields are there for the loss
    if not run.is_known(name) and not entry.looked[name] then
      check.complain("unknown option %s; the loss looks at no such field", check.describe(name))
    end
  end
  set_fields(net, entry, o, r)
  r.read = entry.program
  rawset(net, "loss_text", entry.text)
  return entry, fewer
end

return reading
