-- Recording: a step or a loss is called once, with symbols, and leaves its graph.

local check = require "reactivation.check"
local symbol = require "reactivation.programs.symbol"

local TRIALS = symbol.TRIALS

local record = {}

local function names_of(values)
  local names = {}
  for name in pairs(values) do names[#names + 1] = name end
  table.sort(names)
  return #names > 0 and table.concat(names, ", ") or "none"
end

-- A table to read from, which notes the last name that it did not have: a cell may ask for a weight that is
-- optional, so nil is an answer, but an error that follows from it is told in those terms. `what` is said of
-- the name, and the names that there are follow it.
local function watched(values, missing, what)
  return setmetatable({}, {
    __index = function(_, name)
      local value = values[name]
      if value == nil then
        missing.name = tostring(name)
        missing.told = what:format(missing.name, names_of(values))
      end
      return value
    end,
    __newindex = function(_, name)
      check.complain("'%s' of a step is there to be read, not to be set", tostring(name))
    end,
    __pairs = function() return pairs(values) end,
  })
end

-- Calls the user's function; what is said of a nil, is said of the name that was asked for last.
local function call(missing, f, ...)
  local results = table.pack(pcall(f, ...))
  if results[1] then return table.unpack(results, 2, results.n) end
  local message = results[2]
  if type(message) == "string" and missing.told then
    local name = message:match("a nil value %(field '([^']*)'%)")
    if name == missing.name then
      message = (message:match("^(.-:%d+: )") or "") .. missing.told
    elseif message:find("got nil", 1, true) or message:find("a nil value", 1, true) then
      message = ("%s; %s"):format(message, missing.told)
    end
  end
  error(message, 0)
end

local function shaped(node, cols, what)
  if node.rows == TRIALS and node.cols == cols then return node end
  local full = (node.rows == TRIALS or node.rows == 1) and (node.cols == cols or node.cols == 1)
  if full then return symbol.expand(node, TRIALS, cols) end
  check.complain("%s: trials x %d expected, got %s", what, cols, symbol.shape(node))
end

local function lifted(graph, value, what)
  if symbol.is(value) then return value end
  if type(value) == "number" then return graph:number(value) end
  if check.is_matrix(value) then return graph:constant(value) end
  check.complain("%s: symbol expected, got %s", what, check.describe(value))
end

-- The weights as symbols of a graph.
function record.weights(graph, weights)
  local symbols = {}
  for name, w in pairs(weights) do symbols[name] = graph:node("weight", w.rows, w.cols, name) end
  return symbols
end

-- A step of a cell; at rest its input is a zero.
-- @treturn table graph, `states`, a list of nodes in the cell's order, `cost`, a node or nil, and
--   `read`, the settings that the step looked at
function record.step(cell, weights, settings, rest)
  local graph, missing, read = symbol.graph(), {}, {}
  local states, options = {}, { noise = graph:node("noise", TRIALS, settings.units, "state") }
  for k, name in ipairs(cell.state) do states[name] = graph:node("before", TRIALS, settings.units, k) end
  for name, value in pairs(settings) do if name ~= "noise" then options[name] = value end end
  local x = rest and graph:number(0, TRIALS, settings.inputs)
    or graph:node("field", TRIALS, settings.inputs, 1)
  local seen = setmetatable({}, {
    __index = function(_, name)
      read[name] = true
      return options[name]
    end,
  })
  local function says(what)
    return ("cell '%s' has no %s '%%s'; its %ss are %%s"):format(cell.name, what, what)
  end
  local w = record.weights(graph, weights)
  local readable = setmetatable({}, { __index = seen, __pairs = function() return pairs(options) end })
  local made = call(missing, cell.step, watched(w, missing, says("weight")),
                    watched(states, missing, says("state")), x, watched(readable, missing, says("setting")))
  if type(made) ~= "table" or symbol.is(made) then
    check.complain("the step of cell '%s': table of its new states expected, got %s", cell.name,
                   check.describe(made))
  end
  local found = { graph = graph, states = {}, read = read }
  local known = { cost = true }
  for k, name in ipairs(cell.state) do
    known[name] = true
    local what = ("the step of cell '%s', state '%s'"):format(cell.name, name)
    if made[name] == nil then check.complain("%s: expected among what it returns, got nothing", what) end
    found.states[k] = shaped(lifted(graph, made[name], what), settings.units, what)
  end
  for name in pairs(made) do
    if not known[name] then
      check.complain("the step of cell '%s' returned '%s', which is none of its states, %s", cell.name,
                     tostring(name),
                     table.concat(cell.state, ", "))
    end
  end
  if made.cost ~= nil then
    local what = ("the step of cell '%s', cost, one value a row"):format(cell.name)
    found.cost = shaped(lifted(graph, made.cost, what), 1, what)
  end
  if not read.noise then found.states[1] = found.states[1] + options.noise end
  graph.recording = false
  return found
end

-- A loss over rows.
-- @tab names the states
-- @tab settings
-- @tparam function field name -> node of a field of the batch, or nil
-- @int outputs
-- @tparam function readout graph -> its weights, outputs x units
-- @int[opt] mask_number the field that is the mask: rows where it is 0 are never looked at
-- @treturn table graph, `states`, `outputs` and `value`, nodes
function record.loss(loss, names, settings, field, outputs, readout, mask_number)
  local graph, missing = symbol.graph(), {}
  local leaves, states, fields = {}, {}, {}
  local mask = mask_number and graph:node("field", TRIALS, 1, mask_number)
  local function masked(node) return mask and symbol.where(node, mask) or node end
  for k, name in ipairs(names) do
    leaves[k] = graph:node("after", TRIALS, settings.units, k)
    states[name] = masked(leaves[k])
  end
  local drawn = leaves[1] * readout(graph):t()
  if settings.output_sigma ~= 0 then drawn = drawn + graph:node("noise", TRIALS, outputs, "output") end
  drawn = masked(drawn)
  local y = setmetatable({}, {
    __index = function(_, name)
      if name == "outputs" then return drawn end
      if name == "states" then return watched(states, missing, "no state '%s'; there are %s") end
      if fields[name] == nil then fields[name] = field(graph, name) end
      if fields[name] == nil then
        missing.name, missing.told = tostring(name), ("the batch has no '%s'"):format(tostring(name))
      end
      return fields[name]
    end,
  })
  local value = call(missing, loss, y)
  value = shaped(lifted(graph, value, "the loss, one value a row"), 1, "the loss, one value a row")
  graph.recording = false
  return { graph = graph, states = leaves, outputs = drawn, value = value }
end

-- What was recorded, as text: the same for the same graph.
function record.text(nodes)
  local numbers, lines = {}, {}
  local function visit(node)
    if numbers[node] then return numbers[node] end
    local words = {}
    for i, argument in ipairs(node.args) do
      words[i] = symbol.is(argument) and visit(argument)
        or math.type(argument) == "float" and ("%.9g"):format(argument) or tostring(argument)
    end
    local matrix = rawget(node, "matrix")
    if matrix then words = { ("%.9g"):format(matrix:sum()), ("%.9g"):format(matrix:mul(matrix):sum()) } end
    local name = "v" .. #lines + 1
    if node.op == "number" then name = words[1]
    elseif #node.args == 1 and not symbol.is(node.args[1]) and not matrix then name = node.op .. " " ..
      words[1]
    else lines[#lines + 1] = ("%s = %s(%s): %s"):format(name, node.op, table.concat(words, ", "),
                                                        symbol.shape(node)) end
    numbers[node] = name
    return name
  end
  for _, node in ipairs(nodes) do
    local name = visit(node)
    lines[#lines + 1] = "-> " .. name
  end
  return table.concat(lines, "\n")
end

return record
