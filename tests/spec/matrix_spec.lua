local rx = require "reactivation"
local support = require "tests.spec.support"
local message, same = support.message, support.same

local function m(rows) return rx.matrix(rows) end

describe("a matrix", function()
  it("starts at zero, at a given number, or from rows", function()
    assert.are.same({ { 0, 0, 0 }, { 0, 0, 0 } }, rx.matrix(2, 3):totable())
    assert.are.same({ { 0.5, 0.5 } }, rx.matrix(1, 2, 0.5):totable())
    assert.are.same({ { 1, 2 }, { 3, 4 } }, m({ { 1, 2 }, { 3, 4 } }):totable())
  end)

  it("takes no number that would be infinite in it, but infinity itself", function()
    local a = m { { math.huge, 3.4e38 } }
    assert.are.equal(math.huge, a:get(1, 1))
    for _, wrong in ipairs {
      function() return m { { 1, 1e300 } } end, function() return rx.matrix(1, 1, -1e39) end,
      function() return a:set(1, 2, 1e39) end, function() return a * 1e39 end,
    } do
      assert.matches("number of at most 3.4e38 expected", message(wrong))
    end
  end)

  it("may have no rows or no columns", function()
    for _, shape in ipairs { { 0, 3 }, { 3, 0 }, { 0, 0 } } do
      local empty = rx.matrix(shape[1], shape[2])
      assert.are.equal(0, empty:sum())
      assert.are.equal(shape[1], (empty + 1).rows)
      assert.are.equal(shape[2], empty:clone().cols)
      assert.are.equal(0, empty:cumsum():sum())
      assert.is_true(empty:is_finite())
    end
    assert.are.same({ { 0, 0 }, { 0, 0 } }, (rx.matrix(2, 0) * rx.matrix(0, 2)):totable())
  end)

  it("shares its numbers with its views and keeps them alive", function()
    local a = m { { 1, 2 }, { 3, 4 }, { 5, 6 } }
    local row, slice = a:row(2), a:slice(2, 3)
    row:set(1, 1, 30)
    assert.are.equal(30, a:get(2, 1))
    assert.are.same({ { 30, 4 }, { 5, 6 } }, slice:totable())
    a = nil -- luacheck: ignore
    collectgarbage() collectgarbage()
    assert.are.equal(6, slice:get(2, 2))
  end)

  it("repeats a row, a column or a number along the other side", function()
    local a = m { { 1, 2 }, { 3, 4 } }
    assert.are.same({ { 11, 22 }, { 13, 24 } }, (a + m { { 10, 20 } }):totable())
    assert.are.same({ { 11, 12 }, { 23, 24 } }, (m { { 10 }, { 20 } } + a):totable())
    assert.are.same({ { 9, 8 }, { 7, 6 } }, (10 - a):totable())
    assert.are.same({ { 2, 1 } }, (m { { 4, 2 } } / 2):totable())
    assert.are.same({ { 0.5, 0.25 } }, (1 / m { { 2, 4 } }):totable())
    assert.are.same({ { -1, -2 }, { -3, -4 } }, (-a):totable())
    assert.are.same({ { 1, 4 }, { 9, 16 } }, (a ^ 2):totable())
    assert.are.same({ { 1, 4 }, { 9, 16 } }, a:mul(a):totable())
  end)

  it("repeats one row a trial along the steps of a sequence", function()
    local s = m { { 1 }, { 2 }, { 3 }, { 4 } }:as_sequence(2)
    local sum = s + m { { 10 }, { 20 } }
    assert.are.same({ { 11 }, { 22 }, { 13 }, { 24 } }, sum:totable())
    assert.are.equal(2, sum.steps)
  end)

  it("multiplies as linear algebra does", function()
    local rng = rx.random(3)
    local a, b = rng:normal(70, 33), rng:normal(33, 41)
    local product = a * b
    for _, place in ipairs { { 1, 1 }, { 70, 41 }, { 35, 20 } } do
      local expected = 0
      for k = 1, 33 do expected = expected + a:get(place[1], k) * b:get(k, place[2]) end
      assert.near(expected, product:get(place[1], place[2]), 1e-5)
    end
    assert.is_true(support.relative_error((b:t() * a:t()):t(), product) < 1e-6)
  end)

  it("compares into ones and zeros", function()
    local a = m { { 1, 2, 3 } }
    assert.are.same({ { 1, 0, 0 } }, a:lt(2):totable())
    assert.are.same({ { 1, 1, 0 } }, a:le(2):totable())
    assert.are.same({ { 0, 0, 1 } }, a:gt(2):totable())
    assert.are.same({ { 0, 1, 1 } }, a:ge(2):totable())
    assert.are.same({ { 0, 1, 0 } }, a:eq(2):totable())
    assert.are.same({ { 1, 0, 0 } }, a:lt(m { { 2, 2, 2 } }):totable())
    assert.are.same({ { 0, 0, 1 } }, a:gt(m { { 2, 2, 2 } }):totable())
  end)

  it("knows the elementary functions", function()
    local x = { -1.5, -0.3, 0.2, 2.5 }
    local function tanh(v) return (math.exp(v) - math.exp(-v)) / (math.exp(v) + math.exp(-v)) end
    for name, f in pairs { sin = math.sin, cos = math.cos, exp = math.exp, abs = math.abs, floor = math.floor,
                           tanh = tanh } do
      local y = m { x }
      y = y[name](y)
      for j, v in ipairs(x) do assert.near(f(v), y:get(1, j), 2e-6 * (1 + math.abs(f(v)))) end
    end
    local positive = m { { 0.25, 4 } }
    assert.are.same({ { 0.5, 2 } }, positive:sqrt():totable())
    assert.near(math.log(4), positive:log():get(1, 2), 1e-6)
    assert.near(math.atan(1, -2), m { { 1 } }:atan2(m { { -2 } }):get(1, 1), 1e-6)
  end)

  it("wraps angles into [-pi, pi)", function()
    local angles = m { { 0, 3.2, -3.2, 7, 100, math.pi, -math.pi } }
    local wrapped = angles:wrap()
    assert.is_true(wrapped:min() >= -3.1415928 and wrapped:max() < 3.1415927)
    assert.is_true((wrapped:sin() - angles:sin()):abs():max() < 1e-5)
    assert.is_true((wrapped:cos() - angles:cos()):abs():max() < 1e-5)
  end)

  it("sums and averages all, over rows and over columns", function()
    local a = m { { 1, 2, 3 }, { 5, 6, 7 } }
    assert.are.equal(24, a:sum())
    assert.are.same({ { 6, 8, 10 } }, a:sum("rows"):totable())
    assert.are.same({ { 6 }, { 18 } }, a:sum("columns"):totable())
    assert.are.equal(4, a:mean())
    assert.are.same({ { 3, 4, 5 } }, a:mean("rows"):totable())
    assert.are.same({ { 2 }, { 6 } }, a:mean("columns"):totable())
    assert.are.equal(1, a:min())
    assert.are.equal(7, a:max())
  end)

  it("adds ten million small numbers without losing them", function()
    assert.near(1e5, rx.matrix(10000, 1000, 0.01):sum(), 1e-2)
  end)

  it("sums up down its rows, and a sequence through its steps", function()
    assert.are.same({ { 1, 10 }, { 3, 30 }, { 6, 60 } },
                    m { { 1, 10 }, { 2, 20 }, { 3, 30 } }:cumsum():totable())
    local small = rx.matrix(1000000, 1, 0.01):cumsum() -- in single precision the end would be 9865
    assert.near(1e4, small:get(1000000, 1), 1e-2)
    local s = m { { 1 }, { 10 }, { 2 }, { 20 } }:as_sequence(2)
    assert.are.same({ { 1 }, { 10 }, { 3 }, { 30 } }, s:cumsum():totable())
  end)

  it("finds the extremes of all, over rows and over columns, and where they are", function()
    local a = m { { 1, 9, 3 }, { 5, 6, 7 } }
    assert.are.same({ { 5, 9, 7 } }, a:max("rows"):totable())
    assert.are.same({ { 9 }, { 7 } }, a:max("columns"):totable())
    assert.are.same({ { 1, 6, 3 } }, a:min("rows"):totable())
    assert.are.same({ { 2, 1, 2 } }, a:argmax("rows"):totable())
    assert.are.same({ { 2 }, { 3 } }, a:argmax("columns"):totable())
    assert.are.same({ 1, 2 }, { a:argmax() })
    assert.are.equal(2, m({ { 1 }, { 2 }, { 3 }, { 4 } }):as_sequence(2):max("columns").steps)
  end)

  it("has neither a mean nor extremes of nothing, but a sum", function()
    for _, name in ipairs { "mean", "min", "max", "argmax" } do
      local nothing = rx.matrix(0, 3)
      assert.matches("at least one element expected, got 0 x 3", message(function() nothing[name](nothing) end))
      assert.matches("at least one row expected", message(function() nothing[name](nothing, "rows") end))
    end
    assert.are.equal(0, rx.matrix(0, 3):sum())
  end)

  it("says NaN and infinity when asked for its extremes", function()
    local a = m { { 1, 0 / 0, 3 } }
    assert.is_true(a:min() ~= a:min())
    assert.is_true(a:max() ~= a:max())
    assert.is_false(a:is_finite())
    assert.is_false(m({ { 1, math.huge } }):is_finite())
  end)

  it("prints its shape and its first numbers, however large it is", function()
    assert.are.equal("2 x 2 matrix\n          1          2\n          3          4",
                     tostring(m { { 1, 2 }, { 3, 4 } }))
    assert.is_true(#tostring(rx.matrix(5000, 5000)) < 2000)
    local sequence = rx.matrix(6, 1):as_sequence(3)
    assert.truthy(tostring(sequence):find("sequence of 3 steps x 2 trials x 1", 1, true))
  end)

  it("gives its columns, and joins matrices side by side", function()
    local a = m { { 1, 2 }, { 3, 4 } }
    assert.are.same({ { 2 }, { 4 } }, a:column(2):totable())
    assert.are.same({ { 2, 1, 2 }, { 4, 3, 4 } }, rx.join({ a:column(2), a }):totable())
  end)

  it("reads the same numbers in another shape", function()
    local wide = rx.matrix { { 1, 2, 3 }, { 4, 5, 6 } }
    local view = wide:reshape(3, 2)
    assert.are.same({ { 1, 2 }, { 3, 4 }, { 5, 6 } }, view:totable())
    view:set(1, 1, 9)
    assert.are.equal(9, wide:get(1, 1))
    assert.matches("2 x 3 numbers do not make a 4 x 2 matrix", message(function() wide:reshape(4, 2) end))
  end)

  it("copies from one of its own shape, itself and views included", function()
    local a = m { { 1, 2 }, { 3, 4 } }
    a:row(1):copy(a:row(2))
    assert.are.same({ { 3, 4 }, { 3, 4 } }, a:totable())
    assert.is_true(same(a, rx.matrix(2, 2):copy(a)))
  end)
end)

describe("a sequence", function()
  local s = m({ { 1, 2 }, { 3, 4 }, { 5, 6 }, { 7, 8 }, { 9, 10 }, { 11, 12 } }):as_sequence(3)

  it("knows its steps and its trials", function()
    assert.are.equal(3, s.steps)
    assert.are.equal(2, s.batch)
    assert.is_nil(rx.matrix(2, 2).steps)
  end)

  it("shows a step as a view and copies a trial", function()
    assert.are.same({ { 5, 6 }, { 7, 8 } }, s:at(2):totable())
    assert.are.same({ { 3, 4 }, { 7, 8 }, { 11, 12 } }, s:trial(2):totable())
  end)

  it("keeps its steps through all that maps rows to rows", function()
    for _, kept in ipairs { s + 1, 2 * s, -s, s:mul(s), s:sin(), s:clone(), s * rx.matrix(2, 5), s:column(1),
                            s:sum("columns"), s:gt(3), 1 - s, s:cumsum(), rx.join { s, s } } do
      assert.are.equal(3, kept.steps)
    end
    assert.is_nil(s:slice(1, 2).steps)
  end)
end)

describe("a mistake with a matrix", function()
  local a = rx.matrix(2, 3)

  it("is answered in the words of Lua, with both shapes", function()
    assert.matches("bad argument #2 to 'mul' %(2 x 3 matrix or one to repeat expected, got 4 x 3%)",
                   message(function() a.mul(a, rx.matrix(4, 3)) end))
    assert.matches("3 x any matrix expected, got 2 x 3", message(function() return a * a end))
    assert.matches("row from 1 to 2 expected, got 3", message(function() a:get(3, 1) end))
    assert.matches("column from 1 to 3 expected, got 0", message(function() a:set(1, 0, 1) end))
    assert.matches("number expected, got string", message(function() a:set(1, 1, "x") end))
    assert.matches("2 x 3 matrix expected, got 1 x 3", message(function() a:copy(rx.matrix(1, 3)) end))
    assert.matches("the last row comes before the first", message(function() a:slice(2, 1) end))
    assert.matches("2 rows do not divide into 3 steps", message(function() a:as_sequence(3) end))
    assert.matches("sequence expected, got a matrix", message(function() a:at(1) end))
    assert.matches("matrix expected, got table", message(function() return a + {} end))
    assert.matches("invalid option 'diagonal'", message(function() a:sum("diagonal") end))
    assert.matches("at least one element", message(function() rx.matrix(0, 0):max() end))
  end)

  it("is answered when a matrix is made", function()
    for _, make in ipairs {
      function() rx.matrix(-1, 2) end, function() rx.matrix(1.5, 2) end, function() rx.matrix("a", 2) end,
      function() rx.matrix {} end, function() rx.matrix { 1, 2 } end,
      function() rx.matrix { { 1 }, { 1, 2 } } end,
      function() rx.matrix { { "x" } } end, function() rx.matrix(1e10, 1) end,
      function() rx.matrix(2147483647, 2147483647) end, function() rx.join {} end,
      function() rx.join { rx.matrix(1, 1), rx.matrix(2, 1) } end,
    } do
      assert.truthy(message(make))
    end
  end)
end)
