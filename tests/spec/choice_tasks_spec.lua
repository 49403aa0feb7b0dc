-- Tasks that ask for one of two answers: perceptual decision, delayed comparison, delayed match to sample.
local rx = require "reactivation"
local normal = require "reactivation.analysis.normal"
local support = require "tests.spec.support"
local message, same = support.message, support.same

local TASKS = { "perceptual_decision", "delayed_comparison", "delayed_match" }

-- A share of n trials that were drawn with probability p.
local function assert_share(p, share, n)
  assert.near(p, share, 5 * math.sqrt(p * (1 - p) / n) + 1e-9)
end

-- Steps of a trial in which a sequence of one column is 1.
local function steps_of(sequence, trial)
  local steps = {}
  for t, row in ipairs(sequence:trial(trial):totable()) do
    assert.is_true(row[1] == 0 or row[1] == 1)
    if row[1] == 1 then steps[#steps + 1] = t end
  end
  return steps
end

for _, name in ipairs(TASKS) do
  describe("the task " .. name, function()
    local task = rx.tasks[name] {}
    local batch = task:batch(400, rx.random(1))

    it("gives sequences that fit each other and the network", function()
      for field, columns in pairs { inputs = task.inputs, targets = task.outputs, mask = 1, truth = 1 } do
        local sequence = batch[field]
        assert.are.same({ task.steps, 400, columns }, { sequence.steps, sequence.batch, sequence.cols }, field)
        assert.is_true(sequence:is_finite())
      end
      assert.are.same({ 400, task.init }, { batch.init.rows, batch.init.cols })
      for _, of_trials in pairs(batch.info) do
        assert.are.same({ 400, 1 }, { of_trials.rows, of_trials.cols })
      end
    end)

    it("asks for the answer of the trial in its response, and for nothing else", function()
      assert.is_true(same(batch.mask, batch.truth:abs()))
      for b = 1, 400, 23 do
        local answer = batch.info.answer:get(b, 1)
        for _, t in ipairs(steps_of(batch.mask, b)) do
          local row = (t - 1) * 400 + b
          assert.are.equal(answer, batch.truth:get(row, 1))
          assert.are.equal(answer > 0 and 1 or 0, batch.targets:get(row, 1))
          assert.are.equal(answer > 0 and 0 or 1, batch.targets:get(row, 2))
        end
      end
    end)

    it("asks for both answers alike", function()
      assert_share(0.5, task:batch(4000, rx.random(2)).info.answer:gt(0):mean(), 4000)
    end)

    it("decodes its own targets, and nothing else is right", function()
      local decoded = task:decode(batch.targets)
      assert.are.equal(0, task:distance(decoded, batch.truth):mul(batch.mask):sum())
      assert.are.equal(batch.mask:sum(), task:distance(task:decode(-batch.targets), batch.truth):mul(batch.mask):sum())
      assert.is_true(same(batch.info.answer, task:choices(batch.targets, batch)))
      assert.is_true(same(batch.info.answer, -task:choices(-batch.targets, batch)))
    end)

    it("chooses by the mean over the response alone", function()
      local noise = rx.random(3):normal(batch.targets.rows, 2, 0, 50):as_sequence(task.steps)
      local outputs = batch.targets + noise:mul(1 - batch.mask)
      assert.is_true(same(batch.info.answer, task:choices(outputs, batch)))
    end)

    it("is drawn from its generator alone", function()
      local again = task:batch(400, rx.random(1))
      for _, field in ipairs { "inputs", "targets", "mask", "truth" } do
        assert.is_true(same(batch[field], again[field]))
      end
      assert.is_false(same(batch.inputs, task:batch(400, rx.random(9)).inputs))
    end)

    it("has settings that a checkpoint can hold", function()
      for setting, value in pairs(task.settings) do
        assert.is_truthy(({ number = true, string = true, boolean = true })[type(value)], setting)
      end
    end)

    it("answers mistakes with the line of the caller", function()
      assert.matches("choice_tasks_spec.lua:%d+: unknown option 'lenght'; known are ",
                     message(function() rx.tasks[name] { lenght = 5 } end))
      assert.matches("choice_tasks_spec.lua:%d+: bad option 'dt' %(number above 0 expected, got 0%)",
                     message(function() rx.tasks[name] { dt = 0 } end))
      assert.matches("choice_tasks_spec.lua:%d+: bad argument #1 to 'batch' %(whole number of at least 1 expected",
                     message(function() task:batch(0, rx.random(1)) end))
      assert.matches("choice_tasks_spec.lua:%d+: bad argument #1 to 'choices' %(matrix expected, got nil",
                     message(function() task:choices(nil, batch) end))
    end)
  end)
end

describe("perceptual decision", function()
  local task = rx.tasks.perceptual_decision {}

  it("has a fixation of 0.1 to 0.5 s, a stimulus of 0.8 s and a response of 0.3 s", function()
    local batch = task:batch(2000, rx.random(1))
    assert.are.equal(25 + 40 + 15, task.steps)
    local onset = batch.info.onset
    assert.are.same({ 5, 25 }, { onset:min(), onset:max() })
    assert.near(15, onset:mean(), 5 * math.sqrt((21 ^ 2 - 1) / 12 / 2000))
    for b = 1, 2000, 97 do
      local before = math.tointeger(onset:get(b, 1))
      local steps = steps_of(batch.mask, b)
      assert.are.same({ 15, before + 41, before + 55 }, { #steps, steps[1], steps[15] })
      local heard = batch.inputs:trial(b):abs():sum("columns"):gt(0)
      assert.are.equal(40, heard:sum())
      assert.are.equal(40, heard:slice(before + 1, before + 40):sum())
    end
  end)

  it("draws each coherence as often, with either sign", function()
    local info = task:batch(6000, rx.random(2)).info
    for _, c in ipairs { 0, 0.032, 0.064, 0.128, 0.256, 0.512 } do
      local met = info.coherence:abs():eq(rx.matrix { { c } })
      assert_share(1 / 6, met:mean(), 6000)
      assert_share(0.5, met:mul(info.answer:gt(0)):sum() / met:sum(), met:sum())
      if c > 0 then assert.are.equal(0, met:mul(info.coherence:mul(info.answer):lt(0)):sum()) end
    end
  end)

  it("gives inputs of the mean and variance that it says", function()
    local one = rx.tasks.perceptual_decision { coherences = { 0.4 }, noise = 0.2 }
    local batch = one:batch(2000, rx.random(3))
    local n, sum, squares = 40 * 2000, batch.inputs:cumsum():at(one.steps), batch.inputs:mul(batch.inputs):sum()
    local towards = sum:column(1):mul(batch.info.answer:gt(0)) + sum:column(2):mul(batch.info.answer:lt(0))
    local variance = 0.2 ^ 2 / 0.02
    assert.near(0.7, towards:sum() / n, 5 * math.sqrt(variance / n))
    assert.near(0.3, (sum:sum() - towards:sum()) / n, 5 * math.sqrt(variance / n))
    assert.near(0.7 ^ 2 + 0.3 ^ 2 + 2 * variance, squares / n, 0.01 * variance * 5)
  end)

  it("without noise is told the coherence itself", function()
    local batch = rx.tasks.perceptual_decision({ noise = 0 }):batch(50, rx.random(4))
    local inputs = batch.inputs
    local off = (inputs:column(1) - inputs:column(2)):mul(inputs:column(1):gt(0)) -
      batch.info.coherence:mul(inputs:column(1):gt(0))
    assert.is_true(off:abs():max() < 1e-6)
  end)

  it("has an ideal observer who is right as often as the closed form says", function()
    local n = 20000
    local batch = task:batch(n, rx.random(5))
    local right = task:ideal_choices(batch):eq(batch.info.answer)
    for _, c in ipairs(task.coherences) do
      local met = batch.info.coherence:abs():eq(rx.matrix { { c } })
      assert_share(task:ideal_accuracy(c), met:mul(right):sum() / met:sum(), met:sum())
    end
    assert_share(task:ideal_accuracy(), right:mean(), n)
    assert.are.equal(0.5, task:ideal_accuracy(0))
    assert.near(normal.below(0.128 * math.sqrt(0.4) / 0.15), task:ideal_accuracy(-0.128), 1e-12)
    assert.are.equal(1, rx.tasks.perceptual_decision({ noise = 0 }):ideal_accuracy(0.1))
  end)

  it("has an ideal observer whose psychometric function is that of the noise", function()
    local batch = task:batch(20000, rx.random(6))
    local fit = rx.psychometric(batch.info.coherence, task:ideal_choices(batch))
    assert.near(0, fit.mean, 5 * fit.mean_error)
    assert.near(0.15 / math.sqrt(0.4), fit.sd, 5 * fit.sd_error)
  end)

  it("leaves anybody at chance where the coherence is 0", function()
    local zero = rx.tasks.perceptual_decision { coherences = { 0 } }
    local batch = zero:batch(10000, rx.random(7))
    assert_share(0.5, zero:ideal_choices(batch):eq(batch.info.answer):mean(), 10000)
  end)

  it("with fixation tells when to answer, and asks for silence until then", function()
    local fixated = rx.tasks.perceptual_decision { fixation = true }
    local batch = fixated:batch(100, rx.random(8))
    assert.are.same({ 3, 3 }, { fixated.inputs, fixated.outputs })
    for b = 1, 100, 7 do
      local before = math.tointeger(batch.info.onset:get(b, 1)) + 40
      local steps = steps_of(batch.mask, b)
      assert.are.same({ before + 15, 1 }, { #steps, steps[1] })
      assert.are.equal(before, #steps_of(batch.inputs:column(3), b))
      assert.are.equal(before, #steps_of(batch.targets:column(3), b))
    end
    assert.is_true(same(batch.mask, batch.targets:sum("columns")))
    assert.are.equal(0, fixated:distance(fixated:decode(batch.targets), batch.truth):mul(batch.mask):sum())
    assert.is_true(same(batch.info.answer, fixated:choices(batch.targets, batch)))
    assert.are.same({ { -1 }, { 1 }, { 0 } },
                    fixated:decode(rx.matrix { { 0, 1, 0.5 }, { 1, 0, -1 }, { 0, 1, 2 } }):totable())
  end)

  it("answers mistakes in its coherences and periods", function()
    local function problem(options)
      return message(function() rx.tasks.perceptual_decision(options) end)
    end
    assert.matches("choice_tasks_spec.lua:%d+: bad option 'coherences' %(numbers from 0 to 1 expected, got 1.5%)",
                   problem { coherences = { 0, 1.5 } })
    assert.matches("bad option 'coherences' %(list without holes expected", problem { coherences = { 0, nil, 0.5 } })
    assert.matches("bad option 'coherences' %(list of numbers expected", problem { coherences = {} })
    assert.matches("bad option 'coherences' %(list expected, got 0.5", problem { coherences = 0.5 })
    assert.matches("choice_tasks_spec.lua:%d+: bad option 'least_fixation' %(number up to 'most_fixation', 0.5, " ..
                   "expected, got 1%)", problem { least_fixation = 1 })
  end)

  it("tells checkpoints of other coherences apart", function()
    assert.are_not.equal(task.settings.coherences,
                         rx.tasks.perceptual_decision({ coherences = { 0, 0.5 } }).settings.coherences)
  end)
end)

describe("delayed comparison", function()
  local task = rx.tasks.delayed_comparison {}
  local batch = task:batch(3000, rx.random(1))
  local info = batch.info

  it("compares frequencies from 10 to 34 Hz that lie 8 Hz apart", function()
    assert.is_true(same((info.second - info.first), 8 * info.answer))
    assert.are.same({ 10, 34 }, { info.first:min(), info.first:max() })
    assert.are.same({ 10, 34 }, { info.second:min(), info.second:max() })
    assert.are.same({ 10, 14, 18, 22, 26 }, task.lower)
    for _, lower in ipairs(task.lower) do
      assert_share(0.1, info.first:eq(lower):mul(info.second:eq(lower + 8)):mean(), 3000)
      assert_share(0.1, info.second:eq(lower):mul(info.first:eq(lower + 8)):mean(), 3000)
    end
  end)

  it("has delays of 1 to 3 s, after which trials end", function()
    assert.are.same({ 50, 150 }, { info.delay:min(), info.delay:max() })
    assert.near(100, info.delay:mean(), 5 * math.sqrt((101 ^ 2 - 1) / 12 / 3000))
    assert.are.equal(25 + 150 + 25 + 15, task.steps)
    for b = 1, 3000, 173 do
      local delay = math.tointeger(info.delay:get(b, 1))
      local steps = steps_of(batch.mask, b)
      assert.are.same({ 15, 50 + delay + 1, 50 + delay + 15 }, { #steps, steps[1], steps[15] })
      local heard = batch.inputs:trial(b):sum("columns")
      assert.are.same({ 0, 0 }, { heard:slice(26, 25 + delay):sum(), heard:slice(51 + delay, task.steps):sum() })
    end
  end)

  it("tells each frequency by one input that rises with it and one that falls", function()
    local function inputs(frequency) return task:encode(rx.matrix { { frequency } }):totable()[1] end
    for frequency, expected in pairs { [10] = { 0.4, 1.2 }, [22] = { 0.8, 0.8 }, [34] = { 1.2, 0.4 } } do
      assert.near(expected[1], inputs(frequency)[1], 1e-6)
      assert.near(expected[2], inputs(frequency)[2], 1e-6)
    end
    for b = 1, 3000, 173 do
      local heard, again = batch.inputs:trial(b), 26 + math.tointeger(info.delay:get(b, 1))
      assert.is_true(same(heard:slice(1, 25), rx.matrix(25, 2) + task:encode(info.first:row(b))))
      assert.is_true(same(heard:slice(again, again + 24), rx.matrix(25, 2) + task:encode(info.second:row(b))))
    end
  end)

  it("reports accuracy by pair", function()
    local wrong_low = info.answer:mul(1 - 2 * info.first:eq(10)) -- whoever hears 10 Hz first answers wrong
    local pairs_met = task:by_pair(wrong_low, batch)
    assert.are.same({ 10, 4 }, { pairs_met.rows, pairs_met.cols })
    assert.are.equal(3000, pairs_met:column(4):sum())
    for _, row in ipairs(pairs_met:totable()) do
      assert.are.equal(row[1] == 10 and 0 or 1, row[3])
      assert.are.equal(8, math.abs(row[1] - row[2]))
    end
  end)

  it("takes other frequencies, one pair alone too, and noise", function()
    local other = rx.tasks.delayed_comparison { lowest = 5, highest = 9, apart = 4, pairs = 1, noise = 0.1 }
    assert.are.same({ 5 }, other.lower)
    local noisy = other:batch(500, rx.random(2))
    local first = noisy.inputs:slice(1, 25 * 500):as_sequence(25)
    local off = first - other:encode(noisy.info.first)
    assert.near(0.1 ^ 2 / 0.02, off:mul(off):mean(), 5 * 0.1 ^ 2 / 0.02 * math.sqrt(2 / 25000))
    assert.matches("choice_tasks_spec.lua:%d+: bad option 'apart' %(at most 'highest' less 'lowest', 24 Hz, " ..
                   "expected, got 30%)", message(function() rx.tasks.delayed_comparison { apart = 30 } end))
  end)
end)

describe("delayed match to sample", function()
  local task = rx.tasks.delayed_match {}
  local batch = task:batch(4000, rx.random(1))
  local info = batch.info

  it("shows each of eight directions as often, and as a test any other where they do not match", function()
    local sample, test = info.sample * (4 / math.pi), info.test * (4 / math.pi)
    for k = 0, 7 do
      local met = (sample - k):abs():lt(1e-4)
      assert_share(1 / 8, met:mean(), 4000)
      local others = met:mul(info.answer:lt(0))
      for j = 0, 7 do
        local share = others:mul((test - j):abs():lt(1e-4)):sum() / others:sum()
        if j == k then assert.are.equal(0, share) else assert_share(1 / 7, share, others:sum()) end
      end
    end
    assert.is_true((info.sample - info.test):abs():mul(info.answer:gt(0)):max() == 0)
  end)

  it("shows the sample for 0.5 s, the test for 0.5 s a second later, and asks in the test", function()
    assert.are.equal(25 + 50 + 25, task.steps)
    local shown = batch.inputs:sum("columns"):gt(0)
    for b = 1, 4000, 397 do
      local steps = steps_of(shown, b)
      assert.are.same({ 50, 1, 25, 76, 100 }, { #steps, steps[1], steps[25], steps[26], steps[50] })
      local asked = steps_of(batch.mask, b)
      assert.are.same({ 20, 81, 100 }, { #asked, asked[1], asked[20] })
    end
  end)

  it("has channels with von Mises tuning, at most 1", function()
    local code = task:encode(rx.matrix { { 0 }, { math.pi / 2 } })
    assert.near(1, code:get(1, 1), 1e-6)
    assert.near(1, code:get(2, 7), 1e-6)
    assert.near(math.exp(-4), code:get(1, 13), 1e-6)
    assert.near(math.exp(2 * (math.cos(math.pi / 12) - 1)), code:get(1, 24), 1e-6)
    assert.is_true(same(batch.inputs:at(1), task:encode(info.sample)))
    assert.is_true(same(batch.inputs:at(100), task:encode(info.test)))
  end)

  it("answers mistakes in its settings", function()
    assert.matches("choice_tasks_spec.lua:%d+: bad option 'directions' %(at least 2 expected, got 1%)",
                   message(function() rx.tasks.delayed_match { directions = 1 } end))
    assert.matches("choice_tasks_spec.lua:%d+: bad option 'reaction' %(less than 'test', 0.5 s, expected, got 0.5%)",
                   message(function() rx.tasks.delayed_match { reaction = 0.5 } end))
  end)
end)

local SHORT = {
  delayed_comparison = { least_delay = 0.2, most_delay = 0.6, stimulus = 0.2 },
  delayed_match = { sample = 0.2, delay = 0.2, test = 0.3, channels = 12 },
}
for name, options in pairs(SHORT) do
  it("a small network learns " .. name, function()
    local task, rng = rx.tasks[name](options), rx.random(1)
    local net = rx.gru {
      inputs = task.inputs, units = 32, outputs = task.outputs, init = task.init, tau = 0.1, bias = true, rng = rng,
      loss = rx.loss.cross_entropy,
    }
    rx.train(net, task, { batches = 250, size = 50, rate = 1e-2, progress = false })
    local batch = task:batch(500, rng)
    local _, outputs = net:forward(batch)
    assert.is_true(task:choices(outputs, batch):eq(batch.info.answer):mean() > 0.97)
  end)
end
