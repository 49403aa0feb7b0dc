local rx = require "reactivation"
local support = require "tests.spec.support"
local golden, message, relative_error = support.golden, support.message, support.relative_error

-- The largest difference, where both are NaN or neither; infinite where only one is.
local function apart(expected, actual)
  assert.are.same({ expected.rows, expected.cols }, { actual.rows, actual.cols })
  local worst, a, b = 0, expected:totable(), actual:totable()
  for i, row in ipairs(a) do
    for j, x in ipairs(row) do
      local y = b[i][j]
      if (x ~= x) ~= (y ~= y) then return math.huge end
      if x == x then worst = math.max(worst, math.abs(x - y)) end
    end
  end
  return worst
end

describe("rate maps", function()
  local g = golden("maps")
  local maps = rx.rate_maps(g.positions, g.activity, { box = g.box, bins = math.tointeger(g.bins) })

  it("are those of the reference data", function()
    assert.are.equal(0, apart(g.occupancy, maps.occupancy))
    assert.are.same({ 4, 20 }, { maps.rates.steps, maps.rates.batch })
    assert.is_true(apart(g.rates, maps.rates) < 1e-6)
    assert.are.equal(0, maps.outside)
  end)

  it("tell about place as the reference data", function()
    assert.is_true(relative_error(g.spatial_information, rx.spatial_information(maps)) < 1e-5)
  end)

  it("of one place say log2 of how many there are", function()
    local positions = rx.matrix { { -0.5, -0.5 }, { 0.5, -0.5 }, { -0.5, 0.5 }, { 0.5, 0.5 } }
    local activity = rx.matrix { { 3, 1, 0 }, { 0, 1, 0 }, { 0, 1, 0 }, { 0, 1, 0 } }
    local two = rx.rate_maps(positions, activity, { box = 2, bins = 2 })
    assert.are.same({ { 2, 0, 0 } }, rx.spatial_information(two):totable())
    assert.are.same({ { 3, 0 }, { 0, 0 } }, two.rates:at(1):totable())
  end)

  it("have the bins that a person sees", function()
    local edges = rx.matrix { { 0.7, 0 }, { 0.3, 0 }, { 1, 0 }, { -1, 0 }, { 1.0001, 0 } }
    local one = rx.rate_maps(edges, rx.matrix(5, 1, 1), { box = 2, bins = 20 })
    assert.are.equal(1, one.outside)
    for _, bin in ipairs { 18, 14, 20, 1 } do assert.are.equal(1, one.occupancy:get(bin, 11)) end
  end)

  it("are the same to the last bit on one thread and on two", function()
    local threads, found, rng = rx.threads(), {}, rx.random(1)
    local positions, activity = rng:uniform(3000, 2, -1, 1), rng:uniform(3000, 150)
    for n = 1, 2 do
      rx.threads(n)
      found[n] = rx.rate_maps(positions, activity, { box = 2, bins = 8 }).rates
    end
    rx.threads(threads)
    assert.is_true(support.same(found[1], found[2]))
  end)

  it("of bearings at which a unit is silent prefer none", function()
    local tuning = rx.tuning(rx.matrix { { 0 }, { 1 } }, rx.matrix { { 0, 1 }, { 0, 0 } })
    local silent, length = tuning.preferred:get(1, 1), tuning.length:get(1, 1)
    assert.is_true(silent ~= silent and length ~= length)
    assert.near(math.rad(5), tuning.preferred:get(1, 2), 1e-5)
  end)

  it("of positions that all lie outside the box are none", function()
    assert.matches("none of the 5 positions lies in the box of side 2.2", message(function()
      rx.rate_maps(rx.matrix(5, 2, 7), rx.matrix(5, 1, 1))
    end))
  end)

  it("answer mistakes", function()
    local rng = rx.random(2)
    local positions = rng:uniform(10, 2)
    local function make(...)
      local arguments = table.pack(...)
      return message(function() rx.rate_maps(table.unpack(arguments, 1, arguments.n)) end)
    end
    assert.matches("bad argument #1 to 'rate_maps' %(matrix of 2 columns expected, got 10 x 1",
                   make(rng:uniform(10, 1), positions))
    assert.matches("bad argument #2 to 'rate_maps' %(matrix of 10 rows expected, got 9 x 1",
                   make(positions, rng:uniform(9, 1)))
    assert.matches("bad option 'bins'", make(positions, positions, { bins = 1001 }))
    assert.matches("finite numbers", make(positions / 0, positions))
    assert.matches("finite numbers", make(positions, positions / 0))
    local below = rx.rate_maps(positions, -1 * positions, { box = 2, bins = 3 })
    assert.matches("rates of at least 0 expected, got %-.* of unit 1",
                   message(function() rx.spatial_information(below) end))
    assert.matches("what rx.rate_maps", message(function() rx.spatial_information(positions) end))
  end)
end)

