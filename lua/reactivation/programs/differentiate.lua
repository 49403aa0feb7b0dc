-- The gradient of a recorded graph, as more of the same graph.

local rules = require "reactivation.programs.rules"
local symbol = require "reactivation.programs.symbol"

local kit = { pad = symbol.pad, where = symbol.where }

-- kit.pad of rules takes the first column and the whole width, as symbol.pad does.
function kit.fit(d, x)
  if d.cols ~= 1 and x.cols == 1 then d = d:sum("columns") end
  if d.rows ~= 1 and x.rows == 1 then d = symbol.expand(d, d.rows, x.cols):sum("rows") end
  return d
end

function kit.expand(d, x)
  return symbol.expand(d, x.rows, x.cols)
end

-- Leaves that a gradient is wanted at.
local WANTED = { before = true, after = true, weight = true }

local function needs(node, known)
  if known[node] ~= nil then return known[node] end
  local needed = WANTED[node.op] or false
  for _, argument in ipairs(node.args) do
    if symbol.is(argument) and needs(argument, known) then needed = true end
  end
  known[node] = needed
  return needed
end

-- Everything between the outputs and the leaves, the latest made first.
local function backwards(outputs, known)
  local found, seen = {}, {}
  local function visit(node)
    if seen[node] or not needs(node, known) then return end
    seen[node] = true
    found[#found + 1] = node
    if node.fixed and node.op ~= "t" then return end -- made outside time, and differentiated there
    for _, argument in ipairs(node.args) do
      if symbol.is(argument) then visit(argument) end
    end
  end
  for _, output in ipairs(outputs) do visit(output) end
  table.sort(found, function(a, b) return a.id > b.id end)
  return found
end

-- Pads that lie side by side and leave no gap, as the parts of one whole; or nil.
local function parts_of(list, cols)
  local sorted, parts, next_one = {}, {}, 1
  for _, d in ipairs(list) do
    if d.op ~= "pad" then return nil end
    sorted[#sorted + 1] = d
  end
  table.sort(sorted, function(a, b) return a.args[2] < b.args[2] end)
  for i, d in ipairs(sorted) do
    if d.args[2] ~= next_one then return nil end
    parts[i] = d.args[1]
    next_one = next_one + d.args[1].cols
  end
  return next_one == cols + 1 and parts or nil
end

-- The sum of the contributions to the gradient at a node.
local function total(list, node)
  local parts = #list > 1 and node.cols ~= 1 and parts_of(list, node.cols)
  if parts then return symbol.join(parts) end
  local sum = list[1]
  for i = 2, #list do sum = sum + list[i] end
  return sum
end

-- Operations whose gradient is handed on as it is: to a narrower argument it has to come in its full width,
-- or it would count once what stood in many columns.
local HANDED_ON = { add = true, sub = true, expand = true }

local function full(d, node)
  if d.cols == node.cols or not HANDED_ON[node.op] then return d end
  for _, argument in ipairs(node.args) do
    local narrow = symbol.is(argument) and argument.cols ~= node.cols
    if narrow then return symbol.expand(d, node.rows, node.cols) end
  end
  return d
end

-- What a rule is given: numbers that are no matrices stand for themselves.
local function arguments_of(node)
  local arguments = { table.unpack(node.args) }
  if node.op == "pow" then arguments[2] = arguments[2].args[1] end
  return arguments
end

-- @tab outputs list of pairs: a node, and the gradient at it
-- @return node -> gradient, at leaves that are no weights; node -> list of sums over rows, at what is fixed
return function(outputs)
  local nodes, lists = {}, {}
  local function add(node, d)
    if symbol.is_number(d, 0) then return end
    local list = lists[node]
    if list then list[#list + 1] = d else lists[node] = { d } end
  end
  for i, output in ipairs(outputs) do
    nodes[i] = output[1]
    add(output[1], output[2])
  end
  local known, at_leaves, at_fixed = {}, {}, {}
  for _, node in ipairs(backwards(nodes, known)) do
    local list = lists[node]
    if list and node.fixed and node.op ~= "t" then
      at_fixed[node] = list
    elseif list and WANTED[node.op] then
      at_leaves[node] = total(list, node)
    elseif list then
      -- of a weight's transpose each sum is turned by itself
      for _, d in ipairs(node.op == "t" and list or { total(list, node) }) do
        local found = { rules[node.op](kit, full(d, node), node, table.unpack(arguments_of(node))) }
        for i, argument in ipairs(node.args) do
          if found[i] and symbol.is(argument) and needs(argument, known) then add(argument, found[i]) end
        end
      end
    end
  end
  return at_leaves, at_fixed
end
