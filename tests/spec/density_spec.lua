local rx = require "reactivation"
local support = require "tests.spec.support"
local message, relative_error, same = support.message, support.relative_error, support.same

describe("a kernel density estimate", function()
  local g = support.golden("kde")

  -- float32: coordinates of up to some tens of kernel widths, rounded, leave 1e-5 in an exponent
  it("has the factor and the densities of the reference data, in one dimension and two", function()
    local p, q = rx.kde(g.two_d.p), rx.kde(g.two_d.q)
    assert.near(g.two_d.p_factor, p.factor, 1e-9)
    assert.is_true(relative_error(g.two_d.p_pdf, p:density(g.two_d.points)) < 2e-5)
    assert.is_true(relative_error(g.two_d.q_pdf, q:density(g.two_d.points)) < 2e-5)
    assert.is_true(relative_error(g.one_d.pdf, rx.kde(g.one_d.data):density(g.one_d.points)) < 2e-5)
  end)

  it("integrates to one, in one dimension and in two", function()
    local rng = rx.random(1)
    local line = rx.matrix(20001, 1)
    for i = 1, 20001 do line:set(i, 1, (i - 10001) * 1e-3) end
    assert.near(1, rx.kde(rng:normal(50, 1)):density(line):sum() * 1e-3, 1e-4)
    local side, step = 201, 0.1
    local plane = rx.matrix(side * side, 2)
    for i = 0, side - 1 do
      for j = 0, side - 1 do
        plane:set(i * side + j + 1, 1, (i - 100) * step)
        plane:set(i * side + j + 1, 2, (j - 100) * step)
      end
    end
    local skewed = rng:normal(50, 2) * rx.matrix { { 1, 0.8 }, { 0, 0.6 } }
    assert.near(1, rx.kde(skewed):density(plane):sum() * step ^ 2, 1e-3)
  end)

  it("is the sum of its kernels, in three dimensions", function()
    local points = rx.matrix { { 0, 0, 0 }, { 1, 0, 0 }, { 0, 2, 0 }, { 0, 0, 4 }, { 1, 2, 3 } }
    local d = rx.kde(points)
    local moved = points * rx.matrix { { 1, 0, 0 }, { 0, 100, 0 }, { 0, 0, 0.01 } }
    -- a linear map of all points divides the density by its determinant, here 1
    assert.is_true(relative_error(d:density(points), rx.kde(moved):density(moved)) < 1e-5)
    assert.near(5 ^ (-1 / 7), d.factor, 1e-12)
  end)

  it("is zero where float32 cannot say more, and the same on one thread and on two", function()
    local rng = rx.random(2)
    local d = rx.kde(rng:normal(3000, 2))
    assert.are.equal(0, d:density(rx.matrix { { 1000, 1000 } }):get(1, 1))
    local x, threads, found = rng:normal(500, 2), rx.threads(), {}
    for n = 1, 2 do
      rx.threads(n)
      found[n] = d:density(x)
    end
    rx.threads(threads)
    assert.is_true(same(found[1], found[2]))
  end)

  it("keeps a copy of its points", function()
    local points = rx.random(3):normal(20, 1)
    local d = rx.kde(points)
    local before = d:sample(5, rx.random(4))
    points:copy(points * 100)
    assert.is_true(same(before, d:sample(5, rx.random(4))))
  end)

  it("gives samples with the mean of the points, and their covariance widened by the factor", function()
    local points = rx.random(5):normal(40, 2) * rx.matrix { { 2, 1 }, { 0, 0.5 } }
    local d, n = rx.kde(points), 200000
    local x = d:sample(n, rx.random(6))
    local function covariance(m, divisor)
      local off = m - m:mean("rows")
      return off:t() * off / divisor
    end
    local expected = covariance(points, 40) + d.factor ^ 2 * covariance(points, 39)
    local found = covariance(x, n)
    for i = 1, 2 do
      local sd = math.sqrt(expected:get(i, i))
      assert.near(points:mean("rows"):get(1, i), x:mean("rows"):get(1, i), 5 * sd / math.sqrt(n))
      for j = 1, 2 do
        local scale = sd * math.sqrt(expected:get(j, j))
        assert.near(expected:get(i, j), found:get(i, j), 5 * scale * math.sqrt(2 / n))
      end
    end
  end)

  it("answers mistakes", function()
    assert.matches("at least two points expected", message(function() rx.kde(rx.matrix(1, 2)) end))
    assert.matches("at least two points expected", message(function() rx.kde(rx.matrix(5, 0)) end))
    assert.matches("finite numbers expected", message(function() rx.kde(rx.matrix(3, 2, 0 / 0)) end))
    assert.matches("covariance has no inverse", message(function() rx.kde(rx.matrix(9, 2, 3)) end))
    local line = rx.random(1):normal(50, 1) * rx.matrix { { 1, 2 } }
    assert.matches("covariance has no inverse", message(function() rx.kde(line) end))
    assert.matches("covariance has no inverse",
                   message(function() rx.kde(rx.matrix { { 0, 0 }, { 1, 3 } }) end))
    local d = rx.kde(rx.random(1):normal(9, 2))
    assert.matches("any x 2 matrix expected, got 3 x 1", message(function() d:density(rx.matrix(3, 1)) end))
    assert.matches("random", message(function() d:sample(3) end))
  end)
end)

