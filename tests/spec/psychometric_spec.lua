local rx = require "reactivation"
local normal = require "reactivation.analysis.normal"
local support = require "tests.spec.support"
local message = support.message

-- Numbers of choices at some stimuli as two columns.
local function choices_at(levels)
  local stimulus, choices = {}, {}
  for _, level in ipairs(levels) do
    local x, yes, total = table.unpack(level)
    for i = 1, total do
      stimulus[#stimulus + 1], choices[#choices + 1] = { x }, { i <= yes and 1 or -1 }
    end
  end
  return rx.matrix(stimulus), rx.matrix(choices)
end

describe("the normal distribution", function()
  -- Abramowitz and Stegun, Table 26.1 and 26.2; the last one by 1 / (x + 1 / (x + 2 / (x + ...)))
  local BELOW = { [0] = 0.5, [1] = 0.841344746068543, [2] = 0.977249868051821, [3] = 0.998650101968370,
                  [5] = 0.999999713348428, [-1] = 0.158655253931457, [-3] = 1.349898031630095e-3,
                  [-5] = 2.866515718791939e-7, [-10] = 7.619853024160527e-24 }

  it("is that of tables, in its tails as well", function()
    for x, below in pairs(BELOW) do
      assert.near(1, normal.below(x) / below, 1e-13, x)
      assert.near(0, normal.log_below(x) - math.log(below), 1e-12)
    end
    assert.near(-804.608442, normal.log_below(-40), 1e-6)
  end)

  it("has the slope that its logarithm has, on both sides of where the tail begins", function()
    for _, x in ipairs { -30, -3.001, -2.999, -1, 0, 2, 4, 30 } do
      local h = 1e-5
      local slope = (normal.log_below(x + h) - normal.log_below(x - h)) / (2 * h)
      assert.near(slope, normal.slope(x), 1e-6 * (1 + math.abs(slope)))
    end
  end)
end)

describe("a psychometric function", function()
  it("goes through the shares of two stimuli", function()
    local stimulus, choices = choices_at { { -1, 10, 100 }, { 3, 250, 400 } }
    local fit = assert(rx.psychometric(stimulus, choices))
    assert.near(0.1, fit.probability(-1), 1e-9)
    assert.near(0.625, fit.probability(3), 1e-9)
    assert.near(0.5, fit.probability(fit.mean), 1e-12)
    assert.near(normal.below(1), fit.probability(fit.mean + fit.sd), 1e-12)
    local log = 10 * math.log(0.1) + 90 * math.log(0.9) + 250 * math.log(0.625) + 150 * math.log(0.375)
    assert.near(log, fit.log_likelihood, 1e-9)
  end)

  -- Bliss (1935), deaths of beetles by the logarithm of a dose. Dobson, An introduction to generalized linear
  -- models: intercept -34.94 (2.65), slope 19.73 (1.49)
  it("is the probit regression of a textbook", function()
    local stimulus, choices = choices_at {
      { 1.6907, 6, 59 }, { 1.7242, 13, 60 }, { 1.7552, 18, 62 }, { 1.7842, 28, 56 },
      { 1.8113, 52, 63 }, { 1.8369, 53, 59 }, { 1.8610, 61, 62 }, { 1.8839, 60, 60 },
    }
    local fit = assert(rx.psychometric(stimulus, choices))
    assert.near(19.73, 1 / fit.sd, 0.01)
    assert.near(-34.94, -fit.mean / fit.sd, 0.01)
    assert.near(1.49, fit.sd_error / fit.sd ^ 2, 0.01)
    assert.are.same({ 8, 3 }, { fit.shares.rows, fit.shares.cols })
    assert.near(28 / 56, fit.shares:get(4, 2), 1e-6)
    assert.are.equal(62, fit.shares:get(7, 3))
  end)

  it("finds the curve that choices were drawn from, as often as its errors say", function()
    local rng, off_mean, off_sd, n = rx.random(1), 0, 0, 100
    for _ = 1, n do
      local stimulus = rng:uniform(200, 1, -1, 2)
      local fit = rx.psychometric(stimulus, (stimulus + rng:normal(200, 1, 0, 0.4)):gt(0.3))
      off_mean = off_mean + ((fit.mean - 0.3) / fit.mean_error) ^ 2
      off_sd = off_sd + ((fit.sd - 0.4) / fit.sd_error) ^ 2
    end
    assert.near(1, off_mean / n, 5 * math.sqrt(2 / n))
    assert.near(1, off_sd / n, 5 * math.sqrt(2 / n))
  end)

  it("may fall, and lie far from 0", function()
    local stimulus, choices = choices_at { { 1e6, 90, 100 }, { 1e6 + 1, 50, 100 }, { 1e6 + 2, 10, 100 } }
    local fit = rx.psychometric(stimulus, choices)
    assert.near(1e6 + 1, fit.mean, 1e-6)
    assert.near(0.9, fit.probability(1e6), 1e-6)
    assert.is_true(fit.sd < 0)
  end)

  it("says when no curve is the most likely", function()
    local function problem(levels)
      local fit, text = rx.psychometric(choices_at(levels))
      assert.is_nil(fit)
      return text
    end
    assert.matches("all choices are the same", problem { { 0, 0, 5 }, { 1, 0, 5 } })
    assert.matches("every steep enough slope fits", problem { { 0, 0, 5 }, { 1, 5, 5 } })
    assert.matches("every steep enough slope fits", problem { { 0, 5, 5 }, { 1, 2, 5 }, { 2, 0, 5 } })
    assert.matches("every steep enough slope fits", problem { { 0, 2, 5 } })
  end)

  it("answers mistakes with the line of the caller", function()
    local column = rx.matrix(3, 1, 1)
    assert.matches("psychometric_spec.lua:%d+: bad argument #2 to 'psychometric' %(3 x 1 matrix expected",
                   message(function() rx.psychometric(column, rx.matrix(2, 1)) end))
    assert.matches("psychometric_spec.lua:%d+: bad argument #1 to 'psychometric' %(n x 1 matrix expected",
                   message(function() rx.psychometric(rx.matrix(3, 2), column) end))
    assert.matches("#1 to 'psychometric' %(finite numbers expected, got %-?nan",
                   message(function() rx.psychometric(0 / 0 * column, column) end))
    assert.matches("psychometric_spec.lua:%d+: bad argument #2 to 'psychometric' %(1 or, for the other, 0 or %-1 " ..
                   "expected, got 2", message(function() rx.psychometric(column, 2 * column) end))
  end)
end)
