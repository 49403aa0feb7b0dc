-- The decision network: experiments/decision.lua with a tiny network, and a small one that learns.
local rx = require "reactivation"
local cjson = require "cjson"
local support = require "tests.spec.support"

describe("the decision experiment", function()
  local folder, remove, out, output, status
  local TINY = " --units 20 --density 0.5 --batches 3 --trials 100 "

  setup(function()
    folder, remove = support.scratch()
    out = folder .. "/out"
    output, status = support.run(support.experiment "decision" .. TINY .. "--out " .. out)
  end)
  teardown(function() remove() end)

  local function number(label)
    for _, row in ipairs(cjson.decode(support.read(out .. "/numbers.json"))) do
      if row.label == label then return row.mean end
    end
  end

  it("ends well, with its four panels and its numbers", function()
    assert.are.equal(0, status, output)
    local picture = support.read(out .. "/decision.svg")
    for _, letter in ipairs { "a", "b", "c", "d" } do
      assert.truthy(picture:find(">" .. letter .. "<", 1, true), letter)
    end
    assert.near(0.5, number "connections that exist", 0.15)
    assert.is_true(number "least rate" >= 0)
    assert.near(number "right answers" / number "right answers, ideal observer", number "their ratio", 1e-9)
  end)

  it("goes on from its checkpoint, and with another cost says what differs", function()
    local again, ended = support.run(support.experiment "decision" .. TINY .. "--out " .. out)
    assert.are.equal(0, ended, again)
    assert.truthy(again:find("trained already", 1, true), again)
    local other, failed = support.run(support.experiment "decision" .. TINY .. "--rate-cost 1 --out " .. out)
    assert.are_not.equal(0, failed)
    assert.truthy(other:find("network rate_cost = 0.001, but this run has 1", 1, true), other)
  end)
end)

-- Perfect integration of the inputs by two lines is what the ideal observer does: a network that decides by the
-- difference of its inputs' sums is right as often.
it("a small network comes near the ideal observer", function()
  local rng = rx.random(1)
  local task = rx.tasks.perceptual_decision { stimulus = 0.4, least_fixation = 0, most_fixation = 0.1, response = 0.1 }
  local net = rx.rnn {
    inputs = 2, units = 16, outputs = 2, init = 1, tau = 0.1, activation = "tanh", rng = rng,
    loss = rx.loss.cross_entropy,
  }
  rx.train(net, task, { batches = 150, size = 60, rate = 1e-2, progress = false })
  local batch = task:batch(3000, rng)
  local _, outputs = net:forward(batch)
  local right = task:choices(outputs, batch):eq(batch.info.answer):mean()
  assert.is_true(right > 0.95 * task:ideal_accuracy(), right)
end)

for name, further in pairs { lstm = {}, adapting = { tau = 0.04, bias = true, gain = 0.3 } } do
  it(("a small %s network learns head direction"):format(name), function()
    local task = rx.tasks.head_direction { steps = 20, cells = 16 }
    local options = { inputs = 1, units = 32, outputs = 16, sigma = 0.1, rng = rx.random(2) }
    for option, value in pairs(further) do options[option] = value end
    local history = rx.train(rx.cells[name](options), task, {
      batches = 250, size = 50, rate = rx.schedule.cosine(1e-2, 1e-3, 250), test_every = 250, progress = false,
    })
    assert.is_true(history.test_error[2] < 0.3 * history.test_error[1], history.test_error[2])
  end)
end
