-- From recorded graphs to a program of the core (src/core/program.h).
--
-- A compiler holds the blocks that its lists share. A list makes what is asked of it, one instruction an
-- operation, in the order of recording; results lie in scratch that is used again as soon as nobody needs
-- them. Products, and noise, are added to what they are a summand of where that lies.

local symbol = require "reactivation.programs.symbol"

local COMBINES = {
  add = true, sub = true, mul = true, div = true, pow = true, atan2 = true, lt = true, le = true, eq = true,
  where = true,
}
local ROWS = { row_sum = true, row_mean = true, row_most = true, row_least = true }

-- Leaves, and where each lies.
local LEAVES = {
  before = "before", after = "after", field = "field", seed = "seed", d_before = "d_before",
    d_after = "d_after",
}

local Compiler = {}
Compiler.__index = Compiler

-- --- blocks ---------------------------------------------------------------------------------------

function Compiler:block(place, index, cols, rows)
  local key = place .. " " .. index
  local found = self.known[key]
  if not found then
    found = #self.blocks + 1
    self.blocks[found] = { place = place, index = index, cols = cols, rows = rows }
    self.known[key] = found
  end
  return found
end

function Compiler:new_block(place, cols)
  self.counts[place] = (self.counts[place] or 0) + 1
  return self:block(place, self.counts[place], cols)
end

-- Where a leaf lies, or what was made in an earlier list and kept; nil for all others.
function Compiler:available(node)
  local place = self.places[node]
  if place then return place end
  if node.fixed and not symbol.is_number(node) then
    return { self:block("weight", self.weight_number(node), node.cols, node.rows), 1, node.cols }
  end
  if LEAVES[node.op] then
    return { self:block(LEAVES[node.op], node.args[1], node.cols), 1, node.cols }
  end
end

-- --- a list in the making --------------------------------------------------------------------------

local List = {}
List.__index = List

-- Numbers, and the one number that the seed is, fill no rows by themselves.
local function fills_rows(node)
  return not symbol.is_number(node) and node.op ~= "seed"
end

-- Arguments of which whole rows are looked at.
local function looks_at_rows(node)
  return node.op == "product" or node.op == "softmax" or node.op == "log_softmax" or node.op == "encode"
    or ROWS[node.op]
end

