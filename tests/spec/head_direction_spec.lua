local rx = require "reactivation"
local support = require "tests.spec.support"
local message, relative_error = support.message, support.relative_error

describe("head-direction cells", function()
  local g = support.golden("cells").head_direction

  it("answer and decode as in the reference data", function()
    local cells = rx.head_direction_cells { cells = 22, width = g.spread }
    assert.is_true(relative_error(g.preferred, cells.preferred:t()) < 1e-6)
    assert.is_true(relative_error(g.activity, cells:encode(g.bearings)) < 1e-5)
    assert.is_true((cells:decode(g.noisy_activity) - g.decoded):wrap():abs():max() < 1e-5)
  end)

  it("peak at one, or integrate to one over the circle", function()
    local bearings = rx.matrix(1000, 1)
    for i = 1, 1000 do bearings:set(i, 1, -math.pi + 2 * math.pi * i / 1000) end
    for _, width in ipairs { 0.1, math.pi / 6, 3 } do
      local peak = rx.head_direction_cells { cells = 5, width = width }:encode(bearings)
      assert.near(1, peak:max(), 1e-5)
      local cells = rx.head_direction_cells { cells = 5, width = width, tuning = "density" }
      local density = cells:encode(bearings)
      for c = 1, 5 do
        assert.near(1, density:column(c):sum() * 2 * math.pi / 1000, 1e-4)
      end
    end
  end)

  it("decode what they encode, to half the distance of two cells", function()
    local cells = rx.head_direction_cells { cells = 512, width = math.pi / 6 }
    local bearings = rx.random(1):uniform(500, 1, -math.pi, math.pi):as_sequence(50)
    local decoded = cells:decode(cells:encode(bearings))
    assert.are.equal(50, decoded.steps)
    assert.is_true((decoded - bearings):wrap():abs():max() < 1.01 * math.pi / 511)
  end)

  it("decode silence to no bearing", function()
    local cells = rx.head_direction_cells { cells = 5 }
    local decoded = cells:decode(rx.matrix { { 0, 0, 0, 0, 0 }, { 0, 0, 1, 0, 0 } }, 1)
    assert.is_true(decoded:get(1, 1) ~= decoded:get(1, 1))
    assert.near(0, decoded:get(2, 1), 1e-6)
  end)

  it("decode by the circular mean of the k most active", function()
    local cells = rx.head_direction_cells { cells = 5 }      -- -pi, -pi/2, 0, pi/2, pi
    assert.near(math.pi / 2, cells:decode(rx.matrix { { 0, 0, 1, 3, 2 } }, 1):get(1, 1), 1e-6)
    assert.near(3 * math.pi / 4, cells:decode(rx.matrix { { 0, 0, 1, 3, 2 } }, 2):get(1, 1), 1e-6)
    assert.near(math.pi, math.abs(cells:decode(rx.matrix { { 2, 0, 0, 0, 1 } }, 2):get(1, 1)), 1e-6)
  end)

  it("answer mistakes", function()
    local cells = rx.head_direction_cells { cells = 5 }
    local square = rx.matrix(2, 2)
    assert.matches("any x 1 matrix expected, got 2 x 2", message(function() cells:encode(square) end))
    assert.matches("any x 5 matrix expected, got 2 x 2", message(function() cells:decode(square) end))
    assert.matches("number of cells from 1 to 5 expected, got 6",
                   message(function() cells:decode(rx.matrix(2, 5), 6) end))
    assert.matches("finite numbers expected", message(function() cells:encode(rx.matrix(1, 1, 0 / 0)) end))
    assert.matches("bad option 'tuning' %(one of 'peak', 'density' expected, got 'flat'%)",
                   message(function() rx.head_direction_cells { tuning = "flat" } end))
    assert.matches("bad option 'width'", message(function() rx.head_direction_cells { width = 0 } end))
  end)
end)

