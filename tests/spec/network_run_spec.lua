local rx = require "reactivation"
local support = require "tests.spec.support"
local message, same, relative_error = support.message, support.same, support.relative_error

local function network(cell, options)
  local o = { inputs = 2, units = 50, outputs = 4, init = 3, sigma = 0.5, rng = rx.random(5) }
  for name, value in pairs(options or {}) do o[name] = value end
  return rx[cell](o)
end

local function relu(x) return x:mul(x:gt(0)) end
local function sigmoid(x) return 1 / (1 + (-x):exp()) end

-- dr / dt, from a state and an input, as the paper has it.
local equations = {
  rnn = function(w, r, ds, tau)
    return (relu(r * w.w_rec:t() + ds * w.w_in:t() + w.b_rec) - r) / tau
  end,
  gru = function(w, r, ds, tau)
    local z = sigmoid(r * w.u_z:t() + ds * w.w_z:t() + w.b_z)
    local g = sigmoid(r * w.u_r:t() + ds * w.w_r:t() + w.b_r)
    local h = relu(g:mul(r) * w.u_h:t() + ds * w.w_h:t() + w.b_h)
    return (1 - z):mul(h - r) / tau
  end,
}

for cell, equation in pairs(equations) do
  describe("a run of the " .. cell, function()
    it("follows the equation of its cell, step by step", function()
      local rng = rx.random(21)
      local net = network(cell, { activation = "relu", bias = true, rng = rng })
      net.parameters:copy(net.parameters + rng:normal(1, net.parameters.cols, 0, 0.1))
      local inputs, noise = rng:normal(35, 2):as_sequence(7), rng:normal(35, 50)
      local r = rng:normal(5, 50)
      local states, outputs = net:forward { state = r, inputs = inputs, noise = noise }
      for t = 1, 7 do
        r = r + 0.02 * equation(net.weights, r, inputs:at(t), 0.1)
              + 0.5 * math.sqrt(0.02) * noise:slice(5 * t - 4, 5 * t)
        assert.is_true(relative_error(r, states:at(t)) < 1e-5)
        assert.is_true(relative_error(r * net.weights.w_out:t(), outputs:at(t)) < 1e-5)
      end
    end)

    it("without input is quiescence: the same as with inputs of zero", function()
      local net = network(cell)
      local init = rx.random(1):normal(7, 3)
      local quiet = net:forward { init = init, steps = 9, rng = rx.random(3) }
      local zero = net:forward { init = init, inputs = rx.matrix(63, 2):as_sequence(9), rng = rx.random(3) }
      assert.is_true(same(quiet, zero))
    end)

    it("adds noise of standard deviation sigma sqrt(dt), once a step", function()
      for law, expected in pairs { gaussian = { 0, 1, 3 }, uniform = { 0.5, 1 / 12, 1.8 } } do
        local net = network(cell, { noise = law, tau = 1e6, activation = "identity" })
        net.parameters:copy(rx.matrix(1, net.parameters.cols))
        local states = net:forward { state = rx.matrix(400, 50), steps = 10 }
        local scale = 0.5 * math.sqrt(0.02)
        local jumps = (states:slice(401, 4000) - states:slice(1, 3600)) / scale
        local mean = jumps:mean()
        local off = jumps - mean
        local variance = off:mul(off):mean()
        assert.near(expected[1], mean, 0.012)
        assert.near(expected[2], variance, 0.017)
        assert.near(expected[3], (off ^ 4):mean() / variance ^ 2, 0.06)
        -- steps do not know of each other
        local a, b = off:slice(1, 3200), off:slice(401, 3600)
        assert.near(0, a:mul(b):mean() / variance, 0.0125)
      end
    end)

    it("takes another sigma for one run", function()
      local net = network(cell)
      local init = rx.random(1):normal(7, 3)
      local silent = net:forward { init = init, steps = 3, sigma = 0 }
      local again = net:forward { init = init, steps = 3, sigma = 0 }
      assert.is_true(same(silent, again))
      assert.is_false(same(silent, (net:forward { init = init, steps = 3 })))
    end)

    it("moves its generator, so that the next run has other noise", function()
      local net = network(cell)
      local init = rx.random(1):normal(7, 3)
      local position = net.rng.position
      local first = net:forward { init = init, steps = 3 }
      assert.is_true(net.rng.position > position)
      assert.is_false(same(first, (net:forward { init = init, steps = 3 })))
      net.rng:seek(position)
      assert.is_true(same(first, (net:forward { init = init, steps = 3 })))
    end)

    it("is the same in windows, or step by step, as at once", function()
      local net = network(cell, { output_sigma = 0.1, input_sigma = 0.2, bias = true })
      local rng = rx.random(4)
      local state, inputs = rng:normal(7, 50), rng:normal(7 * 23, 2):as_sequence(23)
      net.rng:seek(1000)
      local states, outputs = net:forward { state = state, inputs = inputs }
      net.rng:seek(1000)
      local t = 0
      for s, o in net:stream { state = state, inputs = inputs, every = 5 } do
        for k = 1, s.steps do
          assert.is_true(same(states:at(t + k), s:at(k)))
          assert.is_true(same(outputs:at(t + k), o:at(k)))
        end
        t = t + s.steps
      end
      assert.are.equal(23, t)
      net.rng:seek(1000)
      for step = 1, 23 do
        local output
        state, output = net:step(state, inputs:at(step))
        assert.is_true(same(states:at(step), state))
        assert.is_true(same(outputs:at(step), output))
      end
    end)

    it("begins, in windows too, with the first target encoded", function()
      local net = network(cell, { sigma = 0 })
      local init = rx.random(4):normal(7, 3)
      local states = net:forward { init = init, steps = 4 }
      local encoded = net:forward { state = init * net.weights.encoder:t(), steps = 4 }
      assert.is_true(relative_error(encoded, states) < 1e-5)
      local window = net:stream { init = init, steps = 4, every = 2 }
      assert.is_true(same(states:slice(1, 14), (window())))
      assert.is_true(same(states:slice(15, 28), (window())))
      assert.is_nil(window())
    end)
  end)
