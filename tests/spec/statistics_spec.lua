local rx = require "reactivation"
local message = require("tests.spec.support").message

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
