-- The derivative of every operation, written once: for symbols, of which it makes more symbols, and for
-- matrices, of which it makes numbers.
--
-- rules[op](kit, d, y, a, b, ...) gets the gradient at y = op(a, b, ...) and returns those at a and b.
-- A gradient may be smaller than what it belongs to, and is then the same along the missing side. The kit
-- holds what is no operator: `fit(d, x)` sums a gradient down to the shape of x; `expand(d, x)` repeats it
-- up to it; `pad(d, first, cols)` puts it among columns of zeros; `where(d, mask)`.

local rules = {}

function rules.add(kit, d, _, a, b) return kit.fit(d, a), kit.fit(d, b) end
function rules.sub(kit, d, _, a, b) return kit.fit(d, a), kit.fit(-d, b) end
function rules.mul(kit, d, _, a, b) return kit.fit(d:mul(b), a), kit.fit(d:mul(a), b) end
function rules.div(kit, d, y, a, b) return kit.fit(d / b, a), kit.fit(-d:mul(y) / b, b) end
function rules.pow(_, d, _, a, p) return d:mul(p * a ^ (p - 1)) end
function rules.square(_, d, _, a) return (2 * d):mul(a) end
function rules.atan2(kit, d, _, a, b)
  local squares = a ^ 2 + b ^ 2
  return kit.fit(d:mul(b) / squares, a), kit.fit(-d:mul(a) / squares, b)
end

function rules.product(kit, d, y, a, b)
  d = kit.expand(d, y)
  return d * b:t(), a:t() * d
end
function rules.t(kit, d, y) return kit.expand(d, y):t() end

function rules.abs(_, d, _, a) return d:mul(a:gt(0) - a:lt(0)) end
function rules.sqrt(_, d, y) return d / (2 * y) end
function rules.exp(_, d, y) return d:mul(y) end
function rules.log(_, d, _, a) return d / a end
function rules.sin(_, d, _, a) return d:mul(a:cos()) end
function rules.cos(_, d, _, a) return -d:mul(a:sin()) end
function rules.tanh(_, d, y) return d:mul(1 - y ^ 2) end
function rules.sigmoid(_, d, y) return d:mul(y - y ^ 2) end
function rules.relu(_, d, y) return d:mul(y:gt(0)) end
function rules.wrap(_, d) return d end
function rules.clamp(_, d, _, a, least, most) return d:mul(a:ge(least)):mul(a:le(most)) end

function rules.softmax(kit, d, y)
  d = kit.expand(d, y)
  return y:mul(d - d:mul(y):sum("columns"))
end
function rules.log_softmax(kit, d, y)
  d = kit.expand(d, y)
  return d - y:exp():mul(d:sum("columns"))
end

function rules.row_sum(_, d) return d end
function rules.row_mean(_, d, _, a) return d * (1 / a.cols) end
function rules.column_sum(_, d) return d end
local function extreme(_, d, y, a)
  local there = a:eq(y)
  return d:mul(there / there:sum("columns"))
end
rules.row_most, rules.row_least = extreme, extreme

function rules.columns(kit, d, y, a, first) return kit.pad(kit.expand(d, y), first, a.cols) end
function rules.pad(kit, d, y, a, first) return kit.expand(d, y):columns(first, first + a.cols - 1) end
function rules.join(kit, d, y, ...)
  local parts, first = {}, 1
  d = kit.expand(d, y)
  for i, part in ipairs { ... } do
    parts[i] = d:columns(first, first + part.cols - 1)
    first = first + part.cols
  end
  return table.unpack(parts)
end
function rules.expand(kit, d, _, a) return kit.fit(d, a) end
function rules.where(kit, d, y, _, mask) return kit.where(kit.expand(d, y), mask) end

-- Steps have a slope of nothing; draws and what cells answer depend on no weight.
for _, op in ipairs { "lt", "le", "eq", "floor", "noise", "encode" } do
  rules[op] = function() end
end

return rules
