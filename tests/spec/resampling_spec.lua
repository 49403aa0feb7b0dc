local rx = require "reactivation"
local support = require "tests.spec.support"
local message = support.message

local function sorted_rows(m)
  local list = {}
  for i, row in ipairs(m:totable()) do list[i] = row[1] end
  table.sort(list)
  return list
end

describe("halves", function()
  it("hold every row once", function()
    local data = rx.matrix(11, 1, 1):cumsum()
    local a, b = rx.halves(data, rx.random(1))
    assert.are.same({ 5, 6 }, { a.rows, b.rows })
    local all = sorted_rows(a)
    table.move(sorted_rows(b), 1, 6, 6, all)
    table.sort(all)
    assert.are.same({ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 }, all)
  end)

  it("of a sequence are trials, whole", function()
    local s = rx.matrix { { 1 }, { 2 }, { 3 }, { 11 }, { 12 }, { 13 } }:as_sequence(2)
    local a, b = rx.halves(s, rx.random(2))
    assert.are.same({ 2, 1, 2, 2 }, { a.steps, a.batch, b.steps, b.batch })
    assert.are.equal(10, a:get(2, 1) - a:get(1, 1))
    assert.are.equal(10, b:get(4, 1) - b:get(2, 1))
  end)
end)

describe("the floor by sampling", function()
  it("is what two samples of one law differ by", function()
    local rng, n = rx.random(3), 2000
    local data = rng:normal(n, 1)
    local floor = rx.sampling_floor(data, function(a, b) return (a:mean() - b:mean()) ^ 2 end,
                                    { rng = rng, times = 400 })
    assert.near(4 / n, floor, 5 * 4 / n * math.sqrt(2 / 400))
  end)
end)

describe("the bootstrap", function()
  it("gives the standard error of a mean", function()
    local rng = rx.random(4)
    local data = rng:normal(400, 1, 5, 2)
    local b = rx.bootstrap(data, nil, { rng = rng, resamples = 2000 })
    assert.are.equal(data:mean(), b.estimate)
    assert.near(0.1, b.sd, 0.015)
    assert.near(b.estimate - 1.96 * b.sd, b.low, 0.02)
    assert.near(b.estimate + 1.96 * b.sd, b.high, 0.02)
  end)

  it("draws trials, not rows, of a sequence", function()
    -- each trial is constant: rows say nothing more
    local rng = rx.random(5)
    local trials, steps = 25, 40
    local s = rx.matrix(trials * steps, 1):as_sequence(steps)
    s:copy((s + rng:normal(trials, 1)):as_sequence(steps))
    local b = rx.bootstrap(s, nil, { rng = rng, resamples = 500 })
    assert.near(0.2, b.sd, 0.06)
    assert.is_true(rx.bootstrap(s:slice(1, s.rows), nil, { rng = rng, resamples = 500 }).sd < 0.05)
  end)

  it("of networks draws these too", function()
    local rng = rx.random(6)
    local list, numbers = {}, {}
    for n = 1, 30 do
      numbers[n] = rng:normal(1, 1):get(1, 1)
      list[n] = rng:normal(50, 1, numbers[n], 0.1)
    end
    local of_numbers = rx.bootstrap(numbers, nil, { rng = rng, resamples = 500 })
    assert.near(1 / math.sqrt(30), of_numbers.sd, 0.05)
    assert.near(of_numbers.sd, rx.bootstrap(list, nil, { rng = rng, resamples = 500 }).sd, 0.05)
  end)

  it("answers mistakes", function()
    local rng = rx.random(7)
    local function bootstrap(...)
      local arguments = table.pack(...)
      return message(function() rx.bootstrap(table.unpack(arguments, 1, arguments.n)) end)
    end
    assert.matches("bad argument #1 to 'bootstrap' .*got 1 x 1", bootstrap(rng:normal(1, 1), nil, { rng = rng }))
    assert.matches("bad argument #1 to 'bootstrap' .*list of numbers", bootstrap({ 1, "2" }, nil, { rng = rng }))
    assert.matches("bad argument #1 to 'bootstrap'", bootstrap({ 1, nil, 3 }, nil, { rng = rng }))
    assert.matches("bad option 'rng'", bootstrap({ 1, 2 }))
    assert.matches("bad option 'level'", bootstrap({ 1, 2 }, nil, { rng = rng, level = 1 }))
    assert.matches("bad argument #1 to 'halves'", message(function() rx.halves(rng:normal(1, 2), rng) end))
  end)
end)
