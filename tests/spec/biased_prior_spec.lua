-- Whether a prior is visited at rest: the measures, on systems whose answer is known, and the experiment.
local cjson = require "cjson"
local heading = require "krishna2024.heading"
local prior = require "krishna2024.prior"
local rx = require "reactivation"
local support = require "tests.spec.support"

-- exp(concentration cos x) over its integral, at the bins' centres
local function von_mises(concentration)
  local law, sum = {}, 0
  for b, x in ipairs(prior.centers) do
    law[b] = math.exp(concentration * math.cos(x))
    sum = sum + law[b] * 2 * math.pi / prior.bins
  end
  for b, p in ipairs(law) do law[b] = p / sum end
  return law
end

local function worst(a, b)
  local most = 0
  for i, x in ipairs(a) do most = math.max(most, math.abs(x - b[i])) end
  return most
end

-- A walk on the circle: each step goes along the score of a von Mises density, times `gain`, with noise of
-- variance `factor` times that. In the long run its density is that to the power 2 / factor.
local function walk(concentration, gain, factor, steps, start, rng)
  local x, kept = start, rx.matrix(steps * start.rows, 1)
  for t = 1, steps do
    x = (x - gain * concentration * x:sin() + rng:normal(x.rows, 1, 0, math.sqrt(factor * gain))):wrap()
    kept:slice((t - 1) * x.rows + 1, t * x.rows):copy(x)
  end
  return kept:as_sequence(steps)
end

describe("a law of bearings", function()
  local law = von_mises(1.5)

  it("to a power is of the same family", function()
    for factor, concentration in pairs { [2] = 1.5, [1] = 3, [4] = 0.75 } do
      local expected = prior.expected(law, factor)
      assert.is_true(worst(von_mises(concentration), expected) < 1e-12)
      assert.near(2 / factor, prior.exponent(expected, law), 1e-12)
    end
    -- I1(1.5) / I0(1.5)
    assert.near(0.9816664285779076 / 1.646723189772891, prior.mean_cosine(law), 1e-9)
  end)

  it("has the score of its logarithm", function()
    local score, exact = prior.score(law), {}
    for b, x in ipairs(prior.centers) do exact[b] = -1.5 * math.sin(x) end
    assert.is_true(worst(exact, score) < 0.02)
  end)

  it("is counted from bearings, and describes them better than an even one", function()
    local rng = rx.random(1)
    local even = prior.law(rng:uniform(200000, 1, -math.pi, math.pi))
    assert.is_true(worst(von_mises(0), even) < 0.01)
    assert.near(0, prior.gain(even, von_mises(0)), 1e-9)
    assert.is_true(prior.gain(law, law) > 0.3 and prior.gain(even, law) < -0.3)
    assert.is_true(math.abs(prior.exponent(even, law)) < 0.02)
    assert.is_true(prior.law(rx.matrix(10, 1))[1] > 0) -- nobody came by, and yet it has a logarithm
  end)
end)

describe("a walk whose law at rest is known", function()
  local law = von_mises(1.5)

  for factor = 1, 2 do
    it("shows it in long runs from even starts, and short runs foretell it: noise variance x " .. factor, function()
      local rng = rx.random(factor)
      local long = walk(1.5, 0.01, factor, 2000, prior.even(400), rng)
      local visited = prior.law(prior.part(long, 1001, 2000))
      assert.near(2 / factor, prior.exponent(visited, law), 0.15)
      assert.near(prior.mean_cosine(prior.expected(law, factor)), prior.mean_cosine(visited), 0.03)

      local short = walk(1.5, 0.002, factor, 60, prior.even(4000), rng)
      local flow = rx.fokker_planck(short, { lag = 20, bins = prior.bins, cyclic = true })
      assert.near(2 / factor, prior.exponent(flow.density:totable()[1], law), 0.15)
      assert.near(0.002, prior.slope(flow.drift:totable()[1], prior.score(law)), 2e-4)
      assert.near(0.001 * factor, flow.diffusion:mean(), 1e-4)
    end)
  end

  it("is that of the theory's own network", function()
    local settings = { radius = 1.2, sigma = 0.7, dt = 0.02, rng = rx.random(3) }
    local net, decoder = prior.ideal(law, settings)
    local start = prior.even(300)
    for factor = 1, 2 do
      local bearings = rx.decoded(net, decoder, {
        init = rx.join { start:cos(), start:sin() }, steps = 2000, sigma = math.sqrt(factor) * settings.sigma,
      })
      local visited = prior.law(prior.part(bearings, 1001, 2000))
      assert.near(2 / factor, prior.exponent(visited, law), 0.25)
      assert.near(prior.mean_cosine(prior.expected(law, factor)), prior.mean_cosine(visited), 0.05)
    end
  end)
end)

