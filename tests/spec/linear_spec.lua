local rx = require "reactivation"
local support = require "tests.spec.support"
local golden, message, relative_error = support.golden, support.message, support.relative_error

local function identity(n)
  local m = rx.matrix(n, n)
  for i = 1, n do m:set(i, i, 1) end
  return m
end

describe("linear algebra", function()
  local g = golden("linear")

  it("solves a system of equations", function()
    assert.is_true(relative_error(g.solve.x, rx.solve(g.solve.a, g.solve.b)) < 1e-6)
    assert.are.same({ { 3 }, { -1 } },
                    rx.solve(rx.matrix { { 1, 2 }, { 3, 4 } }, rx.matrix { { 1 }, { 5 } }):totable())
    assert.are.equal(0, rx.solve(rx.matrix(0, 0), rx.matrix(0, 3)).rows)
  end)

  it("solves whatever the scales of rows and columns", function()
    local rng = rx.random(1)
    local a, x = rng:normal(6, 6):mul(rng:uniform(6, 1, -20, 20):exp()), rng:normal(6, 2)
    assert.is_true(relative_error(x, rx.solve(a, a * x)) < 1e-5)
    local thin = rx.solve(rx.matrix { { 1e-9, 0 }, { 0, 1 } }, rx.matrix { { 1e-9, 2e-9 }, { 3, 4 } })
    assert.is_true(relative_error(rx.matrix { { 1, 2 }, { 3, 4 } }, thin) < 1e-6)
  end)

  it("finds singular values, and vectors that make the matrix again", function()
    local u, s, v = rx.svd(g.svd.m)
    assert.is_true(relative_error(g.svd.s, s) < 1e-6)
    assert.is_true(relative_error(g.svd.m, u:mul(s) * v:t()) < 1e-6)
    assert.is_true((u:t() * u - identity(s.cols)):abs():max() < 1e-6)
    assert.is_true((v:t() * v - identity(s.cols)):abs():max() < 1e-6)
    local wide = g.svd.m:t()
    local u2, s2, v2 = rx.svd(wide)
    assert.is_true(relative_error(s, s2) < 1e-6)
    assert.is_true(relative_error(wide, u2:mul(s2) * v2:t()) < 1e-6)
  end)

  it("inverts what can be inverted of a matrix", function()
    local p = rx.pseudoinverse(g.svd.m, { cutoff = g.svd.cutoff })
    assert.is_true(relative_error(g.svd.pseudoinverse, p) < 1e-5)
    local rng = rx.random(2)
    local low = rng:normal(7, 3) * rng:normal(3, 5)
    local back = rx.pseudoinverse(low)
    assert.is_true(relative_error(low, low * back * low) < 1e-5)
    assert.is_true(relative_error(back, back * low * back) < 1e-5)
    assert.are.equal(0, rx.pseudoinverse(rx.matrix(3, 2)):abs():max())
  end)

  it("finds eigenvalues by falling modulus", function()
    local e = rx.eigen(g.eigen.m)
    assert.is_true(relative_error(g.eigen.real, e.real) < 1e-6)
    assert.is_true((g.eigen.imaginary - e.imaginary):abs():max() < 1e-6 * g.eigen.real:abs():max())
    local turn = rx.eigen(rx.matrix { { 0, -2, 0 }, { 2, 0, 0 }, { 0, 0, 1 } })
    assert.are.same({ { 0, 0, 1 } }, turn.real:totable())
    assert.are.same({ { 2, -2, 0 } }, turn.imaginary:totable())
  end)

  it("gives the same bits on one thread and on two", function()
    local threads, found = rx.threads(), {}
    for n = 1, 2 do
      rx.threads(n)
      local m = rx.random(3):normal(150, 150)
      found[n] = { rx.solve(m, m), rx.eigen(m).real, rx.pseudoinverse(m), (rx.ridge(m, m).weights) }
    end
    rx.threads(threads)
    for i = 1, 4 do assert.is_true(support.same(found[1][i], found[2][i])) end
  end)

  it("answers mistakes", function()
    local m = rx.matrix { { 1, 2 }, { 2, 4 } }
    local function solve(a, b) return message(function() rx.solve(a, b) end) end
    assert.matches("bad argument #1 to 'solve' .*singular", solve(m, m))
    assert.matches("singular", solve(rx.matrix { { 0.1, 0.2 }, { 0.3, 0.6 } }, m)) -- but for rounding
    assert.matches("2 x any matrix expected, got 3 x 1", solve(m, rx.matrix(3, 1)))
    assert.matches("2 x 2 matrix expected, got 2 x 3", solve(rx.matrix(2, 3), m))
    assert.matches("finite numbers expected", solve(rx.matrix { { 0 / 0 } }, rx.matrix(1, 1)))
    assert.matches("finite numbers", message(function() rx.svd(rx.matrix { { 1 / 0 } }) end))
    assert.matches("3 x 3 matrix expected, got 3 x 2", message(function() rx.eigen(rx.matrix(3, 2)) end))
    assert.matches("unknown option 'cut'", message(function() rx.pseudoinverse(m, { cut = 1 }) end))
    assert.matches("bad option 'cutoff'", message(function() rx.pseudoinverse(m, { cutoff = 1 }) end))
  end)
end)

