-- Symbols: what stands in place of matrices while a step or a loss is recorded.
--
-- A symbol knows its shape and how it was made from others, no numbers. Its rows are those of the
-- trials, or, if it was made of weights alone, a number. Symbols of one graph that are made alike are
-- one and the same, and what numbers alone decide (nothing is added to or multiplied with a zero) is
-- never recorded.

local check = require "reactivation.check"
local public = require "reactivation.check.public"

local Symbol = {}      -- metatable
local methods = {}
local Graph = {}
Graph.__index = Graph

local TRIALS = "trials" -- as the rows of a symbol; as its columns in a transpose, which rules make

local symbol = { TRIALS = TRIALS }

-- --- making ---------------------------------------------------------------------------------------

-- A new graph. While it is `recording`, sums over trials are refused: a step knows its own alone.
function symbol.graph()
  return setmetatable({ made = {}, count = 0, recording = true }, Graph)
end

function symbol.is(value)
  return getmetatable(value) == Symbol
end

local function text_of(value)
  if symbol.is(value) then return "#" .. value.id end
  if math.type(value) == "float" then return ("%.17g"):format(value) end
  return tostring(value)
end

-- The symbol of an operation on arguments, symbols or plain values; made once.
function Graph:node(op, rows, cols, ...)
  local words = { op, tostring(rows), tostring(cols) }
  local arguments = { ... }
  for i = 1, #arguments do words[#words + 1] = text_of(arguments[i]) end
  local key = table.concat(words, " ")
  local found = self.made[key]
  if found then return found end
  self.count = self.count + 1
  local fixed = rows ~= TRIALS and cols ~= TRIALS -- made of weights alone, outside time
  for _, argument in ipairs(arguments) do
    if symbol.is(argument) then fixed = fixed and argument.fixed end
  end
  local node = setmetatable({
    graph = self, id = self.count, op = op, rows = rows, cols = cols, args = arguments, fixed = fixed,
  }, Symbol)
  self.made[key] = node
  return node
end

function Graph:number(value, rows, cols)
  return self:node("number", rows or 1, cols or 1, value + 0.0)
end