describe("the grid score", function()
  local g = golden("maps")

  for _, name in ipairs { "hexagonal", "square", "random" } do
    it("is that of the reference data: " .. name, function()
      local score, how = rx.grid_score(g[name].map)
      assert.near(g[name].grid_score, score, 1e-5)
      assert.near(g[name].mean_peak_distance, how.distance, 1e-6)
      assert.is_true(apart(g[name].autocorrelogram, how.autocorrelogram) < 1e-5)
      assert.is_true(apart(g[name].correlations, how.correlations) < 1e-5)
    end)
  end

  it("is there for each of many maps, and for none without six peaks", function()
    local flat = rx.matrix(20, 20, 1)
    assert.is_nil((rx.grid_score(flat)))
    assert.is_nil((rx.grid_score(flat / 0 * 0)))
    local both = rx.matrix(40, 20)
    both:slice(1, 20):copy(g.hexagonal.map)
    both:slice(21, 40):copy(flat)
    local scores = rx.grid_score(both:as_sequence(2))
    assert.near(g.hexagonal.grid_score, scores:get(1, 1), 1e-5)
    assert.is_true(scores:get(1, 2) ~= scores:get(1, 2))
  end)
end)

describe("shuffled activity", function()
  it("says nothing about place, where the activity itself does", function()
    local rng = rx.random(3)
    local positions = rng:uniform(4000, 2, -1, 1)
    local field = (-8 * (positions:mul(positions):sum("columns"))):exp()
    local activity = rx.join { field, rng:uniform(4000, 1) }
    local how = { box = 2, bins = 8, shuffles = 40, rng = rng }
    local chance = rx.shuffled(positions, activity, rx.spatial_information, how)
    assert.are.same({ 40, 2 }, { chance.rows, chance.cols })
    local bits = rx.spatial_information(rx.rate_maps(positions, activity, { box = 2, bins = 8 }))
    assert.is_true(bits:get(1, 1) > 10 * chance:column(1):max())
    assert.is_true(bits:get(1, 2) < 1.2 * chance:column(2):max())
  end)

  it("keeps the order of time within trials", function()
    local rng = rx.random(4)
    local s = (rx.matrix(60, 1, 1):as_sequence(30):cumsum() / 10 - 1.5)
    local bearings = s + rx.matrix { { 0 }, { 0.05 } }
    local seen
    rx.shuffled(bearings, s, function(tuning)
      seen = tuning.occupancy:sum()
      return rx.spatial_information { occupancy = tuning.occupancy, rates = tuning.rates ^ 2 }
    end, { cyclic = true, bins = 5, shuffles = 3, rng = rng })
    assert.are.equal(60, seen)
    assert.matches("bad option 'least'", message(function()
      rx.shuffled(bearings, s, rx.spatial_information, { cyclic = true, rng = rng, least = 16 })
    end))
  end)
end)

describe("tuning to bearings", function()
  it("has the preferred bearing and width of von Mises curves", function()
    local rng = rx.random(5)
    local bearings = rng:uniform(40000, 1, -math.pi, math.pi)
    local cells = rx.head_direction_cells { cells = 6, width = math.pi / 3 }
    local tuning = rx.tuning(bearings, cells:encode(bearings), { bins = 72 })
    local kappa = 1 / (math.pi / 3) ^ 2
    -- ratio of Bessel functions by their integrals
    local above, below = 0, 0
    for i = 1, 1000 do
      local x = 2 * math.pi * i / 1000
      above, below = above + math.cos(x) * math.exp(kappa * math.cos(x)), below + math.exp(kappa * math.cos(x))
    end
    for u = 1, 6 do
      local apart_by = rx.matrix { { tuning.preferred:get(1, u) - (-math.pi + (u - 1) * 2 * math.pi / 5) } }:wrap()
      assert.near(0, apart_by:get(1, 1), 0.01)
      assert.near(above / below, tuning.length:get(1, u), 0.01)
      assert.near(1, tuning.peak:get(1, u), 0.01)
    end
  end)

  it("leaves out bearings that never came", function()
    local tuning = rx.tuning(rx.matrix { { 0.1 }, { 0.2 } }, rx.matrix { { 1 }, { 3 } }, { bins = 4 })
    assert.are.same({ 0, 0, 2, 0 }, tuning.occupancy:totable()[1])
    assert.are.equal(2, tuning.rates:get(1, 3))
    assert.near(math.pi / 4, tuning.preferred:get(1, 1), 1e-6)
    assert.near(1, tuning.length:get(1, 1), 1e-6)
  end)
end)