describe("ridge regression", function()
  it("is that of the reference data", function()
    local g = golden("linear").ridge
    local fit = rx.ridge(g.X, g.Y, { penalty = g.penalty })
    assert.is_true(relative_error(g.weights, fit.weights) < 1e-5)
    assert.is_true(relative_error(g.intercept, fit.intercept) < 1e-5)
    assert.is_true(relative_error(g.predicted, fit.predict(g.new)) < 1e-5)
    assert.is_true(support.same(fit.predict(g.new), fit:predict(g.new)))
  end)

  it("without a penalty finds the weights that made the targets", function()
    local rng = rx.random(1)
    local x, w, c = rng:normal(200, 4, 3), rng:normal(2, 4), rng:normal(1, 2)
    local fit = rx.ridge(x, x * w:t() + c, { penalty = 0, folds = 4 })
    assert.is_true(relative_error(w, fit.weights) < 1e-5)
    assert.is_true(relative_error(c, fit.intercept) < 1e-4)
    assert.is_true(fit.error < 1e-9 and fit.explained > 1 - 1e-6)
  end)

  it("has an error, on what it has not seen, of the noise and no less", function()
    local rng = rx.random(2)
    local x = rng:normal(2000, 5)
    local y = x * rng:normal(5, 1) + rng:normal(2000, 1, 0, 0.5)
    local fit = rx.ridge(x, y, { penalty = 1e-3, folds = 10 })
    assert.near(0.25 * (1 + 6 / 1800), fit.error, 5 * 0.25 * math.sqrt(2 / 2000))
    -- targets that have nothing to do with the features are not explained
    local none = rx.ridge(x, rng:normal(2000, 1), { folds = 10 })
    assert.is_true(none.explained < 0.005)
  end)

  it("takes the penalty that does best", function()
    local rng = rx.random(3)
    local x = rng:normal(60, 40)
    local y = x:column(1) + rng:normal(60, 1, 0, 1)
    local fit = rx.ridge(x, y, { penalty = { 0, 30, 1e9 } })
    assert.are.equal(30, fit.penalty)
    assert.is_true(fit.error < rx.ridge(x, y, { penalty = 0, folds = 5 }).error)
  end)

  it("holds out whole trials of a sequence", function()
    -- two trials with one constant each: what is held out is never seen
    local x = rx.matrix { { 0 }, { 1 }, { 0 }, { 1 }, { 0 }, { 1 } }:as_sequence(3)
    local fit = rx.ridge(x, x, { penalty = 0.1, folds = 2 })
    assert.near(1, fit.error, 1e-6)
  end)

  it("answers mistakes", function()
    local rng = rx.random(4)
    local x, y = rng:normal(10, 2), rng:normal(10, 1)
    local function ridge(...)
      local arguments = table.pack(...)
      return message(function() rx.ridge(table.unpack(arguments, 1, arguments.n)) end)
    end
    assert.matches("columns expected; they depend on each other", ridge(rx.join { x, x }, y, { penalty = 0 }))
    assert.matches("bad argument #2 to 'ridge' %(matrix of 10 rows expected, got 9 x 1", ridge(x, rng:normal(9, 1)))
    assert.matches("bad option 'penalty'", ridge(x, y, { penalty = -1 }))
    assert.matches("bad option 'penalty'", ridge(x, y, { penalty = {} }))
    assert.matches("bad option 'folds' %(whole number from 2 to 10 expected, got 11", ridge(x, y, { folds = 11 }))
    assert.matches("unknown option 'lambda'", ridge(x, y, { lambda = 1 }))
    assert.matches("at least two rows", ridge(rng:normal(1, 2), rng:normal(1, 1)))
    assert.matches("finite numbers", ridge(rx.matrix { { 0 / 0 }, { 1 } }, rng:normal(2, 1)))
  end)
end)