-- A matrix that a step uses as it is: its numbers are those of the recording.
function Graph:constant(matrix)
  self.constants = self.constants or {}
  for _, node in ipairs(self.constants) do
    if node.matrix == matrix then return node end
  end
  local node = self:node("constant", matrix.rows, matrix.cols, #self.constants + 1)
  rawset(node, "matrix", matrix)
  self.constants[#self.constants + 1] = node
  return node
end

local function lift(graph, value)
  if symbol.is(value) then
    if value.graph ~= graph then check.complain("a value of another recording is used") end
    return value
  end
  if type(value) == "number" then return graph:number(value) end
  if check.is_matrix(value) then return graph:constant(value) end
  check.complain("matrix, number or symbol expected, got %s", check.describe(value))
end

local function is_number(node, value)
  return node.op == "number" and (value == nil or node.args[1] == value)
end

local function shape(node)
  return ("%s x %s"):format(node.rows, node.cols)
end

-- --- shapes ---------------------------------------------------------------------------------------

local function side(a, b)
  if a == b or b == 1 then return a end
  return a == 1 and b or nil
end

local function common_shape(name, a, b)
  local rows, cols = side(a.rows, b.rows), side(a.cols, b.cols)
  if not (rows and cols) then
    check.complain("'%s' of %s and %s: one shape, or a row or a column to repeat, expected", name, shape(a),
                   shape(b))
  end
  return rows, cols
end

-- The same numbers, repeated to a larger shape.
function symbol.expand(a, rows, cols)
  if a.rows == rows and a.cols == cols then return a end
  if is_number(a) then return a.graph:number(a.args[1], rows, cols) end
  if a.op == "expand" then a = a.args[1] end
  return a.graph:node("expand", rows, cols, a)
end

-- An operand need not be expanded where the other has the whole shape anyway.
local function narrow(a, b, rows, cols)
  if a.op ~= "expand" then return a end
  local inner = a.args[1]
  if side(inner.rows, b.rows) == rows and side(inner.cols, b.cols) == cols then return inner end
  return a
end

-- --- operations -----------------------------------------------------------------------------------

local folded = {
  add = function(a, b) return a + b end,
  sub = function(a, b) return a - b end,
  mul = function(a, b) return a * b end,
  div = function(a, b) return a / b end,
  pow = function(a, b) return a ^ b end,
  atan2 = function(a, b) return math.atan(a, b) end,
  lt = function(a, b) return a < b and 1 or 0 end,
  le = function(a, b) return a <= b and 1 or 0 end,
  eq = function(a, b) return a == b and 1 or 0 end,
}

local COMMUTES = { add = true, mul = true, eq = true }

-- What a number on one side makes superfluous; x is the other side.
local simpler = {
  add = function(x, value) if value == 0 then return x end end,
  mul = function(x, value)
    if value == 1 then return x end
    if value == 0 then return x.graph:number(0) end
    if x.op == "mul" and is_number(x.args[2]) then return value * x.args[2].args[1] * x.args[1] end
  end,
  sub = function(x, value) if value == 0 then return x end end,
  div = function(x, value) if value == 1 then return x end end,
  pow = function(x, value)
    if value == 1 then return x end
    if value == 2 then return x.graph:node("square", x.rows, x.cols, x) end
  end,
}

local function combine(op, a, b)
  local graph = symbol.is(a) and a.graph or b.graph
  a, b = lift(graph, a), lift(graph, b)
  local rows, cols = common_shape(op, a, b)
  a, b = narrow(a, b, rows, cols), narrow(b, a, rows, cols)
  if is_number(a) and is_number(b) then
    return graph:number(folded[op](a.args[1], b.args[1]), rows, cols)
  end
  if COMMUTES[op] and (is_number(a) or not is_number(b) and b.id < a.id) then a, b = b, a end
  if is_number(b) then
    local found = simpler[op] and simpler[op](a, b.args[1])
    if found then return symbol.expand(found, rows, cols) end
    if a.rows == rows and a.cols == cols then b = graph:number(b.args[1]) end
  elseif is_number(a) then
    if op == "sub" and is_number(a, 0) then return symbol.expand(-1 * b, rows, cols) end
    if b.rows == rows and b.cols == cols then a = graph:number(a.args[1]) end
  end
  if op == "pow" and not is_number(b) then
    check.complain("a power that is a number expected, got one of %s", shape(b))
  end
  return graph:node(op, rows, cols, a, b)
end

for _, op in ipairs { "mul", "atan2", "lt", "le", "eq" } do
  methods[op] = function(a, b) return combine(op, a, b) end
end
function methods.gt(a, b) return combine("lt", b, a) end
function methods.ge(a, b) return combine("le", b, a) end

function Symbol.__add(a, b) return combine("add", a, b) end
function Symbol.__sub(a, b) return combine("sub", a, b) end
function Symbol.__div(a, b) return combine("div", a, b) end
function Symbol.__pow(a, b) return combine("pow", a, b) end
function Symbol.__unm(a) return combine("mul", a, -1) end

local function product(a, b)
  if type(a) == "number" or type(b) == "number" then return combine("mul", a, b) end
  local graph = symbol.is(a) and a.graph or b.graph
  a, b = lift(graph, a), lift(graph, b)
  if a.cols ~= b.rows or (a.cols == TRIALS and graph.recording) then
    check.complain("the product of %s and %s: as many columns as the other has rows expected%s", shape(a),
                   shape(b),
                   a.cols == b.cols and "; perhaps its transpose, :t()" or "")
  end
  if is_number(a, 0) or is_number(b, 0) then return graph:number(0, a.rows, b.cols) end
  return graph:node("product", a.rows, b.cols, a, b)
end
Symbol.__mul = product

function methods.t(a)
  if a.rows == TRIALS and a.graph.recording then
    check.complain("the transpose of %s: only that of weights is known here", shape(a))
  end
  if is_number(a) then return a.graph:number(a.args[1], a.cols, a.rows) end
  if a.op == "t" then return a.args[1] end
  if a.op == "product" and a.args[1].cols == TRIALS then -- (x' y)' = y' x
    return a.args[2]:t() * a.args[1]:t()
  end
  return a.graph:node("t", a.cols, a.rows, a)
end

local maps = {
  abs = math.abs, sqrt = math.sqrt, exp = math.exp, log = math.log, sin = math.sin, cos = math.cos,
  floor = math.floor,
  tanh = function(x) return 1 - 2 / (math.exp(2 * x) + 1) end,
  sigmoid = function(x) return 1 / (1 + math.exp(-x)) end,
  relu = function(x) return math.max(x, 0) end,
  wrap = function(x) return x - 2 * math.pi * ((x + math.pi) // (2 * math.pi)) end,
}
for op, fold in pairs(maps) do
  methods[op] = function(a)
    if is_number(a) then return a.graph:number(fold(a.args[1]), a.rows, a.cols) end
    return a.graph:node(op, a.rows, a.cols, a)
  end
end

for op, fold in pairs {
  softmax = function(cols) return 1 / cols end, log_softmax = function(cols) return -math.log(cols) end,
} do
  methods[op] = function(a)
    if is_number(a) then return a.graph:number(fold(a.cols), a.rows, a.cols) end
    return a.graph:node(op, a.rows, a.cols, a)
  end
end

function methods.clamp(a, least, most)
  if type(least) ~= "number" or type(most) ~= "number" or least > most then
    check.complain("bad bounds of 'clamp' (two numbers expected, the lower one first)")
  end
  if is_number(a) then return a.graph:number(math.min(math.max(a.args[1], least), most), a.rows, a.cols) end
  return a.graph:node("clamp", a.rows, a.cols, a, least + 0.0, most + 0.0)
end

-- --- sums -----------------------------------------------------------------------------------------

local function check_over(name, a, over)
  if over ~= nil and over ~= "all" and over ~= "rows" and over ~= "columns" then
    check.complain("bad argument #1 to '%s' (one of 'all', 'rows', 'columns' expected, got %s)", name,
                   check.describe(over))
  end
  if over ~= "columns" and a.rows == TRIALS and a.graph.recording then
    check.complain("'%s' over trials: a row knows its own trial alone; %s(\"columns\") sums it up", name,
                   name)
  end
end

local function constant_sum(a, over)
  local rows, cols = a.rows, a.cols
  if over == "columns" then return a.graph:number(a.args[1] * cols, rows, 1) end
  if over == "rows" then return rows ~= TRIALS and a.graph:number(a.args[1] * rows, 1, cols) or nil end
  return rows ~= TRIALS and a.graph:number(a.args[1] * rows * cols) or nil
end

function methods.sum(a, over)
  check_over("sum", a, over)
  local found = is_number(a) and constant_sum(a, over)
  if found then return found end
  if over == "columns" then
    return a.cols == 1 and a or a.graph:node("row_sum", a.rows, 1, a)
  elseif over == "rows" then
    return a.rows == 1 and a or a.graph:node("column_sum", 1, a.cols, a)
  end
  return a:sum("columns"):sum("rows")
end

function methods.mean(a, over)
  check_over("mean", a, over)
  if over == "columns" then
    if is_number(a) then return a.graph:number(a.args[1], a.rows, 1) end
    return a.cols == 1 and a or a.graph:node("row_mean", a.rows, 1, a)
  end
  return a:sum(over) / (over == "rows" and a.rows or a.rows * a.cols)
end

for name, op in pairs { max = "row_most", min = "row_least" } do
  methods[name] = function(a, over)
    if over ~= "columns" then
      check.complain("'%s' of a symbol: only %s(\"columns\") is known, got %s", name, name,
                     check.describe(over))
    end
    if is_number(a) then return a.graph:number(a.args[1], a.rows, 1) end
    return a.cols == 1 and a or a.graph:node(op, a.rows, 1, a)
  end
end

-- --- columns --------------------------------------------------------------------------------------

function methods.columns(a, first, last)
  if not (math.tointeger(first) and math.tointeger(last) and 1 <= first and first <= last
          and last <= a.cols) then
    check.complain("columns %s to %s of %s: from 1 to %s expected, the first one first",
                   check.describe(first),
                   check.describe(last), shape(a), a.cols)
  end
  local cols = math.tointeger(last - first) + 1
  if cols == a.cols then return a end
  if is_number(a) then return a.graph:number(a.args[1], a.rows, cols) end
  if a.op == "columns" then
    return a.args[1]:columns(a.args[2] + first - 1, a.args[2] + last - 1)
  end
  return a.graph:node("columns", a.rows, cols, a, math.tointeger(first))
end
function methods.column(a, j) return a:columns(j, j) end

-- Columns among zeros, from column `first` of `cols` on.
function symbol.pad(a, first, cols)
  if a.cols == cols then return a end
  if is_number(a, 0) then return a.graph:number(0, a.rows, cols) end
  return a.graph:node("pad", a.rows, cols, a, first)
end

-- Columns side by side.
function symbol.join(parts)
  local graph
  for _, part in ipairs(parts) do graph = graph or symbol.is(part) and part.graph end
  local cols, rows, lifted = 0, nil, {}
  for i, part in ipairs(parts) do
    lifted[i] = lift(graph, part)
    rows = rows or lifted[i].rows
    if lifted[i].rows ~= rows then
      check.complain("columns of %s rows beside those of %s", lifted[i].rows, rows)
    end
    cols = cols + lifted[i].cols
  end
  if #lifted == 1 then return lifted[1] end
  return graph:node("join", rows, cols, table.unpack(lifted))
end

-- x where the mask is not 0, and 0 elsewhere, whatever x is there.
function symbol.where(x, mask)
  if is_number(x, 0) then return x end
  return x.graph:node("where", x.rows, x.cols, x, mask)
end

public.unlisted_methods(methods, symbol.is)

-- --- what symbols refuse --------------------------------------------------------------------------

local known

function Symbol.__index(_, name)
  local method = methods[name]
  if method then return method end
  if not known then
    known = {}
    for found in pairs(methods) do known[#known + 1] = found end
    table.sort(known)
  end
  check.complain("a step and a loss are recorded, not run: a symbol has no '%s', only + - * / ^ and %s",
                 tostring(name), table.concat(known, ", "))
end

function Symbol.__newindex(_, name)
  check.complain("a symbol has no field '%s' that can be set", tostring(name))
end

local function refuse_order()
  check.complain("a symbol has no value to compare, for a step is recorded, not run: " ..
                 "use a:lt(b), a:le(b), a:gt(b), a:ge(b), which give 1 and 0, and multiply by them")
end
Symbol.__lt, Symbol.__le = refuse_order, refuse_order

function Symbol.__len() check.complain("a symbol has no length; see its rows and cols") end
function Symbol.__concat() check.complain("a symbol has no text") end

function Symbol.__tostring(a)
  return ("symbol of %s: %s"):format(shape(a), rawget(a, "op"))
end

-- A matrix, left of a symbol, leaves the operation to it (see matrix_arithmetic.c).
function Symbol.deferred(name, a, b)
  if name == "product" then return product(a, b) end
  return combine(name, a, b)
end

symbol.methods = methods
symbol.shape = shape
symbol.is_number = is_number

return symbol
