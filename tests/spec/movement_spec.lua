local rx = require "reactivation"
local support = require "tests.spec.support"
local message = support.message

local function walk(steps, trials, dims, rng, sd)
  return rng:normal(steps * trials, dims, 0, sd):as_sequence(steps):cumsum()
end

describe("movement", function()
  it("of a random walk on a circle", function()
    local rng = rx.random(1)
    local m = rx.movement(walk(500, 200, 1, rng, 0.05):wrap(), { cyclic = true, window = 50 })
    assert.near(0.05 * math.sqrt(2 / math.pi), m.step, 1e-3)
    assert.near(0.6745 * 0.05 * math.sqrt(5), m.speed, 2e-3)
    assert.near(0.5, m.reversals, 0.01)
    assert.near(1, m.exponent, 0.05)
    -- the largest of a random walk's distances from 0 in n steps: sqrt(pi n / 2), less some for whole steps
    assert.near(0.05 * math.sqrt(math.pi * 49 / 2), m.reach, 0.03)
    assert.is_true(math.abs(m.turning_z) < 4)
    assert.near(0.05 / math.sqrt(499 * 200), m.turning_error, 2e-5)
  end)

  it("that goes one way", function()
    local line = rx.matrix(101 * 2, 1, 0.1):as_sequence(101):cumsum():wrap()
    local m = rx.movement(line, { cyclic = true })
    assert.near(0.1, m.turning, 1e-6)
    assert.near(0.5, m.speed, 1e-5)
    assert.near(9.9, m.reach, 1e-4)
    assert.are.equal(0, m.reversals)
    assert.are.equal(1, m.coverage)
    assert.near(2, m.exponent, 1e-4)
  end)

  it("on a plane knows no turning", function()
    local rng = rx.random(2)
    local m = rx.movement(walk(60, 10, 2, rng, 0.1), { box = 20, bins = 4 })
    assert.is_nil(m.turning)
    assert.is_true(m.coverage < 0.3 and m.coverage > 0.05)
    local still = rx.movement(rx.matrix(60, 2):as_sequence(30))
    assert.are.equal(0, still.step + still.speed + still.reach)
    assert.is_nil(still.exponent)
  end)

  it("answers mistakes", function()
    local s = walk(5, 2, 1, rx.random(3), 1)
    assert.matches("sequence of at least 6 steps expected", message(function() rx.movement(s) end))
    assert.matches("sequence of at least", message(function() rx.movement(s:slice(1, 10)) end))
    assert.matches("unknown option 'step'", message(function() rx.movement(s, { step = 3 }) end))
  end)
end)

describe("both phases side by side", function()
  local rng = rx.random(4)
  local function phase(sd, trials)
    local first = rng:uniform(trials, 1, -math.pi, math.pi)
    local decoded = (walk(120, trials, 1, rng, sd) + first):wrap()
    local angle = rx.join { decoded:cos(), decoded:sin() }
    return { decoded = decoded, states = angle }
  end

  it("agree within the floor where they are of one law", function()
    local c = rx.compare_phases(phase(0.05, 100), phase(0.05, 100), { cyclic = true, rng = rng })
    assert.is_true(math.abs(c.awake.speed - c.asleep.speed) < 4 * c.floor.speed + 2e-3)
    assert.is_true(c.kl < 3 * c.floor.kl + 0.02)
    assert.is_true(c.wasserstein < 3 * c.floor.wasserstein + 0.02)
    assert.near(1, c.size, 1e-5)
  end)

  it("differ where they do", function()
    local asleep = phase(0.2, 100)
    asleep.states = 0.5 * asleep.states
    local awake = phase(0.05, 100)
    local c = rx.compare_phases(awake, asleep, { cyclic = true, rng = rng })
    assert.near(4, c.asleep.speed / c.awake.speed, 0.4)
    assert.near(0.5, c.size, 1e-5)
    local moments = { decoded = asleep.decoded, moments = rx.moments(asleep.states) }
    assert.near(0.5, rx.compare_phases(awake, moments, { cyclic = true, rng = rng, times = 1 }).size, 1e-4)
    assert.are.equal(3, #c.columns)
    for _, row in ipairs(c.rows) do assert.are.equal(3, #row[2]) end
    local names = {}
    for _, row in ipairs(c.rows) do names[row[1]] = true end
    assert.is_true(names["size of states, over waking"] and names["net turning a step"])
    assert.matches("table with a sequence 'decoded'",
                   message(function() rx.compare_phases(awake, 3, { rng = rng }) end))
    assert.matches("bad option 'rng'", message(function() rx.compare_phases(awake, awake, {}) end))
  end)
end)
