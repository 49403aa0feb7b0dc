-- Every operation on matrices, by the name that graphs have for it: what is made of weights alone, and what
-- variables do, is worked out with these.

local core = require "reactivation.core"

local values = {}

function values.add(a, b) return a + b end
function values.sub(a, b) return a - b end
function values.div(a, b) return a / b end
function values.pow(a, p) return a ^ p end
function values.square(a) return a:mul(a) end
function values.product(a, b) return a * b end
function values.clamp(a, least, most) return a:clamp(least, most) end
function values.row_sum(a) return a:sum("columns") end
function values.row_mean(a) return a:mean("columns") end
function values.column_sum(a) return a:sum("rows") end
function values.row_most(a) return a:max("columns") end
function values.row_least(a) return a:min("columns") end
function values.columns(a, first, cols) return a:columns(first, first + cols - 1) end
function values.join(...) return core.join { ... } end
function values.expand(a, rows, cols) return core.matrix(rows, cols) + a end
function values.pad(a, first, cols)
  local parts = {}
  if first > 1 then parts[1] = core.matrix(a.rows, first - 1) end
  parts[#parts + 1] = a
  local after = cols - first + 1 - a.cols
  if after > 0 then parts[#parts + 1] = core.matrix(a.rows, after) end
  return core.join(parts)
end

for _, name in ipairs {
  "mul", "atan2", "lt", "le", "eq", "t", "abs", "sqrt", "exp", "log", "sin", "cos", "tanh", "floor", "wrap",
    "sigmoid",
  "relu", "softmax", "log_softmax",
} do
  values[name] = function(a, ...) return a[name](a, ...) end
end

return values
