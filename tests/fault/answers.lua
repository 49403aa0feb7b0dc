-- Right answers: what matrices and statistics give of numbers by chance, against the plainest Lua that says the same.

local fuzz = require "tests.fault.fuzz"
local rx = require "reactivation"

local function single(x) return (string.unpack("f", string.pack("f", x))) end

-- Numbers that single precision holds; at times whole, so that some are equal, or on the edge of a bin.
local function number()
  local draw = math.random()
  if draw < 0.3 then return math.random(-3, 3) end
  if draw < 0.5 then return single(math.random(-20, 20) / 10) end
  return single((math.random() - 0.5) * 10 ^ math.random(-3, 3))
end

local function table_of(rows, cols)
  local t = {}
  for i = 1, rows do
    t[i] = {}
    for j = 1, cols do t[i][j] = number() end
  end
  return t
end

-- Each element by f(i, j), as rows.
local function build(rows, cols, f)
  local t = {}
  for i = 1, rows do
    t[i] = {}
    for j = 1, cols do t[i][j] = f(i, j) end
  end
  return t
end

local function near(got, right, scale)
  if got == right or got ~= got and right ~= right then return true end
  return math.abs(got - right) <= 2e-6 * (scale or math.abs(right)) + 1e-30
end

-- Complains unless a matrix is the rows; `scale` says how large what was added up is.
local function is(name, m, right, scale)
  assert(m.rows == #right and m.cols == #right[1], name .. ": another shape")
  for i, row in ipairs(m:totable()) do
    for j, x in ipairs(row) do
      if not near(x, right[i][j], scale and scale(i, j)) then
        error(("%s: %.9g at %d, %d, right %.9g"):format(name, x, i, j, right[i][j]))
      end
    end
  end
end

local function shape() return math.random(1, 9), math.random(1, 9) end

local OPERATORS = {
  ["+"] = function(x, y) return x + y end, ["-"] = function(x, y) return x - y end,
  ["/"] = function(x, y) return x / y end, mul = function(x, y) return x * y end,
  lt = function(x, y) return x < y and 1 or 0 end, le = function(x, y) return x <= y and 1 or 0 end,
  ge = function(x, y) return x >= y and 1 or 0 end, eq = function(x, y) return x == y and 1 or 0 end,
}

local CHECKS = {
  combine = function() -- element by element, of two of a shape or one that is repeated
    local rows, cols = shape()
    local high, wide = math.random() < 0.5 and 1 or rows, math.random() < 0.5 and 1 or cols
    local a, b = table_of(rows, cols), table_of(high, wide)
    for name, f in pairs(OPERATORS) do
      local m, n = rx.matrix(a), rx.matrix(b)
      local got = name == "+" and m + n or name == "-" and m - n or name == "/" and m / n or m[name](m, n)
      local function other(i, j) return b[high == 1 and 1 or i][wide == 1 and 1 or j] end
      is(name, got, build(rows, cols, function(i, j) return f(a[i][j], other(i, j)) end),
         function(i, j) return math.abs(a[i][j]) + math.abs(got:get(i, j)) end)
    end
  end,

  product = function()
    local rows, inner = shape()
    local cols = math.random(1, 9)
    local a, b = table_of(rows, inner), table_of(inner, cols)
    local function sum(i, j, f)
      local total = 0
      for k = 1, inner do total = total + f(a[i][k] * b[k][j]) end
      return total
    end
    local function same(x) return x end
    is("product", rx.matrix(a) * rx.matrix(b), build(rows, cols, function(i, j) return sum(i, j, same) end),
       function(i, j) return sum(i, j, math.abs) end)
  end,

  reductions = function()
    local rows, cols = shape()
    local a = table_of(rows, cols)
    local m, t = rx.matrix(a), rx.matrix(a):t():totable()
    local function reduced(list)
      local sum, size, best = 0, 0, 1
      for i, x in ipairs(list) do
        sum, size = sum + x, size + math.abs(x)
        if x > list[best] then best = i end
      end
      return sum, size, best
    end
    local by_row, by_column = {}, {}
    for i = 1, rows do by_row[i] = { reduced(a[i]) } end
    for j = 1, cols do by_column[j] = { reduced(t[j]) } end
    local function over_columns(f) return build(rows, 1, function(i) return f(by_row[i], a[i]) end) end
    local function over_rows(f) return build(1, cols, function(_, j) return f(by_column[j], t[j]) end) end
    local function row_size(i) return by_row[i][2] end
    local function column_size(_, j) return by_column[j][2] end
    is("sum", m:sum("columns"), over_columns(function(r) return r[1] end), row_size)
    is("sum", m:sum("rows"), over_rows(function(r) return r[1] end), column_size)
    is("mean", m:mean("columns"), over_columns(function(r) return r[1] / cols end), row_size)
    is("mean", m:mean("rows"), over_rows(function(r) return r[1] / rows end), column_size)
    is("max", m:max("columns"), over_columns(function(r, list) return list[r[3]] end))
    is("max", m:max("rows"), over_rows(function(r, list) return list[r[3]] end))
    is("argmax", m:argmax("columns"), over_columns(function(r) return r[3] end))
    is("argmax", m:argmax("rows"), over_rows(function(r) return r[3] end))
    is("min", -(-m):min("rows"), m:max("rows"):totable())
  end,

  cumsum = function()
    local rows, cols = shape()
    local a, sums, sizes = table_of(rows, cols), {}, {}
    for i = 1, rows do
      sums[i], sizes[i] = {}, {}
      for j = 1, cols do
        sums[i][j] = a[i][j] + (i > 1 and sums[i - 1][j] or 0)
        sizes[i][j] = math.abs(a[i][j]) + (i > 1 and sizes[i - 1][j] or 0)
      end
    end
    is("cumsum", rx.matrix(a):cumsum(), sums, function(i, j) return sizes[i][j] end)
  end,

  histogram = function() -- an element that is an edge belongs to the bin that begins there, or to the last
    local rows, cols = shape()
    local a, bins = table_of(rows, cols), math.random(1, 12)
    local low = math.random(-20, 10) / 10
    local high = low + math.random(1, 30) / 10
    local counts, outside = {}, 0
    for b = 1, bins do counts[b] = 0 end
    for _, row in ipairs(a) do
      for _, x in ipairs(row) do
        local place
        for b = 1, bins do
          local from, to = single(low + (b - 1) * (high - low) / bins), single(low + b * (high - low) / bins)
          if b == bins then to = single(high) end
          if x >= from and (x < to or b == bins and x == to) then place = b end
        end
        if place then counts[place] = counts[place] + 1 else outside = outside + 1 end
      end
    end
    local ok, h = pcall(rx.histogram, rx.matrix(a), low, high, bins)
    if outside == rows * cols then
      assert(not ok, "a histogram of nothing")
    else
      assert(ok, h)
      assert(h.outside == outside and table.concat(h.count, " ") == table.concat(counts, " "), "histogram")
    end
  end,

  quantile = function()
    local rows, cols = shape()
    local a, all = table_of(rows, cols), {}
    for _, row in ipairs(a) do table.move(row, 1, cols, #all + 1, all) end
    table.sort(all)
    local share = math.random() < 0.3 and math.random(0, 1) or math.random()
    local place = 1 + share * (#all - 1)
    local below = math.floor(place)
    local right = all[below] + (place - below) * ((all[below + 1] or all[below]) - all[below])
    assert(near((rx.quantile(rx.matrix(a), share)), right, 1e3 * math.abs(right) + 1e-6), "quantile")
  end,

  mean_sd = function()
    local list, sum, squares = table_of(1, math.random(2, 9))[1], 0, 0
    for _, x in ipairs(list) do sum = sum + x end
    for _, x in ipairs(list) do squares = squares + (x - sum / #list) ^ 2 end
    local mean, sd = rx.mean_sd(list)
    assert(near(mean, sum / #list) and near(sd, math.sqrt(squares / (#list - 1))), "mean_sd")
    list[math.random(#list - 1)] = nil
    assert(not pcall(rx.mean_sd, list), "a list with a hole")
  end,
}

local names = {}
for name in pairs(CHECKS) do names[#names + 1] = name end
table.sort(names)

fuzz("answers", function()
  local name = names[math.random(#names)]
  CHECKS[name]()
  return name
end)
