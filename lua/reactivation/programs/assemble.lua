-- The programs of a network: its step, its reading, its beginning. Each is made from a recording.

local compile = require "reactivation.programs.compile"
local core = require "reactivation.core"
local differentiate = require "reactivation.programs.differentiate"
local symbol = require "reactivation.programs.symbol"

local TRIALS = symbol.TRIALS

local programs = {}

-- Fields of a run, by number.
programs.INPUTS, programs.INIT = 1, 2

-- Results that are kept for backward; all others are made again from these, which costs less than memory.
local KEPT = {}
for _, op in ipairs {
  "product", "noise", "encode", "tanh", "sigmoid", "exp", "log", "sin", "cos", "atan2", "pow", "sqrt",
    "softmax",
  "log_softmax", "row_sum", "row_mean", "row_most", "row_least",
} do KEPT[op] = true end

local function is_kept(node)
  if KEPT[node.op] then return true end
  if node.op ~= "add" then return false end
  return is_kept(node.args[1]) or is_kept(node.args[2]) and node.args[2].op ~= "number"
end

-- What backward needs of what was made forward, which are the graph's first `count` symbols.
local function needed(compiler, targets, count)
  local kept, seen = {}, {}
  local function visit(node)
    if seen[node] or symbol.is_number(node) or compiler:available(node) then return end
    seen[node] = true
    if node.id <= count and is_kept(node) then
      kept[#kept + 1] = node
      return
    end
    for i, argument in ipairs(node.args) do
      if symbol.is(argument) and not (node.op == "product" and i == 2) then visit(argument) end
    end
  end
  for _, target in ipairs(targets) do visit(target) end
  table.sort(kept, function(a, b) return a.id < b.id end)
  return kept
end

-- The two sides of a sum over rows.
local function sides(sum)
  if sum.op == "column_sum" then return sum.args[1], nil end
  return sum.args[1]:t(), sum.args[2]
end

-- The sums that each weight's gradient is, in the order of the weights.
local function sums_of(at_fixed, weight_number)
  local found = {}
  for node, list in pairs(at_fixed) do
    for i, sum in ipairs(list) do
      local left, right = sides(sum)
      found[#found + 1] = { weight = weight_number(node), place = i, left = left, right = right }
    end
  end
  table.sort(found, function(a, b)
    if a.weight ~= b.weight then return a.weight < b.weight end
    return a.place < b.place
  end)
  return found
end

local LASTS = {
  before = true, after = true, field = true, kept = true, window = true, d_after = true, d_before = true,
}

-- Where the side of a sum lies through a window: where it is anyway, or in a block of its own, which
-- becomes one of the list's targets.
local function side_place(compiler, targets, node)
  if node.op == "columns" then
    local at = side_place(compiler, targets, node.args[1])
    return { at[1], at[2] + node.args[2] - 1, node.cols }
  end
  local place = not symbol.is_number(node) and compiler:available(node)
  if place and LASTS[compiler.blocks[place[1]].place] then return place end
  for _, target in ipairs(targets) do
    if target[1] == node then return target[2] end
  end
  place = { compiler:new_block("window", node.cols), 1, node.cols }
  targets[#targets + 1] = { node, place }
  return place
end

local function place_outers(compiler, targets, sums)
  local outers = {}
  for i, sum in ipairs(sums) do
    outers[i] = {
      left = side_place(compiler, targets, sum.left),
      right = sum.right and side_place(compiler, targets, sum.right), weight = sum.weight,
    }
  end
  return outers
end

local function whole(compiler, place, index, cols)
  return { compiler:block(place, index, cols), 1, cols }
end

local function program(compiler, forward, backward, outers)
  return core.program { blocks = compiler.blocks, forward = forward, backward = backward or {},
    outers = outers or {} }
end

-- The gradients at the states before a step, and the sums for its weights.
local function gradient_of_step(step, cols, fed)
  local graph, outputs = step.graph, {}
  for k, node in ipairs(step.states) do outputs[k] = { node, graph:node("d_after", TRIALS, cols, k) } end
  if step.cost then outputs[#outputs + 1] = { step.cost, graph:node("seed", TRIALS, 1, 1) } end
  local at_leaves, at_fixed = differentiate(outputs)
  local gradients = {}
  for k = 1, #step.states do
    local d = at_leaves[graph:node("before", TRIALS, cols, k)]
    if fed[k] then
      gradients[k] = d and graph:node("d_before", TRIALS, cols, k) + d or false
    else
      gradients[k] = d and symbol.expand(d, TRIALS, cols) or graph:number(0, TRIALS, cols)
    end
  end
  return gradients, at_fixed
end

-- The program of a step.
-- @tab step as record.step gives it
-- @int cols units
-- @tparam function weight_number
-- @tab[opt] fed state's number -> whether the reading leaves a gradient at it; without, forward only
function programs.step(step, cols, weight_number, fed)
  local compiler, count = compile(weight_number), step.graph.count
  local targets, back, sums = {}, {}, nil
  for k, node in ipairs(step.states) do targets[k] = { node, whole(compiler, "after", k, cols) } end
  if fed then
    local gradients, at_fixed = gradient_of_step(step, cols, fed)
    sums = sums_of(at_fixed, weight_number)
    local wanted = {}
    for k, node in ipairs(gradients) do
      if node then
        back[#back + 1] = { node, whole(compiler, "d_before", k, cols) }
        wanted[#wanted + 1] = node
      end
    end
    for _, sum in ipairs(sums) do
      wanted[#wanted + 1] = sum.left
      wanted[#wanted + 1] = sum.right
    end
    local after = {} -- what is a state's anyway need not be kept
    for _, target in ipairs(targets) do after[target[1]] = target[2] end
    for _, node in ipairs(needed(compiler, wanted, count)) do
      if not after[node] then
        targets[#targets + 1] = { node, { compiler:new_block("kept", node.cols), 1, node.cols } }
      end
    end
  end
  local forward = compiler:list(targets, step.cost and { step.cost })
  if not fed then return program(compiler, forward) end
  for _, target in ipairs(targets) do
    if not compiler:available(target[1]) then compiler.places[target[1]] = target[2] end
  end
  local outers = place_outers(compiler, back, sums)
  return program(compiler, forward, compiler:list(back), outers)
end

-- The program of a loss with its gradient at the states.
-- @return the program, and `fed`, as programs.step takes it
function programs.loss(loss, cols, weight_number)
  local compiler, graph = compile(weight_number), loss.graph
  local at_leaves, at_fixed = differentiate { { loss.value, loss.seed } }
  local targets, fed = {}, {}
  for k, node in ipairs(loss.states) do
    local d = at_leaves[node]
    fed[k] = d ~= nil
    if d then targets[#targets + 1] = { symbol.expand(d, TRIALS, cols),
      whole(compiler, "d_after", k, cols) } end
  end
  local outers = place_outers(compiler, targets, sums_of(at_fixed, weight_number))
  local forward = compiler:list(targets, { loss.weighted })
  return program(compiler, forward, nil, outers), fed, graph
end

-- The program of the outputs and the loss, without its gradient.
function programs.test(loss, outputs, weight_number)
  local compiler = compile(weight_number)
  local targets = { { loss.outputs, whole(compiler, "result", 1, outputs) } }
  return program(compiler, compiler:list(targets, { loss.weighted }))
end

-- The program of the outputs.
function programs.readout(names, units, outputs, weight_number)
  local compiler, graph = compile(weight_number), symbol.graph()
  local first = graph:node("after", TRIALS, units, 1)
  local w_out = graph:node("weight", outputs, units, names.readout)
  local drawn = first * w_out:t() + graph:node("noise", TRIALS, outputs, "output")
  return program(compiler, compiler:list { { drawn, whole(compiler, "result", 1, outputs) } })
end

-- The program of the first state, from the first target.
function programs.first(names, units, init, weight_number)
  local compiler, graph = compile(weight_number), symbol.graph()
  local target = graph:node("field", TRIALS, init, programs.INIT)
  local encoder = graph:node("weight", units, init, names.encoder)
  local forward = compiler:list { { target * encoder:t(), whole(compiler, "before", 1, units) } }
  local outer = {
    left = whole(compiler, "d_before", 1, units), right = compiler:available(target),
      weight = weight_number(encoder),
  }
  return program(compiler, forward, nil, { outer })
end

return programs
