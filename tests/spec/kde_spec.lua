local rx = require "reactivation"
local support = require "tests.spec.support"
local message, same = support.message, support.same

-- The largest difference of two columns, each relative to its own expected value.
local function worst(expected, actual)
  assert.are.same({ expected.rows, expected.cols }, { actual.rows, actual.cols })
  return (actual / expected - 1):abs():max()
end

-- Points at the corners of a cube of side 2, so often that they fill more than one block: their
-- covariance is a multiple of the unit matrix, and their density a product over dimensions.
local function corners(dims, times)
  local rows = {}
  for i = 0, (times << dims) - 1 do
    local row = {}
    for k = 1, dims do row[k] = (i >> (k - 1)) % 2 * 2 - 1 end
    rows[i + 1] = row
  end
  local n = #rows
  local sd = n ^ (-1 / (dims + 4)) * math.sqrt(n / (n - 1))
  local function density(x)
    local product = 1
    for k = 1, dims do
      local sum = math.exp(-0.5 * ((x[k] - 1) / sd) ^ 2) + math.exp(-0.5 * ((x[k] + 1) / sd) ^ 2)
      product = product * sum / (2 * sd * math.sqrt(2 * math.pi))
    end
    return product
  end
  return rx.matrix(rows), density
end

-- A lattice of step `step` over [-reach, reach] in each of `dims` dimensions, 1 or 2.
local function lattice(dims, reach, step)
  local rows, count = {}, math.floor(2 * reach / step)
  for i = 0, count do
    for j = 0, dims == 2 and count or 0 do
      rows[#rows + 1] = { -reach + step * i, dims == 2 and -reach + step * j or nil }
    end
  end
  return rx.matrix(rows)
end

describe("a kernel density", function()
  -- Whitened coordinates reach some 16 kernel widths, where float32 is exact to 1e-6 of a width; a
  -- point d widths from its nearest kernel feels d times that. In the tails of the reference d is 5.
  it("is that of the reference data, at every point relative to itself, to 1e-5", function()
    local g = support.golden("kde")
    assert.is_true(worst(g.one_d.pdf, rx.kde(g.one_d.data):density(g.one_d.points)) < 1e-5)
    local p, q = rx.kde(g.two_d.p), rx.kde(g.two_d.q)
    assert.is_true(worst(g.two_d.p_pdf, p:density(g.two_d.points)) < 1e-5)
    assert.is_true(worst(g.two_d.q_pdf, q:density(g.two_d.points)) < 1e-5)
    assert.near(g.two_d.p_factor, p.factor, 1e-12)
    assert.near(g.two_d.kl_at_p, rx.kl(p, q, { at = g.two_d.p }), 1e-5)
  end)

  it("is a product over dimensions where the points are the corners of a cube", function()
    for dims = 1, 6 do
      for _, times in ipairs { 1, 300 } do
        local points, expected = corners(dims, times)
        local d = rx.kde(points)
        assert.are.equal(dims, d.dimensions)
        local queries = rx.random(dims):uniform(50, dims, -2, 2)
        local density = d:density(queries)
        for i, x in ipairs(queries:totable()) do
          assert.near(1, density:get(i, 1) / expected(x), 1e-5)
        end
      end
    end
  end)

  it("is right far from all points, until float32 ends", function()
    local points, expected = corners(2, 300)
    local d = rx.kde(points)
    local found = 0
    for x = 2, 8, 0.25 do
      local density, truth = d:density(rx.matrix { { x, 0.5 } }):get(1, 1), expected { x, 0.5 }
      if truth > 1.2e-38 then
        assert.near(1, density / truth, 1e-4)
        found = math.min(found, math.log(truth, 10))
      end
    end
    assert.is_true(found < -30)
    assert.are.equal(0, d:density(rx.matrix { { 1e38, -1e38 } }):get(1, 1))
  end)

  it("integrates to one", function()
    local rng = rx.random(1)
    local line = rx.kde(rng:normal(700, 1)):density(lattice(1, 6, 0.05))
    assert.near(1, line:sum() * 0.05, 1e-5)
    local oblique = rng:normal(700, 2) * rx.matrix { { 1, 0.5 }, { 0, 0.8 } }
    local plane = rx.kde(oblique):density(lattice(2, 7, 0.1))
    assert.near(1, plane:sum() * 0.01, 1e-5)
  end)

  it("changes with its coordinates as a density does", function()
    local rng = rx.random(2)
    local data, queries = rng:normal(600, 3), rng:normal(40, 3)
    local a, b = rx.matrix { { 3, 0, 0 }, { 1, 0.5, 0 }, { -2, 1, 2 } }, rx.matrix { { 100, -50, 7 } }
    local moved = rx.kde(data * a + b):density(queries * a + b)
    assert.is_true(worst(rx.kde(data):density(queries) / 3, moved) < 1e-3) -- float32 of the moved data
  end)

  it("is drawn from: mean and covariance of the points, the kernel's added", function()
    local rng = rx.random(3)
    local data = rng:normal(50, 2) * rx.matrix { { 2, 1 }, { 0, 0.5 } } + rx.matrix { { 5, -3 } }
    local d, given = rx.kde(data), rx.moments(data)
    local drawn = rx.moments(d:sample(400000, rng))
    local expected = (49 / 50 + d.factor ^ 2) * given:covariance()
    local scale = expected:get(1, 1)
    -- five standard errors for the largest variance
    assert.is_true((drawn:covariance() - expected):abs():max() < 5 * math.sqrt(2 / 400000) * scale)
    assert.is_true((drawn.mean - given.mean):abs():max() < 5 * math.sqrt(scale / 400000))
  end)

  it("is drawn from as often as it says, bin by bin", function()
    local rng, n = rx.random(4), 400000
    local d = rx.kde(rx.matrix { { -3 }, { -2.5 }, { -2 }, { 1 }, { 4 }, { 4.1 }, { 4.2 } })
    local low, high, bins = -10, 10, 40
    local h = rx.histogram(d:sample(n, rng), low, high, bins)
    for b, center in ipairs(h.center) do
      local mass = 0 -- Simpson's rule over the bin
      for i, weight in ipairs { 1, 4, 2, 4, 1 } do
        mass = mass + weight / 12 * 0.5 * d:density(rx.matrix { { center + (i - 3) / 8 } }):get(1, 1)
      end
      assert.near(mass, h.count[b] / n, 5 * math.sqrt(mass / n) + 1e-6)
    end
  end)

  it("and its draws are the same to the last bit on one thread and on two", function()
    local threads, found = rx.threads(), {}
    for n = 1, 2 do
      rx.threads(n)
      local rng = rx.random(5)
      local d = rx.kde(rng:normal(3000, 3))
      found[n] = { d:density(rng:normal(1000, 3)), d:sample(1000, rng) }
    end
    rx.threads(threads)
    assert.is_true(same(found[1][1], found[2][1]))
    assert.is_true(same(found[1][2], found[2][2]))
  end)

  it("stops when it is told to", function()
    local output, status = support.run(support.program .. [[ -e '
      local rx = require "reactivation"
      local data = rx.random(0):normal(2000000, 2)
      local distribution = rx.kde(data)
      io.popen "sleep 0.3; kill -INT $PPID"
      print(pcall(distribution.density, distribution, data))']])
    assert.matches("interrupted!", output)
    assert.are.equal(0, status)
  end)

  it("answers mistakes", function()
    local rng = rx.random(6)
    local function fit(points) return message(function() rx.kde(points) end) end
    local d = rx.kde(rng:normal(10, 2))
    assert.matches("matrix expected, got number", fit(3))
    assert.matches("at least 3 points of 2 dimensions expected, got 2", fit(rx.matrix(2, 2)))
    assert.matches("at least 3 points of 2 dimensions expected, got 0", fit(rx.matrix(0, 2)))
    assert.matches("1 to 4096 dimensions", fit(rx.matrix(5, 0)))
    assert.matches("finite numbers expected", fit(rx.matrix { { 1, 0 / 0 }, { 2, 2 }, { 3, 4 } }))
    assert.matches("covariance is singular", fit(rx.matrix(10, 1, 0.1)))
    local x = rng:normal(100, 1, 1000)
    assert.matches("covariance is singular", fit(rx.join { x, 0.3 * x + 1 }))
    assert.matches("covariance is singular", fit(rx.join { rng:normal(100, 2), rx.matrix(100, 1, 7) }))
    assert.matches("any x 2 matrix expected, got 4 x 3", message(function() d:density(rx.matrix(4, 3)) end))
    assert.matches("finite numbers", message(function() d:density(rx.matrix { { 1, math.huge } }) end))
    assert.matches("random generator expected, got no value", message(function() d:sample(3) end))
    assert.matches("whole number of at least 0", message(function() d:sample(-1, rng) end))
    assert.are.equal(0, d:density(rx.matrix(0, 2)).rows)
    assert.are.equal(0, d:sample(0, rng).rows)
  end)
end)

-- The normal distribution, as a density of Lua's own.
local function normal(mean, sd)
  return {
    density = function(_, x)
      local z = (x - mean) / sd
      return (-0.5 * z:mul(z)):exp() / (sd * math.sqrt(2 * math.pi))
    end,
    sample = function(_, n, rng) return rng:normal(n, 1, mean, sd) end,
  }
end

describe("the divergence of densities", function()
  it("of two normal distributions is their formula's", function()
    local p, q = normal(0, 1), normal(1, 2)
    local options = { samples = 200000, rng = rx.random(1), clip = 1e30 }
    -- within five standard errors: the log ratio has a standard deviation of 0.59, and 2.92
    assert.near(math.log(2) + (1 + 1) / 8 - 0.5, rx.kl(p, q, options), 5 * 0.59 / math.sqrt(200000))
    assert.near(math.log(1 / 2) + (4 + 1) / 2 - 0.5, rx.kl(q, p, options), 5 * 2.92 / math.sqrt(200000))
  end)

  it("of densities estimated from normal points is that of normal ones a kernel wider", function()
    local rng = rx.random(2)
    local p, q = rx.kde(rng:normal(20000, 1)), rx.kde(rng:normal(20000, 1, 1, 2))
    local wider = 1 + p.factor ^ 2
    local expected = math.log(2) + (wider + 1) / (8 * wider) - 0.5
    assert.near(expected, rx.kl(p, q, { samples = 40000, rng = rng }), 0.02)
    assert.are.equal(0, rx.kl(p, p, { rng = rng }))
  end)

  it("of a box within a box is the log of their sizes", function()
    local small, large = rx.uniform_density { box = 1 }, rx.uniform_density { box = 4 }
    assert.near(math.log(16), rx.kl(small, large, { rng = rx.random(3) }), 1e-6)
    small = rx.uniform_density { box = 1, dimensions = 1 }
    large = rx.uniform_density { box = 4, dimensions = 1 }
    assert.near(math.log(4), rx.kl(small, large, { rng = rx.random(3) }), 1e-6)
  end)

  it("cuts the ratio where one of the two is nothing", function()
    local left, right = normal(-50, 1), normal(50, 1)
    assert.near(math.log(1e7), rx.kl(left, right, { rng = rx.random(4) }), 1e-9)
    assert.near(math.log(20), rx.kl(left, right, { rng = rx.random(4), clip = 20 }), 1e-9)
    assert.near(-math.log(20), rx.kl(left, right, { at = rx.matrix { { 50 }, { 51 } }, clip = 20 }), 1e-9)
  end)

  it("draws 2500 points unless told otherwise, from p", function()
    local asked
    local p = normal(0, 1)
    local draw = p.sample
    function p:sample(n, rng) asked = n; return draw(self, n, rng) end
    rx.kl(p, normal(0, 1), { rng = rx.random(5) })
    assert.are.equal(2500, asked)
  end)

  it("answers mistakes", function()
    local p, rng = rx.uniform_density {}, rx.random(0)
    local function kl(...)
      local arguments = table.pack(...)
      return message(function() rx.kl(table.unpack(arguments, 1, arguments.n)) end)
    end
    assert.matches("bad option 'rng' %(random generator expected, got nothing", kl(p, p))
    assert.matches("either 'at' or 'samples'", kl(p, p, { at = rx.matrix(3, 2), rng = rng }))
    assert.matches("bad option 'at' %(matrix expected, got 3", kl(p, p, { at = 3 }))
    assert.matches("bad option 'samples'", kl(p, p, { samples = 0, rng = rng }))
    assert.matches("bad option 'clip' .*at least 1", kl(p, p, { rng = rng, clip = 0.5 }))
    assert.matches("unknown option 'sample'; known are at, clip, rng, samples", kl(p, p, { sample = 3 }))
    assert.matches("bad argument #2 to 'kl' %(density with a method 'density' expected, got 3",
                   kl(p, 3, { rng = rng }))
    assert.matches("bad argument #1 to 'kl' .*got 2 x 2 matrix", kl(rx.matrix(2, 2), p, { rng = rng }))
    assert.matches("bad argument #1 to 'kl' .*'sample'", kl({ density = p.density }, p, { rng = rng }))
    assert.matches("any x 1 matrix expected, got 2500 x 2",
                   kl(p, rx.uniform_density { dimensions = 1 }, { rng = rng }))
    assert.matches("no ratio of densities at point 2: 0 and 0",
                   kl(p, p, { at = rx.matrix { { 0, 0 }, { 5, 5 } } }))
    assert.matches("at least one point", kl(p, p, { at = rx.matrix(0, 2) }))
    assert.matches("bad option 'box'", message(function() rx.uniform_density { box = 0 } end))
  end)
end)

describe("a uniform density", function()
  it("is the same everywhere in its box, nothing outside, and is drawn from", function()
    local u = rx.uniform_density { box = 2, dimensions = 3 }
    local density = u:density(rx.matrix { { 0, 0, 0 }, { 1, -1, 0.9 }, { 0, 0, 1.1 }, { -1.1, 0, 0 } })
    assert.are.same({ { 1 / 8 }, { 1 / 8 }, { 0 }, { 0 } }, density:totable())
    local drawn = u:sample(100000, rx.random(1))
    assert.near(1 / 8, u:density(drawn):min(), 1e-9)
    local expected = rx.matrix { { 1 / 3, 0, 0 }, { 0, 1 / 3, 0 }, { 0, 0, 1 / 3 } }
    assert.is_true((rx.moments(drawn):covariance() - expected):abs():max() < 0.006)
  end)
end)

-- The mean of a density over the plane's points in [-half, half], in steps of `step`, times the area.
local function integral(kde, dims, half, step)
  local n = math.floor(2 * half / step + 0.5)
  local axis = step * (rx.matrix(n, 1, 1):cumsum() - 0.5) - half
  if dims == 1 then return kde:density(axis):sum() * step end
  local rows = {}
  for i = 1, n do
    for j = 1, n do rows[#rows + 1] = { axis:get(i, 1), axis:get(j, 1) } end
  end
  return kde:density(rx.matrix(rows)):sum() * step ^ 2
end

describe("a kernel density with options", function()
  local g = support.golden("cyclic_kde")

  it("weights its points as the reference data", function()
    local w = g.weighted
    local d = rx.kde(w.data, { weights = w.weights })
    assert.near(w.factor, d.factor, 1e-6)
    assert.is_true(worst(w.pdf, d:density(w.points)) < 1e-5)
    assert.is_true(worst(w.pdf, rx.kde(w.data, { weights = 7 * w.weights }):density(w.points)) < 1e-5)
  end)

  it("takes a weight of two for two points, and of nothing for none", function()
    local rng = rx.random(1)
    local data, x = rng:normal(30, 2), rng:normal(40, 2)
    local twice = rx.matrix(60, 2)
    twice:slice(1, 30):copy(data)
    twice:slice(31, 60):copy(data)
    local weights = rx.matrix(60, 1, 1)
    for i = 31, 60 do weights:set(i, 1, 0) end
    twice:set(60, 1, 1e6) -- far away, and of no weight
    assert.is_true(worst(rx.kde(data):density(x), rx.kde(twice, { weights = weights }):density(x)) < 1e-5)
    local heavy = rx.kde(rx.matrix { { 0 }, { 1 } }, { weights = rx.matrix { { 3 }, { 1 } }, bandwidth = 0.01 })
    assert.near(3, heavy:density(rx.matrix { { 0 } }):get(1, 1) / heavy:density(rx.matrix { { 1 } }):get(1, 1), 1e-5)
    assert.near(0.25, heavy:sample(40000, rng):mean(), 5 * math.sqrt(0.25 * 0.75 / 40000))
  end)

  it("goes around the circle as the reference data", function()
    local c = g.cyclic
    for _, cyclic in ipairs { true, c.period } do
      local d = rx.kde(c.bearings, { cyclic = cyclic, bandwidth = c.bandwidth })
      assert.is_true(worst(c.pdf, d:density(c.points)) < 1e-4)
      assert.is_true(worst(c.pdf, d:density(c.points + 2 * math.pi)) < 1e-3) -- float32 of the angle
    end
  end)

  it("around the circle integrates to one, whatever the width", function()
    local rng = rx.random(2)
    for _, sd in ipairs { 0.01, 0.5, 20 } do
      local d = rx.kde(rng:normal(300, 1, math.pi, sd):wrap(), { cyclic = true })
      assert.near(1, integral(d, 1, math.pi, math.pi / 4000), 1e-4)
    end
    assert.near(1 / 24, rx.kde(rng:uniform(100, 1, 0, 24), { cyclic = 24, bandwidth = 24 })
                        :density(rx.matrix { { 5 } }):get(1, 1), 1e-7)
    local torus = rx.kde(rng:normal(200, 2, 3, 0.5):wrap(), { cyclic = true })
    assert.near(1, integral(torus, 2, math.pi, math.pi / 60), 1e-4)
  end)

  it("far from its ends is that of a line", function()
    local rng = rx.random(3)
    local data = rng:normal(500, 1, 0, 0.1)
    local line, circle = rx.kde(data), rx.kde(data, { cyclic = true })
    -- but for the circular standard deviation
    assert.is_true(worst(line:density(data), circle:density(data)) < 0.02)
    local wall = rx.kde(data, { box = 8 })
    assert.is_true(worst(line:density(data), wall:density(data)) < 1e-6)
  end)

  it("keeps its mass in a box", function()
    local rng = rx.random(4)
    local points = rng:uniform(400, 2, -1.1, 1.1)
    for _, how in ipairs { { box = 2.2 }, { box = 2.2, bandwidth = 0.3 }, { box = 2.2, bandwidth = 2 } } do
      assert.near(1, integral(rx.kde(points, how), 2, 1.1, 0.02), 1e-3)
    end
    assert.is_true(integral(rx.kde(points), 2, 1.1, 0.02) < 0.95)
    local d = rx.kde(points, { box = 2.2 })
    assert.are.equal(0, d:density(rx.matrix { { 1.11, 0 } }):get(1, 1))
    assert.are.equal(-math.huge, d:log_density(rx.matrix { { 1.11, 0 } }):get(1, 1))
    assert.is_true(d:density(rx.matrix { { 1.1, -1.1 } }):get(1, 1) > 0)
  end)

  it("in a box is the sum over mirrored points", function()
    local rng = rx.random(5)
    local points, x = rng:uniform(50, 1, 0.5, 1), rng:uniform(30, 1, -1, 1)
    local d, plane = rx.kde(points, { box = 2, bandwidth = 0.3 }), rx.kde(points, { bandwidth = 0.3 })
    local by_hand = plane:density(x) + plane:density(2 - x) + plane:density(-2 - x) + plane:density(4 + x)
      + plane:density(x - 4)
    assert.is_true(worst(by_hand, d:density(x)) < 1e-5)
  end)

  it("of a uniform box is uniform up to the walls: no divergence by leaking", function()
    local rng = rx.random(6)
    local points = rng:uniform(20000, 2, -1.1, 1.1)
    local u = rx.uniform_density { box = 2.2 }
    assert.is_true(rx.kl(u, rx.kde(points), { rng = rng }) > 0.09)
    assert.is_true(math.abs(rx.kl(u, rx.kde(points, { box = 2.2 }), { rng = rng })) < 0.01)
    assert.is_true(math.abs(rx.kl(rx.kde(points, { box = 2.2 }), u, { rng = rng })) < 0.01)
  end)

  it("is drawn from within its domain", function()
    local rng = rx.random(7)
    local walls = rx.kde(rng:uniform(100, 2, -1, 1), { box = 2, bandwidth = 0.5 })
    local drawn = walls:sample(100000, rng)
    assert.is_true(drawn:abs():max() <= 1)
    local h, n = rx.histogram(drawn:column(1), -1, 1, 8), 100000
    for b, center in ipairs(h.center) do
      local strip = rx.join { rx.matrix(40, 1, center), 0.05 * (rx.matrix(40, 1, 1):cumsum() - 0.5) - 1 }
      local mass = walls:density(strip):mean() * 2 * 0.25
      assert.near(mass, h.count[b] / n, 5 * math.sqrt(mass / n) + 2e-3)
    end
    local angles = rx.kde(rng:normal(100, 1, math.pi, 0.1):wrap(), { cyclic = true }):sample(1000, rng)
    assert.is_true(angles:abs():max() <= 3.1415927)
    assert.is_true(angles:abs():min() > 2)
  end)

  it("has a logarithm where the density itself is nothing", function()
    local rng = rx.random(8)
    local d = rx.kde(rng:normal(500, 2))
    local x = rng:normal(50, 2)
    assert.is_true(worst(d:density(x), d:log_density(x):exp()) < 1e-5)
    local one = rx.kde(rx.matrix { { 0 } }, { bandwidth = 0.01 })
    local top = -math.log(0.01 * math.sqrt(2 * math.pi))
    assert.near(top - 0.5e10, one:log_density(rx.matrix { { 1000 } }):get(1, 1), 1e3)
    assert.near(top - 50, one:log_density(rx.matrix { { 0.1 } }):get(1, 1), 1e-5)
  end)

  it("answers mistakes", function()
    local rng = rx.random(9)
    local points = rng:normal(20, 2)
    local function kde(p, options) return message(function() rx.kde(p, options) end) end
    assert.matches("bad option 'bandwidth' %(number above 0", kde(points, { bandwidth = 0 }))
    assert.matches("bad option 'bandwidth' .*size of the space", kde(0.1 * points, { bandwidth = 9, box = 2.2 }))
    assert.matches("bad option 'cyclic'", kde(points, { cyclic = -1 }))
    assert.matches("bad option 'cyclic'", kde(points, { cyclic = "yes" }))
    assert.matches("either option 'cyclic' or option 'box'", kde(points, { cyclic = true, box = 3 }))
    assert.matches("points within the box expected, got 5.* in row 2, column 1",
                   kde(rx.matrix { { 0, 0 }, { 5, 0 }, { 1, 0.5 } }, { box = 2 }))
    assert.matches("1 to 3 dimensions expected with 'box', got 4", kde(rng:uniform(20, 4), { box = 3 }))
    assert.matches("bad option 'weights' .*20 x 1 matrix expected, got 19 x 1",
                   kde(points, { weights = rng:uniform(19, 1) }))
    assert.matches("bad option 'weights' .*at least 0", kde(points, { weights = rx.matrix(20, 1) }))
    assert.matches("bad option 'weights' .*at least 0", kde(points, { weights = rx.matrix(20, 1, -1) }))
    assert.matches("unknown option 'width'", kde(points, { width = 1 }))
    assert.matches("covariance is singular", kde(rx.matrix(9, 1, 1), { cyclic = true }))
    assert.is_nil(kde(rx.matrix(9, 1, 1), { cyclic = true, bandwidth = 0.1 }))
    assert.is_nil(kde(points, { cyclic = false }))
  end)
end)
