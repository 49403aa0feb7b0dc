-- What the tests of the theory are made of, on systems whose answer is known.
local rx = require "reactivation"
local support = require "tests.spec.support"
local message = support.message

describe("the score of a density", function()
  it("is the slope of its logarithm", function()
    local rng = rx.random(1)
    for _, options in ipairs { {}, { bandwidth = 0.4 }, { weights = rng:uniform(200, 1) } } do
      local d, x, h = rx.kde(rng:normal(200, 3), options), rng:normal(20, 3), 1 / 64
      local score = d:score(x)
      for j = 1, 3 do
        local step = rx.matrix(1, 3)
        step:set(1, j, h)
        local slope = (d:log_density(x + step) - d:log_density(x - step)) / (2 * h)
        assert.is_true((slope - score:column(j)):abs():max() < 2e-3 * score:abs():max())
      end
    end
  end)

  it("of one kernel leads straight to it, however far it is", function()
    local d = rx.kde(rx.matrix { { 1, -2 } }, { bandwidth = 0.1 })
    local expected = rx.matrix { { -300, 0 }, { 0, -10000 } }
    assert.is_true((d:score(rx.matrix { { 4, -2 }, { 1, 98 } }) - expected):abs():max() < 1e-2)
    assert.matches("without 'cyclic'", message(function()
      rx.kde(rx.matrix { { 1 } }, { bandwidth = 0.1, cyclic = true }):score(rx.matrix(1, 1))
    end))
  end)
end)

describe("alignment", function()
  it("is slope, share explained and cosine", function()
    local e = rx.matrix { { 1, 0 }, { 0, 2 } }
    local a = rx.alignment(rx.matrix { { 0.5, 0 }, { 0, 1 } }, e)
    assert.are.same({ 0.5, 1, 1 }, { a.slope, a.explained, a.cosine })
    local b = rx.alignment(rx.matrix { { 0, 1 }, { 0, 0 } }, e)
    assert.are.same({ 0, 0, 0 }, { b.slope, b.explained, b.cosine })
    assert.matches("2 x 2 matrix expected, got 1 x 2", message(function() rx.alignment(e, rx.matrix(1, 2)) end))
    assert.matches("not all 0", message(function() rx.alignment(0 * e, e) end))
  end)

  it("of an ideal denoiser with the score is one", function()
    local rng = rx.random(2)
    local ring = rx.kde(rng:normal(50, 4), { bandwidth = 0.3 })
    local x = rng:normal(30, 4)
    local score = 0.09 * ring:score(x)
    local a = rx.alignment(score, score)
    assert.near(1, a.slope, 1e-6)
    assert.near(1, a.cosine, 1e-6)
  end)
end)

describe("mean states", function()
  it("are the ring that noisy states lie about", function()
    local rng = rx.random(3)
    local bearings = rng:uniform(20000, 1, -math.pi, math.pi)
    local circle = rx.join { bearings:cos(), bearings:sin() }
    local ring, at = rx.mean_states(circle + rng:normal(20000, 2, 0, 0.2), bearings, { points = 24, width = 0.1 })
    local shrunk = math.exp(-0.1 ^ 2 / 2) -- by the kernel
    assert.is_true((ring - shrunk * rx.join { at:cos(), at:sin() }):abs():max() < 0.05)
    assert.matches("no bearing comes near", message(function()
      rx.mean_states(circle:slice(1, 5), 0 * bearings:slice(1, 5))
    end))
  end)
end)

-- Euler's steps of dx = f dt + sqrt(2 D dt) noise.
local function run(f, D, steps, start, rng, fold)
  local x, kept = start, rx.matrix(steps * start.rows, 1)
  for t = 1, steps do
    x = x + f(x) + rng:normal(start.rows, 1, 0, math.sqrt(2 * D))
    if fold then x = fold(x) end
    kept:slice((t - 1) * start.rows + 1, t * start.rows):copy(x)
  end
  return kept:as_sequence(steps)
end

-- The largest difference of two densities over the largest.
local function off(law, density)
  local worst, top, sum = 0, 0, 0
  for b = 1, law.center.cols do sum = sum + density(law.center:get(1, b)) end
  local width = law.center:get(1, 2) - law.center:get(1, 1)
  for b = 1, law.center.cols do
    local p = density(law.center:get(1, b)) / (sum * width)
    worst, top = math.max(worst, math.abs(p - law.density:get(1, b))), math.max(top, p)
  end
  return worst / top
end

describe("the stationary law by Fokker and Planck", function()
  it("of a pulled heading is von Mises", function()
    local rng = rx.random(4)
    local starts = rng:uniform(2000, 1, -math.pi, math.pi)
    local runs = run(function(x) return -0.01 * x:sin() end, 0.01, 30, starts, rng,
                     function(x) return x:wrap() end)
    local law = rx.fokker_planck(runs, { lag = 2, bins = 36, cyclic = true })
    assert.is_true(off(law, function(x) return math.exp(math.cos(x)) end) < 0.15)
    assert.near(0.01, law.diffusion:mean(), 3e-4)
  end)

  it("of a steady turn is even, though it flows", function()
    local rng = rx.random(5)
    local runs = run(function(x) return 0 * x + 0.05 end, 0.01, 30, rng:uniform(2000, 1, -math.pi, math.pi), rng,
                     function(x) return x:wrap() end)
    local law = rx.fokker_planck(runs, { lag = 1, bins = 12, cyclic = true })
    assert.is_true(off(law, function() return 1 end) < 0.1)
    assert.near(0.05, law.drift:mean(), 2e-3)
  end)

  it("of a double well has both wells, from runs that never crossed", function()
    local rng = rx.random(6)
    local function pull(x) return 0.05 * (x - x:mul(x):mul(x)) end
    local runs = run(pull, 0.005, 10, rng:uniform(60000, 1, -1.6, 1.6), rng)
    local law = rx.fokker_planck(runs, { lag = 1, bins = 24, box = 3.2 })
    -- between the outermost bins, over which some moves leave
    local worst = off(law, function(x) return math.exp(10 * (x * x / 2 - x ^ 4 / 4)) end)
    assert.is_true(worst < 0.2)
  end)

  it("answers mistakes", function()
    local s = rx.random(7):normal(20, 1):as_sequence(10)
    local function law(...)
      local arguments = table.pack(...)
      return message(function() rx.fokker_planck(table.unpack(arguments, 1, arguments.n)) end)
    end
    assert.matches("sequence of at least 21 steps", law(s))
    assert.matches("too few, or all alike", law(s, { lag = 1, bins = 36 }))
    assert.matches("one coordinate", law(rx.matrix(20, 2):as_sequence(10), { lag = 1 }))
    assert.matches("bad option 'bins'", law(s, { lag = 1, bins = 1 }))
  end)
end)