end

describe("a run", function()
  it("adds noise to inputs and outputs when asked to", function()
    local rng = rx.random(9)
    local net = network("rnn", {
      sigma = 0, input_sigma = 2, output_sigma = 3, tau = 0.02, activation = "identity",
    })
    local w = net.weights
    net.parameters:copy(rx.matrix(1, net.parameters.cols))
    w.w_in:set(1, 1, 1) w.w_in:set(2, 2, 1)
    local inputs = rng:normal(40000, 2):as_sequence(20)
    local states, outputs = net:forward { state = rx.matrix(2000, 50), inputs = inputs }
    local off = (rx.join { states:column(1), states:column(2) } - inputs) / (2 * math.sqrt(0.02))
    assert.near(0, off:mean(), 0.02)
    assert.near(1, off:mul(off):mean(), 0.026)
    local out = outputs / (3 * math.sqrt(0.02))
    assert.near(0, out:mean(), 0.0125)
    assert.near(1, out:mul(out):mean(), 0.018)
    assert.are.equal(0, states:column(3):abs():max())
  end)
end)

describe("a run in windows", function()
  it("keeps each, or writes it over the one before", function()
    local net = rx.rnn { inputs = 1, units = 5, outputs = 4, sigma = 1, rng = rx.random(1) }
    local kept = {}
    for states in net:stream { init = rx.matrix(3, 4), steps = 8, every = 4 } do kept[#kept + 1] = states end
    assert.is_false(same(kept[1], kept[2]))
    local first, copy
    for states in net:stream { init = rx.matrix(3, 4), steps = 10, every = 4, reuse = true } do
      if first then
        assert.is_true(same(first:slice(1, states.rows), states))
        assert.is_false(same(copy:slice(1, states.rows), states))
      else
        first, copy = states, states:clone()
      end
    end
  end)

  it("or at once, fills the sequences it is given", function()
    local net = rx.rnn { inputs = 1, units = 5, outputs = 4, rng = rx.random(1) }
    local run = { init = rx.matrix(3, 4, 1), steps = 2 }
    local states, outputs = rx.matrix(6, 5):as_sequence(2), rx.matrix(6, 4):as_sequence(2)
    local s, o = net:forward(run, states, outputs)
    assert.are.same({ states, outputs }, { s, o })
    assert.is_true(states:abs():max() > 0)
    assert.is_true(same(states, (net:forward(run))))
    assert.matches("6 x 5 matrix expected, got 6 x 4", message(function() net:forward(run, outputs) end))
    assert.matches("sequence of as many steps expected",
                   message(function() net:forward(run, rx.matrix(6, 5)) end))
  end)
end)