function List:visit(node, whole)
  if whole and not fills_rows(node) then self.filled[node] = true end
  if self.seen[node] then return end
  if not self.filled[node] and (symbol.is_number(node) or self.compiler:available(node)) then return end
  self.seen[node] = true
  self.nodes[#self.nodes + 1] = node
  if self.filled[node] then return end
  for i, argument in ipairs(node.args) do
    if symbol.is(argument) and not (node.op == "product" and i == 2) then
      self:visit(argument, looks_at_rows(node))
    end
  end
end

-- How often each node is looked at by others of the list.
function List:count_uses()
  for _, node in ipairs(self.nodes) do
    for i, argument in ipairs(self.filled[node] and {} or node.args) do
      if symbol.is(argument) and not (node.op == "product" and i == 2) then
        self.left[argument] = (self.left[argument] or 0) + 1
      end
    end
  end
end

-- Whether a node can vanish in the sum that is its only use.
function List:is_summand(node)
  return self.seen[node] and not self.filled[node] and self.left[node] == 1 and not self.home[node]
end

-- The terms of a sum, where some are products or noise, which are added in place.
function List:terms_of(node, terms)
  for _, argument in ipairs(node.args) do
    if argument.op == "add" and self:is_summand(argument) and self:has_special(argument) then
      self:terms_of(argument, terms)
    else
      terms[#terms + 1] = argument
    end
  end
  return terms
end

local SPECIAL = { product = true, noise = true }

function List:has_special(node)
  for _, argument in ipairs(node.args) do
    if SPECIAL[argument.op] and self:is_summand(argument) then return true end
    if argument.op == "add" and self:is_summand(argument) and self:has_special(argument) then return true end
  end
  return false
end

function List:mark_sums()
  for i = #self.nodes, 1, -1 do
    local node = self.nodes[i]
    if node.op == "add" and not self.inner[node] and not self.filled[node] and self:has_special(node) then
      self.sums[node] = self:terms_of(node, {})
      local function mark(sum)
        for _, argument in ipairs(sum.args) do
          if self:is_summand(argument) and (SPECIAL[argument.op] or argument.op == "add"
                                            and self:has_special(argument)) then
            self.inner[argument] = true
            if argument.op == "add" then mark(argument) end
          end
        end
      end
      mark(node)
    end
  end
end

-- Parts of a joined whole are made where they belong.
function List:mark_joins()
  for _, node in ipairs(self.nodes) do
    if node.op == "join" then
      local first = 1
      for _, part in ipairs(node.args) do
        if self.seen[part] and self.left[part] == 1 and not self.home[part] and part.op ~= "columns"
          and not self.inner[part] then
          self.part_of[part] = { node, first }
        end
        first = first + part.cols
      end
    end
  end
end

-- --- places ----------------------------------------------------------------------------------------

function List:take_slot(cols)
  local free = self.compiler.free[cols]
  if free and #free > 0 then return table.remove(free) end
  return self.compiler:new_block("scratch", cols)
end

-- The place of a node's result; of a part, within its whole.
function List:destination(node, reused)
  local home = self.home[node]
  if home then return home end
  local part = self.part_of[node]
  if part then
    local whole = part[1]
    self.where[whole] = self.where[whole] or self:destination(whole)
    local at = self.where[whole]
    return { at[1], at[2] + part[2] - 1, node.cols }
  end
  if reused then return reused end
  local slot = self:take_slot(node.cols)
  self.owned[node] = slot
  return { slot, 1, node.cols }
end

-- The place of an argument that is looked at for the last time here, to be written over.
function List:reusable(node, argument)
  if self.home[node] or self.part_of[node] then return nil end
  local slot = self.owned[argument]
  if slot and self.left[argument] == 1 and argument.cols == node.cols then
    self.owned[argument], self.owned[node] = nil, slot
    return self.where[argument]
  end
end

function List:release(node)
  if not self.left[node] then return end
  self.left[node] = self.left[node] - 1
  if self.left[node] > 0 then return end
  if self.views[node] then return self:release(self.views[node]) end
  local slot = self.owned[node]
  if slot then
    self.owned[node] = nil
    local free = self.compiler.free
    free[node.cols] = free[node.cols] or {}
    table.insert(free[node.cols], slot)
  end
end

-- An operand: its place, or nil and the number that it is.
function List:operand(node)
  local place = self.where[node]
  if place then return place end
  if symbol.is_number(node) then return nil, node.args[1] end
  return assert(self.compiler:available(node))
end

-- --- instructions -----------------------------------------------------------------------------------

function List:emit(instruction)
  self.instructions[#self.instructions + 1] = instruction
end

local function same_place(a, b)
  return a and b and a[1] == b[1] and a[2] == b[2] and a[3] == b[3]
end

function List:emit_combine(op, out, a, b)
  local place_a, number_a = self:operand(a)
  local place_b, number_b = self:operand(b)
  self:emit { kind = "combine", what = op, out = out, a = place_a, b = place_b, number = number_a
    or number_b }
end

function List:emit_copy(out, node)
  local place, number = self:operand(node)
  if not same_place(place, out) then self:emit { kind = "copy", out = out, a = place, number = number } end
end

function List:emit_product(out, node, adds)
  local right, transposed = node.args[2], false
  if right.op == "t" then right, transposed = right.args[1], true end
  self:emit {
    kind = "product", out = out, a = self:operand(node.args[1]), b = self.compiler:available(right),
    transposed = transposed, adds = adds,
  }
end

-- The terms by kind; a term that lies where the sum is made comes first.
local function sorted_terms(terms, inner)
  local plain, products, noises = {}, {}, {}
  for _, term in ipairs(terms) do
    local list = inner[term] and (term.op == "product" and products or term.op == "noise" and noises) or plain
    list[#list + 1] = term
  end
  return plain, products, noises
end

function List:emit_sum(node)
  local plain, products, noises = sorted_terms(self.sums[node], self.inner)
  local reused
  for _, term in ipairs(plain) do reused = reused or self:reusable(node, term) end
  local out = self:destination(node, reused)
  for i = 2, #plain do
    if same_place((self:operand(plain[i])), out) then plain[1], plain[i] = plain[i], plain[1] end
  end
  if #plain == 1 then
    self:emit_copy(out, plain[1])
  elseif #plain > 1 then
    self:emit_combine("add", out, plain[1], plain[2])
    self.where[node] = out
    for i = 3, #plain do self:emit_combine("add", out, node, plain[i]) end
  end
  for i, term in ipairs(products) do self:emit_product(out, term, #plain > 0 or i > 1) end
  for i, term in ipairs(noises) do
    local begun = #plain > 0 or #products > 0 or i > 1
    self:emit { kind = "noise", what = term.args[1], out = out, a = begun and out or nil }
  end
  for _, term in ipairs(plain) do self:release(term) end
  for _, term in ipairs(products) do self:release(term.args[1]) end
  return out
end

function List:emit_join(node)
  local out = self.where[node] or self:destination(node)
  local first = out[2]
  for _, part in ipairs(node.args) do
    local own = self.part_of[part]
    if not (own and own[1] == node) then self:emit_copy({ out[1], first, part.cols }, part) end
    first = first + part.cols
  end
  return out
end

function List:emit_pad(node)
  local out = self:destination(node)
  local part = node.args[1]
  self:emit { kind = "copy", out = out, number = 0 }
  self:emit_copy({ out[1], out[2] + node.args[2] - 1, part.cols }, part)
  return out
end

-- Operations by what they need; each returns the place of its result.
local emitters = {}

function emitters.join(list, node) return list:emit_join(node) end
function emitters.pad(list, node) return list:emit_pad(node) end
function emitters.noise(list, node)
  local out = list:destination(node)
  list:emit { kind = "noise", what = node.args[1], out = out }
  return out
end
function emitters.product(list, node)
  local out = list:destination(node)
  list:emit_product(out, node, false)
  return out
end
function emitters.encode(list, node)
  local out = list:destination(node)
  list:emit { kind = "encode", out = out, a = list:operand(node.args[1]) }
  return out
end
function emitters.expand(list, node)
  local out = list:destination(node)
  list:emit_copy(out, node.args[1])
  return out
end
function emitters.clamp(list, node)
  local out = list:destination(node, list:reusable(node, node.args[1]))
  list:emit { kind = "combine", what = "max", out = out, a = list:operand(node.args[1]),
    number = node.args[2] }
  list:emit { kind = "combine", what = "min", out = out, a = out, number = node.args[3] }
  return out
end

function List:emit_operation(node)
  local op, args = node.op, node.args
  if emitters[op] then return emitters[op](self, node) end
  if ROWS[op] then
    local out = self:destination(node)
    self:emit { kind = op, out = out, a = self:operand(args[1]) }
    return out
  elseif COMBINES[op] then
    local out = self:destination(node, self:reusable(node, args[1]) or self:reusable(node, args[2]))
    self:emit_combine(op, out, args[1], args[2])
    return out
  end
  local out = self:destination(node, self:reusable(node, args[1]))
  self:emit { kind = "map", what = op, out = out, a = self:operand(args[1]) }
  return out
end

function List:emit_node(node)
  if self.inner[node] then return end
  if self.filled[node] then
    local out = self:destination(node)
    local place, number = nil, node.args[1]
    if node.op == "seed" then place, number = self.compiler:available(node), nil end
    self:emit { kind = "copy", out = out, a = place, number = number }
    self.where[node] = out
    return
  end
  if node.op == "columns" then
    local at = self:operand(node.args[1])
    self.where[node] = { at[1], at[2] + node.args[2] - 1, node.cols }
    if self.home[node] then
      self:emit { kind = "copy", out = self.home[node], a = self.where[node] }
      self.where[node] = self.home[node]
      self:release(node.args[1])
    else
      self.views[node] = node.args[1]
    end
    return
  end
  if self.sums[node] then
    self.where[node] = self:emit_sum(node)
    return
  end
  self.where[node] = self:emit_operation(node)
  for i, argument in ipairs(node.args) do
    if symbol.is(argument) and not (node.op == "product" and i == 2) then self:release(argument) end
  end
end

-- --- the compiler -----------------------------------------------------------------------------------

-- The instructions that make some nodes.
-- @tab targets list of { node, place }: made there
-- @tab totals list of nodes, columns that are added up
-- @return instructions; node -> place of all targets
function Compiler:list(targets, totals)
  local list = setmetatable({
    compiler = self, nodes = {}, seen = {}, filled = {}, left = {}, home = {}, inner = {}, sums = {},
      part_of = {},
    where = {}, owned = {}, views = {}, instructions = {},
  }, List)
  self.free = {}
  for index, block in ipairs(self.blocks) do
    if block.place == "scratch" then
      self.free[block.cols] = self.free[block.cols] or {}
      table.insert(self.free[block.cols], index)
    end
  end
  for _, target in ipairs(targets) do list:visit(target[1]) end
  for _, total in ipairs(totals or {}) do list:visit(total, true) end
  table.sort(list.nodes, function(a, b) return a.id < b.id end)
  list:count_uses()
  for _, target in ipairs(targets) do
    local node = target[1]
    list.left[node] = (list.left[node] or 0) + 1 -- held to the end
    if list.seen[node] and not list.home[node] then list.home[node] = target[2] end
  end
  for _, total in ipairs(totals or {}) do list.left[total] = (list.left[total] or 0) + 1 end
  list:mark_sums()
  list:mark_joins()
  for _, node in ipairs(list.nodes) do list:emit_node(node) end
  for _, target in ipairs(targets) do
    if not same_place(list.where[target[1]], target[2]) then list:emit_copy(target[2], target[1]) end
  end
  for _, total in ipairs(totals or {}) do
    list:emit { kind = "total", a = list:operand(total) }
  end
  return list.instructions
end

-- @tparam function weight_number node -> number of what is made of weights alone, in the run's list
return function(weight_number)
  return setmetatable({
    blocks = {}, known = {}, counts = {}, places = {}, weight_number = weight_number,
  }, Compiler)
end
