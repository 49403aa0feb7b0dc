local rx = require "reactivation"
local support = require "tests.spec.support"
local message, relative_error = support.message, support.relative_error

describe("principal components", function()
  it("are those of the reference data, up to their sign", function()
    local g = support.golden("pca")
    local p = rx.pca(g.data)
    assert.is_true(relative_error(g.mean, p.mean) < 1e-6)
    assert.is_true(relative_error(g.explained_variance, p.variance) < 1e-5)
    assert.is_true(relative_error(g.explained_ratio, p.ratio) < 1e-5)
    local projected = p:project(g.new)
    for c = 1, 9 do
      local sign = (g.components:row(c) * p.components:row(c):t()):get(1, 1) > 0 and 1 or -1
      assert.is_true(relative_error(g.components:row(c), sign * p.components:row(c)) < 1e-4)
      assert.is_true(relative_error(g.projected:column(c), sign * projected:column(c)) < 1e-4)
    end
    assert.is_true(relative_error(projected:column(2), p:project(g.new, 2):column(2)) < 1e-6)
  end)

  it("explain what they explain, and of themselves their ratio", function()
    local rng = rx.random(1)
    local data = rng:normal(3000, 6) * (rx.matrix { { 5, 0, 0, 0, 0, 0 }, { 0, 3, 0, 0, 0, 0 }, { 0, 0, 1, 0, 0, 0 },
      { 0, 0, 0, 1, 0, 0 }, { 0, 0, 0, 0, 0.5, 0 }, { 0, 0, 0, 0, 0, 0.1 } }) + rx.matrix(1, 6, 100)
    local p = rx.pca(data)
    local ratio = p.ratio:slice(1, 2):sum()
    assert.near((25 + 9) / (25 + 9 + 2 + 0.26), ratio, 0.01)
    local share, shares = p:explained(data, 6)
    assert.are.equal(share, shares[6])
    assert.near(p.ratio:get(1, 1), shares[1], 1e-4)
    assert.near(ratio, shares[2], 1e-4)
    assert.near(1, shares[6], 1e-4)
    local other = rng:normal(3000, 6)
    assert.near(2 / 6, p:explained(other, 2), 0.02)
  end)

  it("have their largest entry positive, so that they come out alike each time", function()
    local p = rx.pca(rx.random(2):normal(100, 5))
    for c = 1, 5 do
      local row = p.components:row(c)
      assert.are.equal(row:abs():max(), row:max())
    end
  end)

  it("answer mistakes", function()
    assert.matches("at least two rows", message(function() rx.pca(rx.matrix(1, 4)) end))
    assert.matches("finite numbers", message(function() rx.pca(rx.matrix { { 1, 0 / 0 }, { 1, 2 } }) end))
    assert.matches("2 x 3 matrix or one to repeat expected, got 1 x 5",
                   message(function() rx.pca(rx.matrix(9, 5)):project(rx.matrix(2, 3)) end))
  end)
end)

describe("a histogram", function()
  it("counts values where they fall, bounds included", function()
    local h = rx.histogram(rx.matrix { { 0, 0.1, 0.5, 0.99, 1, 7 } }, 0, 1, 2)
    assert.are.same({ 2, 3 }, h.count)
    assert.are.same({ 0.25, 0.75 }, h.center)
    assert.are.same({ 2 / 5 / 0.5, 3 / 5 / 0.5 }, h.density)
  end)

  it("diverges from another by the sum of p log p/q", function()
    local p, q = { count = { 1, 3 } }, { count = { 2, 2 } }
    assert.near(0.25 * math.log(0.5) + 0.75 * math.log(1.5), rx.histogram_divergence(p, q), 1e-12)
    assert.are.equal(0, rx.histogram_divergence(p, p))
    assert.near(math.log(1e7), rx.histogram_divergence({ count = { 1, 0 } }, { count = { 0, 1 } }), 1e-9)
  end)
end)

describe("quantiles", function()
  it("lie between neighbours", function()
    local a, b, c = rx.quantile(rx.matrix { { 4, 1, 3, 2, 5 } }, 0, 0.5, 0.9)
    assert.are.same({ 1, 3, 4.6 }, { a, b, c })
  end)

  it("of no numbers are an error", function()
    assert.truthy(message(function() rx.quantile(rx.matrix(0, 1), 0.5) end))
  end)
end)

describe("thinning", function()
  it("keeps rows evenly spaced, from the first on", function()
    local data = rx.matrix { { 1 }, { 2 }, { 3 }, { 4 }, { 5 }, { 6 } }
    assert.are.same({ { 1 }, { 3 }, { 5 } }, rx.thin(data, 3):totable())
    assert.are.equal(data, rx.thin(data, 6))
  end)
end)