describe("the divergence of two densities", function()
  local g = support.golden("kde").two_d

  it("at given points is that of the reference data", function()
    local p, q = rx.kde(g.p), rx.kde(g.q)
    assert.near(g.kl_at_p, rx.kl(p, q, { at = g.p }), 1e-4)
  end)

  -- A normal density on a line, to compare with closed forms.
  local function normal(mean, sd)
    return {
      density = function(_, x)
        local z = (x - mean) / sd
        return (-0.5 * z:mul(z)):exp() / (sd * math.sqrt(2 * math.pi))
      end,
      sample = function(_, n, rng) return rng:normal(n, 1, mean, sd) end,
    }
  end

  it("of two normal densities is its closed form, in both directions", function()
    local function expected(m1, s1, m2, s2)
      return math.log(s2 / s1) + (s1 ^ 2 + (m1 - m2) ^ 2) / (2 * s2 ^ 2) - 0.5
    end
    local n = 200000
    local found = rx.kl(normal(0, 1), normal(1, 2), { samples = n, rng = rx.random(1) })
    assert.near(expected(0, 1, 1, 2), found, 5 * 1 / math.sqrt(n))
    found = rx.kl(normal(1, 2), normal(0, 1), { samples = n, rng = rx.random(2) })
    assert.near(expected(1, 2, 0, 1), found, 5 * 4 / math.sqrt(n))
  end)

  it("of a density to itself is nothing; of two boxes it is the logarithm of their areas", function()
    local options = { samples = 500, rng = rx.random(3) }
    assert.are.equal(0, rx.kl(normal(0, 1), normal(0, 1), options))
    local small, large = rx.uniform_density { box = 1 }, rx.uniform_density { box = 2.2 }
    assert.near(2 * math.log(2.2), rx.kl(small, large, options), 1e-6)
    assert.near(1, small:density(rx.matrix { { 0.49, -0.49 } }):get(1, 1), 1e-6)
    assert.are.equal(0, small:density(rx.matrix { { 0.49, -0.51 } }):get(1, 1))
    assert.is_true(large:sample(1000, rx.random(1)):abs():max() <= 1.1)
  end)

  it("is clipped where the other density is zero", function()
    local small, large = rx.uniform_density { box = 1 }, rx.uniform_density { box = 2 }
    local outside = { at = rx.matrix { { 0.9, 0.9 } } }
    assert.near(math.log(1e7), rx.kl(large, small, outside), 1e-6)
    assert.near(-math.log(1e7), rx.kl(small, large, outside), 1e-6)
    outside.clip = 10
    assert.near(math.log(10), rx.kl(large, small, outside), 1e-6)
    assert.are.equal(0, rx.kl(small, small, outside))
  end)

  it("answers mistakes", function()
    local d = rx.uniform_density {}
    assert.matches("bad option 'rng' %(random generator expected, got nothing%)",
                   message(function() rx.kl(d, d) end))
    assert.matches("bad argument #2 to 'kl' %(density with a method 'density' expected, got number%)",
                   message(function() rx.kl(d, 3, { rng = rx.random(1) }) end))
    assert.matches("density_spec.lua:%d+: bad argument #1 to 'kl' %(density with a method 'sample'",
                   message(function() rx.kl({ density = d.density }, d, { rng = rx.random(1) }) end))
    assert.matches("unknown option 'n'", message(function() rx.kl(d, d, { n = 3 }) end))
  end)
end)

describe("statistics of trajectories", function()
  local g = support.golden("trajectories")

  it("are those of the reference data", function()
    local variance = rx.total_variance(g.trajectories, { skip = g.skip })
    assert.near(g.total_variance, variance, 1e-5 * g.total_variance)
    assert.is_true(relative_error(g.stepwise_distance, rx.step_distance(g.trajectories)) < 1e-5)
  end)

  it("of a walk along a line are known", function()
    local walk = rx.matrix { { 0, 0 }, { 5, 5 }, { 3, 4 }, { 5, 5 }, { 6, 8 }, { 5, 5 } }:as_sequence(3)
    assert.are.same({ { 5 }, { 0 } }, rx.step_distance(walk):totable())
    -- trial 1: x 0, 3, 6, of variance 9; y 0, 4, 8, of variance 16; trial 2 rests
    assert.near((9 + 16) / 2, rx.total_variance(walk), 1e-5)
    assert.near((4.5 + 8) / 2, rx.total_variance(walk, { skip = 1 }), 1e-5)
  end)

  it("answer mistakes", function()
    assert.matches("bad argument #1 to 'total_variance' %(sequence expected, got userdata%)",
                   message(function() rx.total_variance(rx.matrix(3, 2)) end))
    assert.matches("bad argument #1 to 'step_distance' %(sequence expected, got nil%)",
                   message(function() rx.step_distance() end))
    local walk = rx.matrix(6, 2):as_sequence(3)
    assert.matches("bad option 'skip' %(from 0 on, with two of the 3 steps left, expected; got 2%)",
                   message(function() rx.total_variance(walk, { skip = 2 }) end))
    assert.matches("at least two steps",
                   message(function() rx.step_distance(rx.matrix(6, 2):as_sequence(1)) end))
  end)
end)
