local rx = require "reactivation"
local support = require "tests.spec.support"
local message, relative_error, same = support.message, support.relative_error, support.same

describe("place cells", function()
  local g = support.golden("cells").place

  local function cells(tuning)
    return rx.place_cells { centers = g.centers, width = g.sigma, tuning = tuning }
  end

  -- float32: an exponent of up to 60 is rounded by 4e-6, and so is its exponential
  it("answer and decode as in the reference data", function()
    assert.is_true(relative_error(g.activity, cells("softmax"):encode(g.positions)) < 1e-5)
    assert.is_true(relative_error(g.dog_activity, cells("difference_of_gaussians"):encode(g.positions)) < 1e-5)
    assert.is_true((cells("softmax"):decode(g.noisy_activity) - g.decoded):abs():max() < 1e-6)
  end)

  it("follow Equation 20 in their Gaussian form, whose shares are the softmax", function()
    local activity = cells("gaussian"):encode(g.positions)
    local offset = g.positions:row(3) - g.centers:row(5)
    local expected = math.exp(-offset:mul(offset):sum() / (2 * g.sigma ^ 2))
    assert.near(expected, activity:get(3, 5), 1e-6)
    assert.is_true(relative_error(g.activity, activity / activity:sum("columns")) < 1e-5)
  end)

  it("sum to one in both normalised forms, and stay finite far outside the box", function()
    local near, far = rx.random(1):uniform(50, 2, -2, 2), rx.matrix { { 30, -40 }, { 1e4, 0 } }
    for _, tuning in ipairs { "softmax", "difference_of_gaussians" } do
      local activity = cells(tuning):encode(near)
      assert.is_true(activity:min() >= 0)
      assert.is_true((activity:sum("columns") - 1):abs():max() < 1e-5)
      assert.is_true(cells(tuning):encode(far):is_finite())
    end
    assert.near(1, cells("softmax"):encode(far):row(2):sum(), 1e-5)
  end)

  it("live in any number of dimensions", function()
    local line = rx.place_cells { centers = rx.matrix { { 0 }, { 1 }, { 2 } }, width = 0.5, tuning = "gaussian" }
    local activity = line:encode(rx.matrix { { 1 } })
    assert.near(math.exp(-2), activity:get(1, 1), 1e-6)
    assert.near(1, activity:get(1, 2), 1e-6)
    assert.near(0.5, line:decode(rx.matrix { { 3, 2, 1 } }, 2):get(1, 1), 1e-6)
  end)

  it("decode silence to no place", function()
    local one = rx.place_cells { centers = rx.matrix { { 3, 4 } } }
    assert.are.same({ { 3, 4 } }, one:decode(rx.matrix { { 0.5 } }):totable())
    local nowhere = one:decode(rx.matrix { { 0 } })
    assert.is_true(nowhere:get(1, 1) ~= nowhere:get(1, 1) and nowhere:get(1, 2) ~= nowhere:get(1, 2))
  end)

  it("decode by the mean centre of the k most active, first come first served", function()
    local many = rx.random(1):uniform(100, 2)
    local population = rx.place_cells { centers = many, width = 0.1 }
    local activity = rx.random(2):uniform(20, 100)
    local decoded = population:decode(activity, 7)
    for i = 1, 20 do
      local order = {}
      for c = 1, 100 do order[c] = c end
      table.sort(order, function(a, b) return activity:get(i, a) > activity:get(i, b) end)
      local x = 0
      for n = 1, 7 do x = x + many:get(order[n], 1) / 7 end
      assert.near(x, decoded:get(i, 1), 1e-6)
    end
    assert.is_true(same(many:row(1), population:decode(rx.matrix(1, 100, 3), 1)))
  end)

  it("keep a copy of their centres, and the steps of what they read", function()
    local centers = rx.matrix { { 0, 0 }, { 1, 1 } }
    local population = rx.place_cells { centers = centers }
    centers:set(1, 1, 9)
    assert.are.equal(0, population.centers:get(1, 1))
    local activity = population:encode(rx.matrix(6, 2):as_sequence(3))
    assert.are.equal(3, activity.steps)
    assert.are.equal(3, population:decode(activity, 1).steps)
  end)

  it("answer mistakes", function()
    local population = cells("softmax")
    assert.matches("bad option 'centers' %(matrix with one centre a row expected, got nothing%)",
                   message(function() rx.place_cells {} end))
    assert.matches("got an empty one", message(function() rx.place_cells { centers = rx.matrix(0, 2) } end))
    assert.matches("bad option 'width'",
                   message(function() rx.place_cells { centers = g.centers, width = 0 } end))
    assert.matches("'softmax', 'gaussian', 'difference_of_gaussians' expected, got 'flat'",
                   message(function() rx.place_cells { centers = g.centers, tuning = "flat" } end))
    assert.matches("any x 2 matrix expected, got 2 x 3",
                   message(function() population:encode(rx.matrix(2, 3)) end))
    assert.matches("any x 22 matrix expected", message(function() population:decode(rx.matrix(2, 3)) end))
    assert.matches("number of cells from 1 to 22 expected, got 23",
                   message(function() population:decode(rx.matrix(2, 22), 23) end))
    assert.matches("finite numbers expected",
                   message(function() population:encode(rx.matrix(1, 2, 0 / 0)) end))
  end)
end)

