local rx = require "reactivation"
local segments = require "reactivation.tasks.segments"
local support = require "tests.spec.support"
local message, same = support.message, support.same

local NAN = 0 / 0

-- A walk on a circle of radius r around (x, y), once a second, every `interval`.
local function circle(samples, interval, r, x, y)
  local rows = {}
  for i = 1, samples do
    local angle = 2 * math.pi * (i - 1) * interval
    rows[i] = { x + r * math.cos(angle), y + r * math.sin(angle) }
  end
  return rx.matrix(rows)
end

local function lose(recording, first, last)
  for i = first, last do recording:row(i):copy(rx.matrix(1, 2, NAN)) end
  return recording
end

-- Lengths of lists.
local function lengths(lists)
  local counts = {}
  for i, list in ipairs(lists) do counts[i] = #list end
  return counts
end

describe("a recording", function()
  it("is cut where tracking failed", function()
    local recording = lose(lose(lose(circle(30, 0.04, 1, 0, 0), 1, 2), 10, 12), 30, 30)
    recording:set(20, 1, NAN) -- half a position is none
    local cut = segments.cut(recording, 0)
    assert.are.same({ 7, 7, 9 }, lengths(cut))
    assert.are.same(recording:row(3):totable()[1], cut[1][1])
    assert.are.same(recording:row(29):totable()[1], cut[3][9])
    assert.are.same({}, segments.cut(rx.matrix(5, 2, NAN), 2))
  end)

  it("is filled along a straight line where a gap is short enough", function()
    local recording = lose(lose(circle(30, 0.04, 1, 0, 0), 10, 11), 20, 22)
    local cut = segments.cut(recording, 2)
    assert.are.same({ 19, 8 }, lengths(cut))
    for c = 1, 2 do
      local from, to = recording:get(9, c), recording:get(12, c)
      assert.near(from + (to - from) / 3, cut[1][10][c], 1e-6)
      assert.near(from + 2 * (to - from) / 3, cut[1][11][c], 1e-6)
    end
    assert.are.same({ 30 }, lengths(segments.cut(recording, 3)))
  end)

  it("is resampled on the lines between its samples, to its end and not beyond", function()
    local line = { { 0, 5 }, { 3, 5 }, { 6, 4 } } -- every 0.03 s
    local rows = segments.resample(line, 0.03, 0.02)
    assert.are.equal(4, #rows)
    for k, expected in ipairs { { 0, 5 }, { 2, 5 }, { 4, 14 / 3 }, { 6, 4 } } do
      assert.near(expected[1], rows[k][1], 1e-9)
      assert.near(expected[2], rows[k][2], 1e-9)
    end
    assert.are.equal(2, #segments.resample(line, 0.03, 0.05))
    assert.are.same(line, segments.resample(line, 0.02, 0.02))
    assert.are.same({ { 1, 2 } }, segments.resample({ { 1, 2 } }, 0.03, 0.02))
    assert.are.equal(7501, #segments.resample(segments.cut(circle(5001, 0.03, 1, 0, 0), 0)[1], 0.03, 0.02))
  end)
end)

describe("the task of recorded walks", function()
  local recordings = {
    lose(circle(200, 0.04, 0.5, 3, -1), 90, 91), circle(40, 0.04, 0.4, 3, -1), circle(120, 0.04, 0.3, 3, -1),
  }
  local task = rx.tasks.recorded { positions = recordings, interval = 0.04, steps = 100, cells = 64 }

  it("keeps the stretches that hold a trial, in the least box around them", function()
    -- of the second recording 79 steps are left, which hold no trial; the others are cut into 89, 109 and 120
    assert.are.equal(177 + 217 + 239, task.settings.samples)
    assert.are.equal(77 + 117 + 139, #task.starts)
    assert.near(1, task.settings.box, 2e-3)
    assert.near(3, task.settings.center_x, 3e-3)
    assert.near(-1, task.settings.center_y, 3e-3)
    assert.are.equal(3, task.settings.recordings)
    local chord = 2 * math.sin(math.pi * 0.04)
    assert.near(chord * (0.5 * (88 + 108) + 0.3 * 119), task.settings.walked, 1e-3)
  end)

  local batch = task:batch(500, rx.random(1))

  it("gives walks that were recorded", function()
    assert.are.same({ 100, 500, 2 }, { batch.inputs.steps, batch.inputs.batch, batch.inputs.cols })
    assert.is_true(batch.truth:is_finite())
    local off = batch.truth - rx.matrix { { 3 - task.settings.center_x, -1 - task.settings.center_y } }
    local from_center = off:mul(off):sum("columns"):sqrt()
    -- on two circles, or on the chords between their points
    local sagitta = math.cos(math.pi * 0.04) - 1e-4
    local outer = from_center:ge(0.5 * sagitta):mul(from_center:le(0.501))
    local inner = from_center:ge(0.3 * sagitta):mul(from_center:le(0.301))
    assert.are.equal(from_center.rows, outer:sum() + inner:sum())
    assert.near((77 + 117) / (77 + 117 + 139), outer:mean(), 5 * math.sqrt(0.25 / 500))
  end)

  it("tells displacements that lead from the first position to every other", function()
    local start = batch.truth:at(1) - batch.inputs:at(1)
    assert.is_true((batch.inputs:cumsum() + start - batch.truth):abs():max() < 1e-4)
    assert.is_true(support.relative_error(task.cells:encode(start), batch.init) < 1e-5)
    assert.is_true(same(batch.targets, task.cells:encode(batch.truth)))
    local step = batch.inputs:mul(batch.inputs):sum("columns"):sqrt()
    assert.near(0.5 * math.sin(math.pi * 0.04), step:max(), 1e-4) -- half a chord: none leaps over a gap
  end)

  it("begins trials at every step alike", function()
    local one = rx.tasks.recorded { positions = { rx.join { rx.matrix(434, 1, 0.01):cumsum(), rx.matrix(434, 1) } },
                                    interval = 0.02, cells = 8 }
    local first = one:batch(20000, rx.random(2))
    local began = (first.truth:at(1) - first.inputs:at(1)):column(1) -- a line: position tells the start
    local h = rx.histogram(began, began:min() - 0.005, began:max() + 0.005, 334)
    assert.are.equal(334, #h.count)
    for _, count in ipairs(h.count) do assert.near(20000 / 334, count, 6 * math.sqrt(20000 / 334)) end
  end)

  it("is drawn from its generators alone, cells too", function()
    local again = rx.tasks.recorded { positions = recordings, interval = 0.04, steps = 100, cells = 64 }
    local other = rx.tasks.recorded {
      positions = recordings, interval = 0.04, steps = 100, cells = 64, rng = rx.random(7),
    }
    assert.is_true(same(batch.truth, again:batch(500, rx.random(1)).truth))
    assert.is_true(same(batch.targets, again:batch(500, rx.random(1)).targets))
    assert.is_false(same(batch.targets, other:batch(500, rx.random(1)).targets))
  end)

  it("takes a box that is given, and recordings in their order", function()
    local boxed = rx.tasks.recorded {
      positions = recordings, interval = 0.04, box = 2, center_x = 3.25, center_y = -1, cells = 16, dt = 0.04,
    }
    assert.are.equal(2, boxed.settings.box)
    local truth = boxed:batch(200, rx.random(3)).truth
    assert.near(-0.25, (truth:column(1):max() + truth:column(1):min()) / 2, 0.01)
    local half = rx.tasks.recorded { positions = recordings, interval = 0.04, steps = 100, cells = 16, bridge = 0.08 }
    assert.are.equal(399 + 239, half.settings.samples) -- no gap is left
  end)

  it("is what a network learns from", function()
    local net = rx.rnn { inputs = 2, units = 10, outputs = 64, init = 64, rng = rx.random(4) }
    local history = rx.train(net, task, { batches = 3, size = 10, test_size = 10, progress = false })
    assert.is_true(history.test_error[1] > 0)
  end)

  it("has settings that tell a checkpoint of other walks", function()
    local other = rx.tasks.recorded { positions = { recordings[1] }, interval = 0.04, cells = 64 }
    assert.are_not.equal(task.settings.walked, other.settings.walked)
    for name, value in pairs(task.settings) do
      assert.is_truthy(({ number = true, string = true, boolean = true })[type(value)], name)
    end
    assert.are.equal(200, recordings[1].rows)
  end)

  it("answers mistakes with the line of the caller", function()
    local function problem(options) return message(function() rx.tasks.recorded(options) end) end
    local line = circle(200, 0.04, 1, 0, 0)
    for expected, options in pairs {
      ["bad option 'positions'"] = { interval = 0.04 },
      ["bad option 'positions' %(n x 2 matrix as recording 2 expected, got 3 x 3 matrix"] =
        { positions = { line, rx.matrix(3, 3) }, interval = 0.04 },
      ["bad option 'positions' %(list without holes expected"] = { positions = { line, nil, line }, interval = 0.04 },
      ["bad option 'positions' %(list of recordings expected, got an empty one%)"] = { positions = {}, interval = 1 },
      ["bad option 'positions' %(n x 2 matrix as recording 1 expected, got infinite numbers%)"] =
        { positions = { line / 0 }, interval = 1 },
      ["bad option 'positions' %(4 s without a gap expected for a trial; the longest are 2.4 s%)"] =
        { positions = { lose(circle(120, 0.04, 1, 0, 0), 60, 60), line }, interval = 0.0121, steps = 200 },
      ["bad option 'interval'"] = { positions = { line } },
      ["bad option 'box' %(at least 1.996 m expected, for walks from %-0.9921 to 1 and .* m around .*; got 1%)"] =
        { positions = { line }, interval = 0.04, box = 1 },
      ["unknown option 'intervall'"] = { positions = { line }, intervall = 1 },
    } do
      assert.matches("recorded_spec.lua:%d+: " .. expected, problem(options))
    end
  end)
end)
