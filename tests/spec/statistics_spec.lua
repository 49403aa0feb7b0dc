local rx = require "reactivation"
local support = require "tests.spec.support"
local message, relative_error = support.message, support.relative_error

describe("trajectories", function()
  it("vary and step as the reference data do", function()
    local g = support.golden("trajectories")
    local variance = rx.total_variance(g.trajectories, { skip = g.skip })
    assert.near(g.total_variance, variance, 1e-6 * g.total_variance)
    assert.is_true(relative_error(g.stepwise_distance, rx.step_distance(g.trajectories)) < 1e-6)
  end)

  -- three trials of nine points on a line, each going by its own step
  local function lines()
    local rows = {}
    for t = 0, 8 do
      for _, step in ipairs { 1, 2, 0 } do rows[#rows + 1] = { 100 + 3 * step * t, 4 * step * t } end
    end
    return rx.matrix(rows):as_sequence(9)
  end

  it("on straight lines vary by their steps squared, times n (n + 1) / 12", function()
    assert.near((25 + 100 + 0) / 3 * 9 * 10 / 12, rx.total_variance(lines()), 1e-4)
    assert.near((25 + 100 + 0) / 3 * 4 * 5 / 12, rx.total_variance(lines(), { skip = 5 }), 1e-4)
  end)

  it("of angles go on across -pi and pi", function()
    -- two turn by a tenth a step, one each way
    local turns = rx.matrix(40, 2, 1):mul(rx.matrix { { 0.1, -0.1 } })
    local angles = turns:cumsum():reshape(80, 1):as_sequence(40):wrap()
    assert.near(0.1, rx.step_distance(angles, { cyclic = true }):mean(), 1e-6)
    assert.is_true(rx.step_distance(angles):mean() > 0.2) -- with jumps of two pi
    assert.near(0.01 * 40 * 41 / 12, rx.total_variance(angles, { cyclic = true }), 1e-4)
    assert.near(0.01 * 30 * 31 / 12, rx.total_variance(angles, { skip = 10, cyclic = true }), 1e-4)
  end)

  it("on straight lines go by their steps", function()
    assert.are.same({ { 5 }, { 10 }, { 0 } }, rx.step_distance(lines()):totable())
  end)

  it("answer mistakes", function()
    assert.matches("bad argument #2 to 'quantile'", message(function() rx.quantile(rx.matrix(2, 1)) end))
    assert.matches("bad argument #2 to 'quantile'", message(function() rx.quantile(rx.matrix(2, 1), nil, 0.5) end))
    local function variance(...)
      local arguments = table.pack(...)
      return message(function() rx.total_variance(table.unpack(arguments)) end)
    end
    assert.matches("bad argument #1 to 'total_variance' %(sequence of at least 10 steps expected, got " ..
                   "sequence of 9 steps x 3 trials x 2%)", variance(lines(), { skip = 8 }))
    assert.matches("got 27 x 2 matrix", variance(lines():slice(1, 27)))
    assert.matches("steps expected, got 3%)", variance(3))
    assert.matches("bad option 'skip' %(whole number of at least 0 expected, got %-1",
                   variance(lines(), { skip = -1 }))
    assert.matches("bad option 'skip'", variance(lines(), { skip = 0.5 }))
    assert.matches("unknown option 'drop'; known are cyclic, skip", variance(lines(), { drop = 1 }))
    assert.matches("'step_distance' %(sequence of at least 2 steps",
                   message(function() rx.step_distance(rx.matrix(3, 2):as_sequence(1)) end))
  end)
end)

describe("a histogram", function()
  it("counts values where they fall, bounds included", function()
    local h = rx.histogram(rx.matrix { { 0, 0.1, 0.5, 0.99, 1, 7 } }, 0, 1, 2)
    assert.are.same({ 2, 3 }, h.count)
    assert.are.same({ 0.25, 0.75 }, h.center)
    assert.are.same({ 2 / 5 / 0.5, 3 / 5 / 0.5 }, h.density)
  end)

  it("diverges from another by the sum of p log p/q", function()
    local p, q = { count = { 1, 3 } }, { count = { 2, 2 } }
    assert.near(0.25 * math.log(0.5) + 0.75 * math.log(1.5), rx.histogram_divergence(p, q), 1e-12)
    assert.are.equal(0, rx.histogram_divergence(p, p))
    assert.near(math.log(1e7), rx.histogram_divergence({ count = { 1, 0 } }, { count = { 0, 1 } }), 1e-9)
  end)
end)

describe("quantiles", function()
  it("lie between neighbours", function()
    local a, b, c = rx.quantile(rx.matrix { { 4, 1, 3, 2, 5 } }, 0, 0.5, 0.9)
    assert.are.same({ 1, 3, 4.6 }, { a, b, c })
  end)

  it("of no numbers are an error", function()
    assert.truthy(message(function() rx.quantile(rx.matrix(0, 1), 0.5) end))
  end)
end)

describe("thinning", function()
  it("keeps different rows, spread over all, of every trial and every step alike", function()
    local steps, batch, most = 40, 50, 500
    local data = rx.matrix(steps * batch, 1, 1):cumsum() -- 1, 2, 3, ...
    local seen, trials, times = {}, {}, {}
    for _, row in ipairs(rx.thin(data, most):totable()) do
      local place = row[1] - 1
      assert.is_nil(seen[place])
      seen[place] = true
      local b, t = place % batch, place // batch
      trials[b], times[t] = (trials[b] or 0) + 1, (times[t] or 0) + 1
    end
    for b = 0, batch - 1 do assert.is_true(trials[b] >= 5 and trials[b] <= 15) end
    for t = 0, steps - 1 do assert.is_true(times[t] >= 8 and times[t] <= 17) end
  end)

  it("leaves alone what is small enough", function()
    local data = rx.matrix { { 1 }, { 2 }, { 3 } }
    assert.are.equal(data, rx.thin(data, 3))
    assert.are.equal(2, rx.thin(data, 2).rows)
    assert.are.equal(1, rx.thin(rx.matrix(2, 1), 1).rows)
  end)
end)
