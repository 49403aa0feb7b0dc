--- Gradients of whatever is written with matrices: a tape that is written while it is computed.
--
-- A variable holds a matrix. What operators and methods make of variables are variables again, and
-- `v:backward()` takes the gradient of the last of them back to all that it was made from. Networks do
-- not train by this way, which keeps every matrix: it is for what is done once, such as penalties and
-- constraints, for one's own gradients, and to check the recorded way by.
--
-- Fields: `v.value`, the matrix; after `backward`, `v.grad`, the gradient at it; `v.rows`, `v.cols`.
-- @module reactivation.variable

local check = require "reactivation.check"
local core = require "reactivation.core"
local public = require "reactivation.check.public"
local rules = require "reactivation.programs.rules"
local values = require "reactivation.programs.values"

local Variable = {}
local methods = {}

local variable = {}

local function is(value)
  return getmetatable(value) == Variable
end

local function new(value, op, args, extra)
  return setmetatable({ value = value, op = op, args = args or {}, extra = extra or {} }, Variable)
end

local function lift(value)
  if is(value) then return value end
  if type(value) == "number" then return new(core.matrix(1, 1, value)) end
  if check.is_matrix(value) then return new(value) end
  check.complain("matrix, number or variable expected, got %s", check.describe(value))
end

local function apply(op, a, ...)
  a = lift(a)
  return new(values[op](a.value, ...), op, { a }, { ... })
end

local function combine(op, a, b)
  a, b = lift(a), lift(b)
  return new(values[op](a.value, b.value), op, { a, b })
end

-- --- the same operators as matrices have ------------------------------------------------------------

for _, op in ipairs { "mul", "atan2", "lt", "le", "eq" } do
  methods[op] = function(a, b) return combine(op, a, b) end
end
function methods.gt(a, b) return combine("lt", b, a) end
function methods.ge(a, b) return combine("le", b, a) end
for _, op in ipairs {
  "t", "abs", "sqrt", "exp", "log", "sin", "cos", "tanh", "floor", "wrap", "sigmoid", "relu", "softmax",
    "log_softmax",
} do
  methods[op] = function(a) return apply(op, a) end
end
function methods.clamp(a, least, most) return apply("clamp", a, least, most) end
function methods.columns(a, first, last)
  check.argument("size", 1, "columns", first)
  check.argument("size", 2, "columns", last)
  local holds = first <= last and last <= a.cols
  check.that(holds, 2, "columns", ("column from %d to %d"):format(first, a.cols), last)
  return apply("columns", a, first, last - first + 1)
end
function methods.column(a, j) return a:columns(j, j) end

local function over(name, which)
  if which == nil or which == "all" or which == "rows" or which == "columns" then return which or "all" end
  check.complain("bad argument #1 to '%s' (one of 'all', 'rows', 'columns' expected, got %s)", name,
                 check.describe(which))
end

function methods.sum(a, which)
  which = over("sum", which)
  if which == "rows" then return apply("column_sum", a) end
  local sums = apply("row_sum", a)
  return which == "columns" and sums or apply("column_sum", sums)
end
function methods.mean(a, which)
  which = over("mean", which)
  local of = which == "rows" and a.rows or which == "columns" and a.cols or a.rows * a.cols
  if of == 0 then check.complain("a mean of no numbers") end
  return a:sum(which) / of
end
function methods.max(a, which)
  if which ~= "columns" then check.complain("only max(\"columns\") of a variable is known") end
  return apply("row_most", a)
end
function methods.min(a, which)
  if which ~= "columns" then check.complain("only min(\"columns\") of a variable is known") end
  return apply("row_least", a)
end

function Variable.__add(a, b) return combine("add", a, b) end
function Variable.__sub(a, b) return combine("sub", a, b) end
function Variable.__div(a, b) return combine("div", a, b) end
function Variable.__unm(a) return combine("mul", a, -1) end
function Variable.__mul(a, b)
  if type(a) == "number" or type(b) == "number" then return combine("mul", a, b) end
  return combine("product", a, b)
end
function Variable.__pow(a, p)
  if type(p) ~= "number" then check.complain("a power that is a number expected, got %s",
                                             check.describe(p)) end
  return p == 2 and apply("square", a) or apply("pow", a, p)
end

function Variable.__index(a, name)
  if name == "rows" or name == "cols" then return a.value[name] end
  return methods[name]