describe("the head-direction task", function()
  it("turns by a normal angle a step and keeps the bearing that follows", function()
    local task = rx.tasks.head_direction { steps = 40 }
    local batch = task:batch(500, rx.random(1))
    assert.are.equal(40, batch.inputs.steps)
    assert.are.equal(500, batch.inputs.batch)
    local sd = 11.52 * 0.02
    assert.near(0, batch.inputs:mean(), 5 * sd / math.sqrt(20000))
    assert.near(sd ^ 2, batch.inputs:mul(batch.inputs):mean(), 5 * sd ^ 2 * math.sqrt(2 / 20000))
    for t = 2, 40 do
      local turned = (batch.truth:at(t) - batch.truth:at(t - 1) - batch.inputs:at(t)):wrap()
      assert.is_true(turned:abs():max() < 1e-5)
    end
    local start = task.cells:decode(batch.init)
    assert.is_true((batch.truth:at(1) - batch.inputs:at(1) - start):wrap():abs():max() < 1.01 * math.pi / 511)
    assert.is_true(support.same(batch.targets, task.cells:encode(batch.truth)))
  end)

  it("starts anywhere on the circle alike", function()
    local task = rx.tasks.head_direction { steps = 1 }
    local h = rx.histogram(task.cells:decode(task:batch(8000, rx.random(2)).init), -math.pi, math.pi, 8)
    for b = 1, 8 do assert.near(1000, h.count[b], 5 * math.sqrt(1000 * 7 / 8)) end
  end)

  it("only turns counter-clockwise when biased", function()
    local batch = rx.tasks.head_direction({ steps = 30, biased = true }):batch(100, rx.random(3))
    assert.is_true(batch.inputs:min() >= 0)
    assert.near(11.52 * 0.02 * math.sqrt(2 / math.pi), batch.inputs:mean(), 0.012)
  end)

  it("is pulled by -a sin of the bearing a step, beside turns that do not know of it", function()
    local pulled = rx.tasks.head_direction { steps = 30, pull = 0.3 }
    local batch, sd = pulled:batch(1000, rx.random(5)), 11.52 * 0.02
    local before = batch.truth:slice(1, 29 * 1000)
    local free = batch.inputs:slice(1001, 30 * 1000) + 0.3 * before:sin()
    local n = free.rows
    assert.near(0, free:mean(), 5 * sd / math.sqrt(n))
    assert.near(sd ^ 2, free:mul(free):mean(), 5 * sd ^ 2 * math.sqrt(2 / n))
    assert.near(0, free:mul(before:sin()):mean(), 5 * sd / math.sqrt(n))
    local turned = (batch.truth:slice(1001, 30 * 1000) - before - batch.inputs:slice(1001, 30 * 1000)):wrap()
    assert.is_true(turned:abs():max() < 1e-5)
  end)

  -- mean cosines of a von Mises density of concentration 2: I1(2)/I0(2) and, of twice the angle, I2(2)/I0(2)
  it("settles under the pull at the von Mises density of concentration 2 a / sd^2", function()
    local pulled = rx.tasks.head_direction { steps = 800, cells = 8, turn_sd = 0.1 / 0.02, pull = 0.01 }
    local late = pulled:batch(2000, rx.random(6)).truth:slice(500 * 2000 + 1, 800 * 2000)
    assert.near(1.5906369 / 2.2795853, late:cos():mean(), 0.015)
    assert.near(0.6889484 / 2.2795853, (2 * late):cos():mean(), 0.015)
    assert.near(0, late:sin():mean(), 0.015)
  end)

  it("decodes, and measures angles the short way round", function()
    local task = rx.tasks.head_direction {}
    local off = task:distance(rx.matrix { { 3.1 }, { 0.5 } }, rx.matrix { { -3.1 }, { 0.2 } })
    assert.near(2 * math.pi - 6.2, off:get(1, 1), 1e-5)
    assert.near(0.3, off:get(2, 1), 1e-6)
  end)

  it("is what a network learns from", function()
    local rng = rx.random(4)
    local task = rx.tasks.head_direction { steps = 5, cells = 30 }
    local net = rx.rnn {
      inputs = task.inputs, units = 10, outputs = task.outputs, init = task.init, rng = rng,
    }
    local batch = task:batch(8, rng)
    assert.is_true(net:gradient(batch) > 0)
    local _, outputs = net:forward(batch)
    assert.are.equal(40, task:decode(outputs).rows)
  end)

  it("answers mistakes with the line of the caller", function()
    local text = message(function() rx.tasks.head_direction { step = 5 } end)
    assert.matches("head_direction_spec.lua:%d+: unknown option 'step'; known are biased, cells, dt", text)
    assert.matches("bad option 'steps' %(whole number of at least 1 expected, got 2.5%)",
                   message(function() rx.tasks.head_direction { steps = 2.5 } end))
    assert.matches("bad option 'biased' %(boolean expected, got 'yes'%)",
                   message(function() rx.tasks.head_direction { biased = "yes" } end))
    local task, rng = rx.tasks.head_direction { steps = 3 }, rx.random(1)
    assert.matches("head_direction_spec.lua:%d+: bad argument #1 to 'batch' %(whole number of at least 1 " ..
                   "expected, got '5'%)", message(function() task:batch("5", rng) end))
    assert.matches("bad argument #2 to 'batch' %(random generator expected, got nil%)",
                   message(function() task:batch(5) end))
    assert.matches("head_direction_spec.lua:%d+: 'batch' is a method: call it with a colon",
                   message(function() task.batch(5, rng) end))
    assert.matches("bad argument #2 to 'distance' %(matrix expected, got file", message(function()
      task:distance(rng:normal(3, 1), io.stdout)
    end))
  end)
end)
