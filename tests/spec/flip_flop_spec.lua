local rx = require "reactivation"
local support = require "tests.spec.support"
local message, same = support.message, support.same

describe("the flip-flop", function()
  local task = rx.tasks.flip_flop { steps = 80 }
  local batch = task:batch(300, rx.random(1))

  it("gives sequences of three channels", function()
    for _, name in ipairs { "inputs", "targets", "truth" } do
      assert.are.same({ 80, 300, 3 }, { batch[name].steps, batch[name].batch, batch[name].cols })
    end
    assert.are.same({ 300, 3 }, { batch.init.rows, batch.init.cols })
  end)

  it("holds the sign of the last pulse, at first that of its init", function()
    for b = 1, 300, 17 do
      local inputs, held = batch.inputs:trial(b):totable(), batch.truth:trial(b):totable()
      for c = 1, 3 do
        local last = batch.init:get(b, c)
        for t = 1, 80 do
          if inputs[t][c] ~= 0 then last = inputs[t][c] end
          assert.are.equal(1, math.abs(last))
          assert.are.equal(last, held[t][c])
        end
      end
    end
    assert.is_true(same(batch.targets, batch.truth))
  end)

  -- Where a pulse of five steps meets no other, it has them all: silence before, five steps, silence.
  it("has pulses of 0.1 s, longer only where another follows at once", function()
    local whole = 0
    for b = 1, 300 do
      for c = 1, 3 do
        local length, sign = 0, 0
        for _, row in ipairs(batch.inputs:trial(b):slice(1, 80):totable()) do
          if row[c] ~= 0 and row[c] == sign then
            length = length + 1
          else
            if sign ~= 0 and row[c] == 0 then
              assert.is_true(length >= 5)
              whole = whole + (length == 5 and 1 or 0)
            end
            length, sign = 1, row[c]
          end
        end
      end
    end
    assert.is_true(whole > 500)
  end)

  it("begins a pulse as often as it says, of either sign alike, in each channel by itself", function()
    local many = rx.tasks.flip_flop { bits = 2, steps = 50, rate = 4, width = 0.02 } -- pulses of one step
    local inputs = many:batch(2000, rx.random(2)).inputs
    local n, p = 2 * 50 * 2000, 4 * 0.02
    local pulses = inputs:abs()
    assert.near(p, pulses:mean(), 5 * math.sqrt(p * (1 - p) / n))
    assert.near(0, inputs:sum() / pulses:sum(), 5 / math.sqrt(p * n))
    local both = pulses:column(1):mul(pulses:column(2)):mean()
    assert.near(p * p, both, 5 * math.sqrt(p * p / 100000))
  end)

  it("decodes signs, and counts bits that are wrong", function()
    assert.are.same({ { 1, -1 }, { 1, 1 } }, task:decode(rx.matrix { { 0.2, -3 }, { 0, 1 } }):totable())
    assert.are.equal(0, task:distance(task:decode(batch.targets), batch.truth):max())
    local off = task:distance(rx.matrix { { 1, 1, -1 }, { 1, 1, 1 } }, rx.matrix { { 1, -1, 1 }, { 1, 1, 1 } })
    assert.near(2 / 3, off:get(1, 1), 1e-6)
    assert.are.equal(0, off:get(2, 1))
  end)

  it("is learned by a small network", function()
    local rng = rx.random(3)
    local small = rx.tasks.flip_flop { bits = 1, steps = 40, rate = 2 }
    local net = rx.rnn {
      inputs = 1, units = 16, outputs = 1, init = 1, activation = "tanh", tau = 0.04, bias = true, rng = rng,
    }
    local history = rx.train(net, small, { batches = 150, size = 50, rate = 1e-2, test_every = 150, progress = false })
    assert.is_true(history.test_error[2] < 0.05, history.test_error[2])
  end)

  -- Sussillo and Barak (2013): one for each state of the bits
  for bits, batches in pairs { 200, 300, 500 } do
    it(("leaves 2^%d stable points in a network that learned it, one for each state"):format(bits), function()
      local rng = rx.random(1)
      local learned = rx.tasks.flip_flop { bits = bits, steps = 80, rate = 1.5 }
      local net = rx.rnn {
        inputs = bits, units = 48, outputs = bits, init = bits, activation = "tanh", tau = 0.04, bias = true,
        sigma = 0.05, rng = rng,
      }
      rx.train(net, learned, {
        batches = batches, size = 50, rate = rx.schedule.cosine(1e-2, 1e-3, batches), progress = false,
      })
      local states = net:forward(learned:batch(200, rng))
      local points = rx.slow_points(net, rx.thin(states, 300))
      local held, stable = {}, 0
      for i, is_stable in ipairs(points.stable) do
        if is_stable then
          stable = stable + 1
          held[table.concat(learned:decode(points.states:row(i) * net.weights.w_out:t()):totable()[1], " ")] = true
        end
      end
      local different = 0
      for _ in pairs(held) do different = different + 1 end
      assert.are.same({ 2 ^ bits, 2 ^ bits }, { stable, different })
    end)
  end

  it("answers mistakes with the line of the caller", function()
    assert.matches("flip_flop_spec.lua:%d+: bad option 'bits' %(whole number of at least 1 expected, got 0%)",
                   message(function() rx.tasks.flip_flop { bits = 0 } end))
    assert.matches("flip_flop_spec.lua:%d+: bad option 'rate' %(at most one pulse a step, 50 a second, expected, " ..
                   "got 60%)", message(function() rx.tasks.flip_flop { rate = 60 } end))
    assert.matches("flip_flop_spec.lua:%d+: bad argument #1 to 'decode' %(matrix expected, got nil",
                   message(function() task:decode() end))
  end)
end)