end
function Variable.__tostring(a) return "variable: " .. tostring(a.value) end

-- A matrix, left of a variable, leaves the operation to it (see matrix_arithmetic.c).
function Variable.deferred(op, a, b) return combine(op, a, b) end

-- --- backward ---------------------------------------------------------------------------------------

local kit = {}

function kit.fit(d, x)
  if d.cols > 1 and x.cols == 1 then d = d:sum("columns") end
  if d.rows > 1 and x.rows == 1 then d = d:sum("rows") end
  return d
end
function kit.expand(d, x)
  if d.rows == x.rows and d.cols == x.cols then return d end
  return values.expand(d, x.rows, x.cols)
end
kit.pad = values.pad

-- All that `last` was made from, each after what it was made from.
local function ordered(last)
  local order, seen = {}, {}
  local function visit(v)
    if seen[v] then return end
    seen[v] = true
    for _, argument in ipairs(v.args) do visit(argument) end
    order[#order + 1] = v
  end
  visit(last)
  return order
end

-- The gradients at all variables in `order`, from those that are there.
local function sweep(order)
  for i = #order, 1, -1 do
    local v = order[i]
    local d = rawget(v, "grad")
    if d and v.op then
      local inputs = {}
      for k, argument in ipairs(v.args) do inputs[k] = argument.value end
      for _, extra in ipairs(v.extra) do inputs[#inputs + 1] = extra end
      local found = { rules[v.op](kit, d, v.value, table.unpack(inputs)) }
      for k, argument in ipairs(v.args) do
        local more = found[k]
        if more then
          more = kit.expand(more, argument.value)
          local grad = rawget(argument, "grad")
          argument.grad = grad and grad + more or more
        end
      end
    end
  end
end

--- The gradient at everything that this was made from; added to what an earlier call left there.
-- @function v:backward
-- @tparam[opt] matrix gradient at this variable; not needed where it is a single number
-- @return the variable
-- @usage
-- local w = rx.variable(rng:normal(3, 3))
-- local squares = w:tanh() ^ 2
-- squares:sum():backward()
-- print(w.grad)
function methods.backward(v, gradient)
  if gradient == nil and v.rows * v.cols ~= 1 then
    check.complain("'backward' of a variable of %d x %d needs the gradient at it, a matrix of that shape; " ..
                   "of a single number, such as its sum(), it needs none", v.rows, v.cols)
  end
  local fits = gradient == nil or check.is_matrix(gradient) and gradient.rows == v.rows
               and gradient.cols == v.cols
  check.that(fits, 1, "backward", ("%d x %d matrix"):format(v.rows, v.cols), gradient)
  variable.backward { { v, gradient or core.matrix(1, 1, 1) } }
  return v
end

public.methods(methods, is)

-- The same for several results at once: a list of pairs, a variable and the gradient at it.
function variable.backward(pairs_)
  local order, seen = {}, {}
  for _, pair in ipairs(pairs_) do
    for _, v in ipairs(ordered(pair[1])) do
      if not seen[v] then
        seen[v] = true
        order[#order + 1] = v
        if v.op then v.grad = nil end -- what lies between starts anew
      end
    end
  end
  for _, pair in ipairs(pairs_) do
    local v, gradient = pair[1], pair[2]
    v.grad = rawget(v, "grad") and v.grad + gradient or gradient
  end
  sweep(order)
end

--- A variable.
-- @function rx.variable
-- @tparam matrix value
-- @return a variable
-- @usage
-- local w = rx.variable(rng:normal(2, 2))
-- local loss = ((w * rng:normal(2, 3)):sigmoid() ^ 2):mean()
-- loss:backward()
-- print(loss.value, w.grad)
function variable.new(value)
  if not check.is_matrix(value) then
    check.complain("bad argument #1 to 'variable' (matrix expected, got %s)", check.describe(value))
  end
  return new(value)
end

-- What a graph's operation makes of variables.
function variable.apply(op, arguments)
  local args, extra = {}, {}
  for _, argument in ipairs(arguments) do
    if is(argument) then args[#args + 1] = argument else extra[#extra + 1] = argument end
  end
  local inputs = {}
  for i, argument in ipairs(args) do inputs[i] = argument.value end
  for _, value in ipairs(extra) do inputs[#inputs + 1] = value end
  return new(values[op](table.unpack(inputs)), op, args, extra)
end

variable.is = is
variable.lift = lift

return variable
