-- The weights of a network: their first values, what is used in their place, and what is made of them.

local check = require "reactivation.check"
local core = require "reactivation.core"
local symbol = require "reactivation.programs.symbol"
local variable = require "reactivation.programs.variable"

local Weights = {}
Weights.__index = Weights

local weights = {}

-- --- layout -----------------------------------------------------------------------------------------

local function order_of(cell, shapes)
  local names = {}
  for name in pairs(shapes) do names[#names + 1] = name end
  table.sort(names)
  if not cell.order then return names end
  local ordered = {}
  for _, name in ipairs(cell.order) do
    if shapes[name] then ordered[#ordered + 1] = name end
  end
  return ordered
end

local function check_shape(cell, name, shape)
  local rows, cols = type(shape) == "table" and shape[1], type(shape) == "table" and shape[2]
  if not (math.tointeger(rows) and math.tointeger(cols) and rows >= 1 and cols >= 1) then
    check.complain("the weights of cell '%s', '%s': { rows, columns } expected, got %s", cell.name,
                   tostring(name),
                   check.describe(shape))
  end
  if name == "encoder" or name == "w_out" then
    check.complain("the weights of cell '%s': every network has '%s' anyway", cell.name, name)
  end
end

-- Name -> { rows, cols [, fan_in =] [, initial =] }, and the names in the order of the flat row.
function weights.layout(cell, settings)
  local shapes = cell.weights(settings)
  check.that(type(shapes) == "table", 1, "weights", "table of shapes from the cell", shapes)
  for name, shape in pairs(shapes) do check_shape(cell, name, shape) end
  local names, all = { "encoder", "w_out" }, {
    encoder = { settings.units, settings.init }, w_out = { settings.outputs, settings.units },
  }
  for _, name in ipairs(order_of(cell, shapes)) do
    names[#names + 1] = name
    all[name] = shapes[name]
  end
  return names, all
end

local CHUNK = 64 -- a draw of n numbers moves a generator by a position for each so many begun

-- The first values of a weight: uniform within one over the root of its fan-in; biases start at zero.
local function draw(matrix, shape, initial, rng)
  if initial then
    local made = initial(matrix.rows, matrix.cols, rng)
    if not check.is_matrix(made) or made.rows ~= matrix.rows or made.cols ~= matrix.cols then
      check.complain("first values of %d x %d expected, got %s", matrix.rows, matrix.cols,
                     check.describe(made))
    end
    if not made:is_finite() then check.complain("first values of finite numbers expected") end
    matrix:copy(made)
  elseif matrix.rows == 1 and not shape.fan_in then
    rng:seek(rng.position + (matrix.cols + CHUNK - 1) // CHUNK)
    matrix:copy(core.matrix(1, matrix.cols))
  else
    local bound = 1 / math.sqrt(shape.fan_in or matrix.cols)
    matrix:copy(rng:uniform(matrix.rows, matrix.cols, -bound, bound))
  end
end

-- The weights of a new network.
function weights.new(cell, settings, options)
  local names, shapes = weights.layout(cell, settings)
  local self = setmetatable({
    names = names, views = {}, numbers = {}, constrain = options.constrain or {}, penalty = options.penalty,
    extras = {}, extra_numbers = {}, constants = {},
  }, Weights)
  local count = 0
  for _, name in ipairs(names) do
    local size = shapes[name][1] * shapes[name][2]
    if count + size > 0x7fffffff then
      check.complain("not enough memory for a network of so many weights: '%s' is %.0f x %.0f", name,
                     shapes[name][1],
                     shapes[name][2])
    end
    count = count + size
  end
  self.flat = core.matrix(1, count)
  self:check_functions(options.initial or {}, "initial")
  local first = 1
  for i, name in ipairs(names) do
    local rows, cols = shapes[name][1], shapes[name][2]
    self.views[name], self.numbers[name] = core.part(self.flat, first, rows, cols), i
    draw(self.views[name], shapes[name], (options.initial or {})[name] or shapes[name].initial, options.rng)
    first = first + rows * cols
  end
  self:check_functions(self.constrain, "constrain")
  if next(self.constrain) then self:variables() end -- a mistake in one is told here
  return self
end

-- An option that is functions by the names of weights.
function Weights:check_functions(given, option)
  local known = {}
  for _, name in ipairs(self.names) do known[name] = true end
  for name, f in pairs(given) do
    if not known[name] then
      check.complain("bad option '%s' ('%s' is no weight; there are %s)", option, tostring(name),
                     table.concat(self.names, ", "))
    end
    if type(f) ~= "function" then
      check.complain("bad option '%s' (function expected for '%s', got %s)", option, name, check.describe(f))
    end
  end
end

-- Parts of another flat row, by name.
function Weights:parts(flat)
  local parts, first = {}, 1
  for _, name in ipairs(self.names) do
    local like = self.views[name]
    parts[name] = core.part(flat, first, like.rows, like.cols)
    first = first + like.rows * like.cols
  end
  return parts
end

-- --- numbers in a run ---------------------------------------------------------------------------------

-- A text that is the same for what is made alike of the same weights and constants.
function Weights:key(node)
  local matrix = rawget(node, "matrix")
  if matrix then
    local found = self.constants[matrix] or #self.extras + 1
    return "constant " .. found
  end
  local words = { node.op, tostring(node.rows), tostring(node.cols) }
  for i, argument in ipairs(node.args) do
    words[i + 3] = symbol.is(argument) and "(" .. self:key(argument) .. ")" or tostring(argument)
  end
  return table.concat(words, " ")
end

-- The number of what is made of weights alone, in the list that a run gets: a weight, a matrix that a step
-- holds, or something made of both, once a run.
function Weights:number(node)
  if node.op == "weight" then return self.numbers[node.args[1]] end
  local key = self:key(node)
  local found = self.extra_numbers[key]
  if found then return found end
  found = #self.names + #self.extras + 1
  local matrix = rawget(node, "matrix")
  if matrix then self.constants[matrix] = #self.extras + 1 end
  self.extras[#self.extras + 1] = { node = node, matrix = matrix and matrix:clone() }
  self.extra_numbers[key] = found
  return found
end

-- --- what stands in a run -------------------------------------------------------------------------------

local MORE = { -- arguments of operations that graphs know from the shape
  columns = function(node) return { node.args[1], node.args[2], node.cols } end,
  pad = function(node) return { node.args[1], node.args[2], node.cols } end,
  expand = function(node) return { node.args[1], node.rows, node.cols } end,
}

-- A graph's node worked out on variables.
local function evaluate(node, used, known)
  if known[node] then return known[node] end
  local made
  if node.op == "weight" then
    made = used[node.args[1]]
  elseif symbol.is_number(node) then
    made = variable.lift(core.matrix(node.rows, node.cols, node.args[1]))
  elseif rawget(node, "matrix") then
    made = variable.lift(rawget(node, "matrix"))
  else
    local arguments = {}
    for i, argument in ipairs((MORE[node.op] or function(n) return n.args end)(node)) do
      arguments[i] = symbol.is(argument) and evaluate(argument, used, known) or argument
    end
    if node.op == "pow" then arguments[2] = node.args[2].args[1] end
    made = variable.apply(node.op, arguments)
  end
  known[node] = made
  return made
end

function Weights:constrained(name, held)
  local made = self.constrain[name](held)
  if type(made) == "table" and check.is_matrix(made.value) then
    made = variable.lift(made)
  end
  local like = self.views[name]
  if not variable.is(made) or made.rows ~= like.rows or made.cols ~= like.cols then
    check.complain("the constraint of '%s': %d x %d made of the weight expected, got %s", name, like.rows,
                   like.cols,
                   variable.is(made) and ("%d x %d"):format(made.rows, made.cols) or check.describe(made))
  end
  return made
end

local function named(values, names)
  return setmetatable({}, {
    __index = function(_, name)
      if values[name] then return values[name] end
      check.complain("no weight '%s'; there are %s", tostring(name), table.concat(names, ", "))
    end,
    __pairs = function() return pairs(values) end,
  })
end

-- The weights as variables: `raw` as they are held, and `used`, by the network.
function Weights:variables()
  local raw, used = {}, {}
  for name, view in pairs(self.views) do raw[name] = variable.new(view) end
  for name, v in pairs(raw) do used[name] = self.constrain[name] and self:constrained(name, v) or v end
  return raw, used
end

-- What a run uses: a list of matrices and, for a gradient, what leads back from them.
function Weights:values()
  local tape = { raw = {}, used = self.views, derived = {} }
  if next(self.constrain) or self.penalty or #self.extras > 0 then tape.raw, tape.used = self:variables() end
  local list, known = {}, {}
  for i, name in ipairs(self.names) do
    local used = tape.used[name]
    list[i] = variable.is(used) and used.value or used
  end
  for i, extra in ipairs(self.extras) do
    if not extra.matrix then tape.derived[i] = evaluate(extra.node, tape.used, known) end
    list[#self.names + i] = extra.matrix or tape.derived[i].value
  end
  return list, tape
end

-- The gradients that a run fills: into the flat row where that is where they belong.
function Weights:gradients(parts, tape)
  local list = {}
  for i, name in ipairs(self.names) do
    local like = self.views[name]
    list[i] = self.constrain[name] and core.matrix(like.rows, like.cols) or parts[name]
  end
  for i, derived in pairs(tape.derived) do
    list[#self.names + i] = core.matrix(derived.rows, derived.cols)
  end
  for i = 1, #self.extras do list[#self.names + i] = list[#self.names + i] or false end
  return list
end

-- Leads the gradients of what was used back to the weights, and adds those of the penalty, which it returns.
function Weights:pull_back(parts, gradients, tape)
  local pairs_, penalty = {}, 0
  for i, name in ipairs(self.names) do
    if self.constrain[name] then pairs_[#pairs_ + 1] = { tape.used[name], gradients[i] } end
  end
  for i, derived in pairs(tape.derived) do
    pairs_[#pairs_ + 1] = { derived, gradients[#self.names + i] }
  end
  if self.penalty then
    local made = self.penalty(named(tape.used, self.names))
    local single = variable.is(made) and made.rows == 1 and made.cols == 1
    if not single and type(made) ~= "number" then
      check.complain("the penalty: one number made of the weights expected, got %s",
                     variable.is(made) and ("%d x %d"):format(made.rows, made.cols) or check.describe(made))
    end
    penalty = single and made.value:get(1, 1) or made
    if single then pairs_[#pairs_ + 1] = { made, core.matrix(1, 1, 1) } end
  end
  if #pairs_ == 0 then return 0 end
  variable.backward(pairs_)
  for name, raw in pairs(tape.raw) do
    local grad = rawget(raw, "grad")
    if self.constrain[name] then
      parts[name]:copy(grad or core.matrix(raw.rows, raw.cols))
    elseif grad then
      parts[name]:copy(parts[name] + grad)
    end
  end
  return penalty
end

-- The penalty alone.
function Weights:penalty_of(tape)
  if not self.penalty then return 0 end
  local made = self.penalty(named(tape.used, self.names))
  return variable.is(made) and made.value:get(1, 1) or made
end

-- What the network uses, by name.
function Weights:effective()
  local _, used = self:variables()
  local matrices = {}
  for name, v in pairs(used) do matrices[name] = v.value end
  return matrices
end

return weights