describe("bearings", function()
  it("are read without steps from the activity of cells", function()
    local cells = rx.head_direction_cells { cells = 33, width = math.pi / 6 }
    local truth = rx.random(4):uniform(500, 1, -math.pi, math.pi)
    local off = (heading.decoder:decode(cells:encode(truth)) - truth):wrap():abs()
    assert.is_true(off:max() < 1e-5)
  end)

  it("that a ring goes around once make a radian of it as long as its radius", function()
    local circle = rx.cell {
      name = "follows a bearing", state = { "r" }, weights = function() return {} end,
      step = function(_, s, x)
        local turned = s.r * rx.matrix { { 0, 1 }, { -1, 0 } }
        return { r = s.r:mul(x:cos()) + turned:mul(x:sin()) }
      end,
    }
    local task = rx.tasks.head_direction { steps = 20, cells = 65 }
    local net = circle { inputs = 1, units = 2, outputs = 65, init = 65, sigma = 1e-3, rng = rx.random(5) }
    local preferred = 2 * math.pi / 64 * (rx.matrix(65, 1, 1):cumsum() - 1) - math.pi
    local bump = task.cells:encode(rx.matrix(1, 1)):sum()
    net.weights.encoder:copy((rx.join { preferred:cos(), preferred:sin() }):t() / bump)
    local speed = prior.ring_speed(net, task, rx.random(6))
    local own = (net:forward(task:batch(50, rx.random(7))) ^ 2):sum("columns"):sqrt():mean()
    assert.near(1, speed / own, 0.05)
  end)
end)

describe("the experiment", function()
  local folder, remove, printed, status
  setup(function()
    folder, remove = support.scratch()
    printed, status = support.run(("cd %s && OMP_NUM_THREADS=1 %s --units 32 --batches 400 --each 2 --steps 400 " ..
                                   "--at-once 1"):format(folder, support.experiment "biased_prior"))
  end)
  teardown(function() remove() end)

  it("trains a pair of networks for each seed, and draws what they visit", function()
    assert.are.equal(0, status, printed)
    assert.matches("pulled less control", printed)
    assert.matches("\nfigure: results/biased_prior/tonic%-units32%-batches400%-steps400/biased_prior.svg\n$", printed)
    local out = folder .. "/results/biased_prior/tonic-units32-batches400-steps400"
    local numbers = cjson.decode(support.read(out .. "/numbers.json"))
    for i = 1, #numbers, 4 do
      local pulled, control, apart, ideal = table.unpack(numbers, i, i + 3)
      assert.are.same({ 2, 2, 2, 1 }, { #pulled.values, #control.values, #apart.values, #ideal.values })
      for k = 1, 2 do assert.near(pulled.values[k] - control.values[k], apart.values[k], 1e-9) end
    end
    local picture = support.read(out .. "/biased_prior.svg")
    for letter in ("abcdef"):gmatch(".") do assert.is_truthy(picture:find(">" .. letter .. "<", 1, true), letter) end
  end)
end)
