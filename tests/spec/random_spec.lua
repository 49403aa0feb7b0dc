local rx = require "reactivation"
local support = require "tests.spec.support"
local message, same = support.message, support.same

local N = 1000000

-- Mean, variance, third and fourth standardized moment.
local function moments(x)
  local mean = x:mean()
  local off = x - mean
  local square = off:mul(off)
  local variance = square:mean()
  return mean, variance, square:mul(off):mean() / variance ^ 1.5, square:mul(square):mean() / variance ^ 2
end

describe("a generator", function()
  it("gives the same numbers for the same seed and position", function()
    local a, b = rx.random(7), rx.random(7)
    assert.is_true(same(a:normal(10, 10), b:normal(10, 10)))
    assert.is_true(same(a:normal(3, 3), rx.random(7, b.position):normal(3, 3)))
    b:seek(0)
    assert.is_true(same(rx.random(7):uniform(5, 1), b:uniform(5, 1)))
    assert.is_false(same(rx.random(7):normal(10, 10), rx.random(8):normal(10, 10)))
  end)

  it("gives the same numbers on one thread and on two", function()
    local threads = rx.threads()
    local draws = {}
    for n = 1, 2 do
      rx.threads(n)
      local rng = rx.random(1)
      draws[n] = { rng:normal(1000, 77), rng:uniform(333, 100), rng:rayleigh(1000, 50) }
    end
    rx.threads(threads)
    for i = 1, 3 do assert.is_true(same(draws[1][i], draws[2][i])) end
  end)

  it("moves on by what it gave, so that no number comes twice", function()
    local rng = rx.random(2)
    local first, second = rng:uniform(1, 65), rng:uniform(1, 65)
    assert.are.equal(4, rng.position)
    assert.is_false(same(first, second))
    local together = rx.random(2):uniform(1, 256)
    for j = 1, 65 do
      assert.are.equal(together:get(1, j), first:get(1, j))
      assert.are.equal(together:get(1, 128 + j), second:get(1, j))
    end
  end)

  it("draws Philox 4x32-10: the words of its published test vector", function()
    -- Random123's known answer for counter 0 and key 0: 6627e8d5 e169c58d bc57ac4c 9b00dbd8
    local u = rx.random(0):uniform(1, 64)
    local words = { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 }
    for w, word in ipairs(words) do
      assert.are.equal((word >> 8) / 2 ^ 24, u:get(1, 1 + 16 * (w - 1)))
    end
  end)

  -- Bounds are five standard errors of each moment for a million draws.
  it("is uniform with the right moments", function()
    local u = rx.random(3):uniform(N, 1, -1, 3)
    local mean, variance, skewness, kurtosis = moments(u)
    assert.near(1, mean, 0.006)
    assert.near(16 / 12, variance, 0.006)
    assert.near(0, skewness, 0.006)
    assert.near(1.8, kurtosis, 0.006)
    assert.is_true(u:min() >= -1 and u:max() <= 3)
  end)

  it("is normal with the right moments and tails", function()
    local z = rx.random(4):normal(N, 1)
    local mean, variance, skewness, kurtosis = moments(z)
    assert.near(0, mean, 0.005)
    assert.near(1, variance, 0.0071)
    assert.near(0, skewness, 0.0123)
    assert.near(3, kurtosis, 0.0245)
    assert.near(0.0455, z:abs():gt(2):mean(), 0.0011)
    assert.near(0.00270, z:abs():gt(3):mean(), 0.00026)
    assert.near(6.33e-5, z:abs():gt(4):mean(), 4e-5)
    local shifted = rx.random(4):normal(N, 1, 10, 0.5)
    assert.near(10, shifted:mean(), 0.0025)
  end)

  it("is Rayleigh with the right moments", function()
    local mean, variance = moments(rx.random(5):rayleigh(N, 1, 2))
    assert.near(2 * math.sqrt(math.pi / 2), mean, 0.0066)
    assert.near(4 * (4 - math.pi) / 2, variance, 0.014)
  end)

  it("draws numbers that do not know of each other", function()
    local x = rx.random(6):normal(1, N)
    for _, lag in ipairs { 1, 2, 15, 16, 17, 32, 48, 64, 128 } do
      local n = N - lag
      local a, b = x:t():slice(1, n), x:t():slice(1 + lag, N)
      assert.near(0, a:mul(b):mean(), 0.005)                         -- values
      assert.near(1, a:mul(a):mul(b:mul(b)):mean(), 0.02)            -- and squares
    end
    local other = rx.random(7):normal(1, N)
    assert.near(0, x:mul(other):mean(), 0.005)
  end)

  it("answers mistakes in the words of Lua", function()
    local rng = rx.random(0)
    assert.matches("number expected, got no value", message(function() rx.random() end))
    assert.matches("standard deviation of at least 0", message(function() rng:normal(1, 1, 0, -1) end))
    assert.matches("upper bound is below", message(function() rng:uniform(1, 1, 2, 1) end))
    assert.matches("finite number expected", message(function() rng:normal(1, 1, 0 / 0) end))
    assert.matches("scale of at least 0", message(function() rng:rayleigh(1, 1, -1) end))
    assert.matches("position from 0", message(function() rng:seek(-1) end))
    assert.matches("whole number of at least 0", message(function() rng:normal(-1, 1) end))
  end)
end)
