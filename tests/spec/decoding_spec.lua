local rx = require "reactivation"
local support = require "tests.spec.support"
local message = support.message

describe("linear decoding", function()
  it("finds what activity says, and no more", function()
    local rng = rx.random(1)
    local truth = rng:uniform(2000, 2, -1, 1)
    local activity = truth * rng:normal(2, 30) + rng:normal(2000, 30, 0, 0.1)
    local decoder = rx.linear_decoder(activity, truth)
    assert.is_true(decoder.error < 0.05)
    assert.near(0.765, decoder.blind, 0.03) -- from the centre of a square of half side 1
    local none = rx.linear_decoder(rng:normal(2000, 30), truth)
    assert.is_true(none.error > 0.98 * none.blind)
  end)

  it("knows that angles go around", function()
    local rng = rx.random(2)
    local truth = rng:normal(2000, 1, math.pi, 0.5):wrap()
    local cells = rx.head_direction_cells { cells = 20, width = math.pi / 4 }
    local decoder = rx.linear_decoder(cells:encode(truth), truth, { cyclic = true, penalty = 1e-3 })
    assert.is_true(decoder.error < 0.02)
    assert.near(0.5 * math.sqrt(2 / math.pi), decoder.blind, 0.02)
  end)
end)

describe("Bayesian decoding", function()
  it("of Poisson counts is as sharp as the counts allow", function()
    local rng = rx.random(3)
    local truth = rng:uniform(4000, 1, -math.pi, math.pi)
    local cells = rx.head_direction_cells { cells = 40, width = math.pi / 6 }
    local rates = 20 * cells:encode(truth)
    -- counts by the normal law that they come close to
    local counts = (rates + rates:sqrt():mul(rng:normal(4000, 40))):abs()
    local decoder = rx.bayesian_decoder(counts, truth, { cyclic = true, noise = "poisson", bins = 90 })
    -- by Fisher's information sum f'^2/f = sum of rates sin^2 / width^4
    local kappa = 1 / (math.pi / 6) ^ 2
    local information = 0
    for i = 1, 40 do
      local x = 2 * math.pi * i / 40
      information = information + 20 * math.exp(kappa * (math.cos(x) - 1)) * (kappa * math.sin(x)) ^ 2
    end
    local least = math.sqrt(2 / math.pi / information)
    assert.is_true(decoder.error > 0.9 * least and decoder.error < 1.5 * least)
    local _, posterior = decoder.predict(counts:slice(1, 5))
    assert.near(5, posterior:sum(), 1e-4)
    assert.are.equal(decoder.centers.rows, posterior.cols)
  end)

  it("on a plane, of Gaussian units", function()
    local rng = rx.random(4)
    local truth = rng:uniform(4000, 2, -1, 1)
    local cells = rx.place_cells { centers = rng:uniform(50, 2, -1, 1), width = 0.3, tuning = "gaussian" }
    local activity = cells:encode(truth) + rng:normal(4000, 50, 0, 0.05)
    local decoder = rx.bayesian_decoder(activity, truth, { box = 2, bins = 16 })
    assert.is_true(decoder.error < 0.06 and decoder.blind > 0.7)
    local noise = rx.bayesian_decoder(rng:normal(4000, 50), truth, { box = 2, bins = 8 })
    assert.is_true(noise.error > 0.95 * noise.blind)
  end)

  it("answers mistakes", function()
    local rng = rx.random(5)
    local x, y = rng:normal(50, 3), rng:uniform(50, 1)
    local function decoder(...)
      local arguments = table.pack(...)
      return message(function() rx.bayesian_decoder(table.unpack(arguments, 1, arguments.n)) end)
    end
    assert.matches("rates of at least 0 expected", decoder(x, y, { noise = "poisson" }))
    assert.matches("bad option 'noise'", decoder(x, y, { noise = "poison" }))
    assert.matches("matrix of 50 rows expected, got 49 x 1", decoder(x, rng:uniform(49, 1)))
    assert.matches("matrix of 1 column expected", decoder(x, rng:uniform(50, 2), { cyclic = true }))
    assert.matches("no position lies within", decoder(x, y + 5))
    assert.matches("matrix of 1 column", message(function() rx.linear_decoder(x, x, { cyclic = true }) end))
  end)
end)