describe("the walk in the box", function()
  local half, border = 1.1, 0.03

  it("follows given draws as in the reference data", function()
    for name, g in pairs(support.golden("walk")) do
      local task = rx.tasks.spatial_navigation { biased = name == "biased" }
      local first, displacements, positions = task:walk(g)
      assert.is_true((first - g.init_position):abs():max() < 1e-6)
      assert.is_true((displacements - g.velocity):abs():max() < 1e-6)
      -- float32: 60 steps, each rounded by at most 1.2e-7 at this distance from the centre
      assert.is_true((positions - g.position):abs():max() < 60 * 1.2e-7)
    end
  end)

  it("moves by its inputs from its first position to its targets", function()
    local task = rx.tasks.spatial_navigation { steps = 30, rng = rx.random(3) }
    local batch = task:batch(50, rx.random(4))
    assert.are.equal(30, batch.inputs.steps)
    assert.are.equal(50, batch.inputs.batch)
    for t = 2, 30 do
      local moved = batch.truth:at(t) - batch.truth:at(t - 1)
      assert.is_true((moved - batch.inputs:at(t)):abs():max() < 1e-6)
    end
    assert.is_true(same(batch.targets, task.cells:encode(batch.truth)))
    local first = batch.truth:at(1) - batch.inputs:at(1)
    assert.is_true(relative_error(task.cells:encode(first), batch.init) < 1e-4)
  end)

  describe("over 20000 steps", function()
    local steps, size = 20000, 2
    local task = rx.tasks.spatial_navigation { steps = steps }
    local draws = task:draw(size, rx.random(5))
    local _, displacements, positions = task:walk(draws)
    local length = displacements:mul(displacements):sum("columns"):sqrt()
    local wall = positions:abs() -- of each coordinate, how far from the centre
    local outside = wall:gt(half - border)
    local in_border = rx.matrix(steps * size, 2) + outside
    in_border = in_border:sum("columns"):gt(0)

    it("is never further outside than one step", function()
      assert.is_true(wall:max() <= half + length:max())
      assert.is_true(wall:max() > half - border)
    end)

    it("has Rayleigh speeds where no wall is near, and a quarter of them at walls ahead", function()
      local scale = 0.26 * math.pi * 0.02
      local free, slow = {}, 0
      for t = 2, steps do
        for b = 1, size do
          local here = (t - 1) * size + b
          local drawn = draws.speed:get(t + 1, b) * 0.02
          local ratio = length:get(here, 1) / drawn
          if in_border:get(here - size, 1) == 0 then
            assert.near(1, ratio, 1e-3)
            free[#free + 1] = drawn
          else
            assert.is_true(math.abs(ratio - 1) < 1e-3 or math.abs(ratio - 0.25) < 1e-3)
            if ratio < 0.5 then slow = slow + 1 end
          end
        end
      end
      assert.is_true(slow > 50)
      local sum, squares = 0, 0
      for _, v in ipairs(free) do sum, squares = sum + v, squares + v * v end
      local n = #free
      local sd = scale * math.sqrt(2 - math.pi / 2)
      assert.near(scale * math.sqrt(math.pi / 2), sum / n, 5 * sd / math.sqrt(n))
      assert.near(2 * scale ^ 2, squares / n, 5 * 2 * scale ^ 2 / math.sqrt(n))
    end)

    it("visits the whole box alike, but for the walls, where it lingers", function()
      local inner = rx.histogram(positions, -0.9, 0.9, 6)
      local share = 0
      for b = 1, 6 do share = math.max(share, math.abs(inner.density[b] * 1.8 - 1)) end
      assert.is_true(share < 0.15)
      -- a uniform density would have 0.054 of the box's area in the border
      local lingering = in_border:mean()
      assert.is_true(lingering > 0.1 and lingering < 0.4, ("%.3f of the time"):format(lingering))
    end)
  end)

  it("stays near its anchor when biased", function()
    local function radius(options)
      options.steps, options.biased = 2000, true
      local task = rx.tasks.spatial_navigation(options)
      local _, _, positions = task:walk(task:draw(20, rx.random(6)))
      local late = positions:slice(20 * 500 + 1, 20 * 2000)
      local off = late - rx.matrix { { options.anchor_x or 0, options.anchor_y or 0 } }
      return math.sqrt(off:mul(off):sum("columns"):mean())
    end
    --[[ In the middle of the box x(t+1) = (1 - k) x(t) + v dt (cos h, sin h), with h a random walk:
    E|x|^2 is a double sum over the past of the displacements' covariance, m^2 r^n for displacements n
    steps apart (m their mean length, r = exp(-turn_sd^2 dt^2 / 2)) and 2 b^2 dt^2 for one with itself. ]]
    local k, b = 0.05, 0.26 * math.pi * 0.02
    local r, a = math.exp(-(11.52 * 0.02) ^ 2 / 2), 1 - k
    local mean_square = b ^ 2 * math.pi / 2
    local expected = math.sqrt((2 * b ^ 2 + 2 * mean_square * a * r / (1 - a * r)) / (1 - a ^ 2))
    assert.near(expected, radius {}, 0.04 * expected)
    assert.near(expected, radius { anchor_x = 0.3, anchor_y = -0.2 }, 0.04 * expected)
  end)

  it("scatters its cells by the generator it is given, the same for the same seed", function()
    local a = rx.tasks.spatial_navigation { rng = rx.random(7) }
    local b = rx.tasks.spatial_navigation { rng = rx.random(7) }
    local c = rx.tasks.spatial_navigation { rng = rx.random(8) }
    assert.is_true(same(a.cells.centers, b.cells.centers))
    assert.is_false(same(a.cells.centers, c.cells.centers))
    assert.is_true(a.cells.centers:abs():max() <= half)
    assert.are.equal(7, a.settings.cells_seed)
  end)

  it("is what a network learns from", function()
    local rng = rx.random(9)
    local task = rx.tasks.spatial_navigation { steps = 8, cells = 40, rng = rng }
    local net = rx.rnn { inputs = 2, units = 20, outputs = 40, init = 40, bias = true, rng = rng }
    local history = rx.train(net, task, {
      batches = 200, size = 40, test_size = 100, optimizer = rx.adam { rate = 1e-2 }, progress = false,
    })
    assert.is_true(history.test_loss[3] < 0.5 * history.test_loss[1])
    assert.is_true(history.test_error[3] < 0.7 * history.test_error[1])
  end)

  it("answers mistakes with the line of the caller", function()
    local text = message(function() rx.tasks.spatial_navigation { size = 5 } end)
    assert.matches("spatial_spec.lua:%d+: unknown option 'size'; known are anchor_x", text)
    assert.matches("bad option 'rng' %(random generator expected", message(function()
      rx.tasks.spatial_navigation { rng = 5 }
    end))
    assert.matches("bad option 'box' %(number above 0 expected, got %-1%)",
                   message(function() rx.tasks.spatial_navigation { box = -1 } end))
    local task = rx.tasks.spatial_navigation { steps = 3 }
    assert.matches("spatial_spec.lua:%d+: bad argument #1 to 'batch' %(whole number of at least 1 expected, got 0%)",
                   message(function() task:batch(0, rx.random(1)) end))
    assert.matches("'decode' is a method: call it with a colon", message(function() task.decode(3) end))
    assert.matches("bad argument #1 to 'walk' %(table with a matrix 'start' expected, got nil%)",
                   message(function() task:walk {} end))
  end)
end)
