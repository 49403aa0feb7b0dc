local rx = require "reactivation"
local support = require "tests.spec.support"
local golden, message, relative_error = support.golden, support.message, support.relative_error

local function whole(list)
  for i, x in ipairs(list) do list[i] = math.tointeger(x) end
  return list
end

local function walk(steps, trials, dims, rng)
  return rng:normal(steps * trials, dims):as_sequence(steps):cumsum()
end

describe("mean squared displacement", function()
  local g = golden("paths")

  it("is that of the reference data, on a plane and on a circle", function()
    for name, cyclic in pairs { plane = false, circle = true } do
      local lags = whole(g[name].lags:totable()[1])
      local squares = rx.mean_squared_displacement(g[name].sequence, { lags = lags, cyclic = cyclic })
      assert.is_true(relative_error(g[name].mean_squared_displacement, squares) < 1e-5)
    end
  end)

  it("grows as the lag in a random walk, as its square along a line, and not at all at one place", function()
    local rng = rx.random(1)
    local squares, power, lags = rx.mean_squared_displacement(walk(400, 500, 2, rng), { lags = { 1, 10, 100 } })
    assert.near(1, power, 0.02)
    assert.near(2, squares:get(1, 1), 0.02)
    assert.are.same({ 1, 10, 100 }, lags)
    local line = rx.matrix(100 * 3, 1, 0.5):as_sequence(100):cumsum()
    assert.near(2, select(2, rx.mean_squared_displacement(line)), 1e-4)
    -- around the circle, again and again
    assert.near(2, select(2, rx.mean_squared_displacement(line:wrap(), { cyclic = true })), 1e-4)
    local around, places = rng:normal(1000, 1):as_sequence(100), select(2, rx.mean_squared_displacement(line * 0))
    assert.near(0, select(2, rx.mean_squared_displacement(around)), 0.05)
    assert.is_nil(places)
    assert.is_nil(select(2, rx.mean_squared_displacement(around, { lags = { 3 } })))
  end)

  it("answers mistakes", function()
    local s = walk(10, 2, 1, rx.random(2))
    local function msd(...)
      local arguments = table.pack(...)
      return message(function() rx.mean_squared_displacement(table.unpack(arguments, 1, arguments.n)) end)
    end
    assert.matches("sequence of at least 2 steps expected, got 20 x 1", msd(s:slice(1, 20)))
    assert.matches("bad option 'lags' .*1 to 9 expected, got 10", msd(s, { lags = { 10 } }))
    assert.matches("bad option 'lags'", msd(s, { lags = 3 }))
    assert.matches("bad option 'lags' %(at least one", msd(s, { lags = {} }))
    assert.matches("bad option 'lags'", msd(s, { lags = { 1, nil, 2 } }))
    assert.matches("unknown option 'cyclick'", msd(s, { cyclick = true }))
    s:set(3, 1, 0 / 0)
    assert.matches("finite numbers expected", msd(s))
  end)
end)

describe("the circular mean", function()
  it("is that of the reference data", function()
    local g = golden("paths")
    for _, data in ipairs { { g.circle, "sequence" }, { g.bearings, "bearings" } } do
      local mean, length = rx.circular_mean(data[1][data[2]])
      assert.near(data[1].circular_mean, mean, 1e-5)
      assert.near(data[1].resultant_length, length, 1e-6)
    end
  end)

  it("knows that angles go around", function()
    local mean, length = rx.circular_mean(rx.matrix { { 3.1, -3.1 } })
    assert.near(math.pi, math.abs(mean), 1e-6)
    assert.near(math.cos(math.pi - 3.1), length, 1e-6)
    assert.near(0, select(2, rx.circular_mean(rx.matrix { { 0, math.pi } })), 1e-6)
    assert.matches("finite numbers", message(function() rx.circular_mean(rx.matrix { { 0 / 0 } }) end))
    assert.matches("at least one", message(function() rx.circular_mean(rx.matrix(0, 1)) end))
  end)
end)

describe("the Wasserstein distance", function()
  it("is that of the reference data, along each direction", function()
    local g = golden("paths").wasserstein
    local distance, each = rx.wasserstein(g.a, g.b, { directions = g.directions })
    assert.near(g.distance, distance, 1e-6)
    assert.is_true(relative_error(g.each, each) < 1e-6)
  end)

  it("is the distance by which points were moved", function()
    local rng = rx.random(3)
    local a = rng:normal(500, 1)
    assert.near(2.5, rx.wasserstein(a, a + 2.5), 1e-5)
    assert.are.equal(0, rx.wasserstein(a, a))
    assert.near(0.75, rx.wasserstein(rx.matrix { { 0 } }, rx.matrix { { 0 }, { 1 }, { 1 }, { 1 } }), 1e-6)
    local b = rng:normal(500, 2)
    -- along a direction at angle t the move is |cos t|: 2/pi on average
    local distance = rx.wasserstein(b, b + rx.matrix { { 3, 0 } }, { directions = 4000, rng = rng })
    assert.near(6 / math.pi, distance, 0.05)
    local scaled = rx.wasserstein(b, 2 * b, { directions = rx.matrix { { 5, 0 } } })
    assert.near(rx.wasserstein(b, 2 * b, { directions = rx.matrix { { 1, 0 } } }), scaled, 1e-6)
  end)

  it("answers mistakes", function()
    local a = rx.matrix(3, 2, 1)
    local function distance(...)
      local arguments = table.pack(...)
      return message(function() rx.wasserstein(table.unpack(arguments, 1, arguments.n)) end)
    end
    assert.matches("any x 2 matrix expected, got 3 x 1", distance(a, rx.matrix(3, 1), { rng = rx.random(1) }))
    assert.matches("bad option 'rng'", distance(a, a))
    assert.matches("bad option 'directions' .*2 columns", distance(a, a, { directions = rx.matrix(3, 3, 1) }))
    assert.matches("bad option 'directions'", distance(a, a, { directions = 0 }))
    assert.matches("not 0", distance(a, a, { directions = rx.matrix(3, 2) }))
    assert.matches("at least one point", distance(a, rx.matrix(0, 2), { rng = rx.random(1) }))
    assert.matches("finite", distance(a / 0, a, { rng = rx.random(1) }))
  end)
end)

describe("coverage", function()
  it("is that of the reference data", function()
    local g = golden("paths").plane
    assert.near(g.coverage, (rx.coverage(g.sequence, { box = g.box, bins = math.tointeger(g.bins) })), 1e-6)
  end)

  it("counts both walls, and says what lies outside", function()
    local corners = rx.matrix { { 1.1, 1.1 }, { -1.1, -1.1 }, { 1.1, -1.1 }, { -1.1, 1.1 }, { 1.2, 0 } }
    local share, outside = rx.coverage(corners, { box = 2.2, bins = 2 })
    assert.are.equal(1, share)
    assert.near(0.2, outside, 1e-9)
    assert.are.equal(1, (rx.coverage(rx.matrix { { 3 }, { -0.1 } }, { cyclic = true, bins = 2 })))
    assert.are.equal(0.5, (rx.coverage(rx.matrix { { 4 }, { -0.1 } }, { cyclic = true, bins = 2 })))
    assert.are.equal(0.125, (rx.coverage(rx.matrix { { 0, 0, 0 } }, { bins = 2 })))
  end)
end)
