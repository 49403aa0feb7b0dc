local rx = require "reactivation"
local support = require "tests.spec.support"
local message, same, relative_error = support.message, support.same, support.relative_error

local function golden_network(name)
  local g = support.golden(name)
  local net = rx[g.cell] {
    inputs = g.inputs, units = g.units, outputs = g.outputs, init = g.init, dt = g.dt, tau = g.tau,
    sigma = g.sigma, activation = g.activation, bias = g.bias == 1, rng = rx.random(0),
  }
  for weight, matrix in pairs(net.weights) do matrix:copy(g.weights[weight]) end
  return net, g
end

for _, name in ipairs { "rnn_relu", "rnn_tanh_bias", "rnn_sigmoid" } do
  describe("the network of the reference data " .. name, function()
    local net, g = golden_network(name)

    it("goes through the same states and outputs", function()
      local states, outputs = net:forward(g.batch)
      assert.is_true(relative_error(g.forward.states, states) < 1e-5)
      assert.is_true(relative_error(g.forward.outputs, outputs) < 1e-5)
      assert.are.equal(g.steps, states.steps)
    end)

    it("has the same loss and the same gradient of every weight", function()
      local loss, gradients = net:gradient(g.batch)
      assert.near(g.loss, loss, 1e-5 * g.loss)
      local compared = 0
      for weight, expected in pairs(g.gradients) do
        assert.is_true(relative_error(expected, gradients[weight]) < 1e-4, weight)
        compared = compared + 1
      end
      assert.are.equal(g.bias == 1 and 5 or 4, compared)
    end)
  end)
end

-- A small network whose numbers are of order one, so that float32 leaves room for differences.
local function small(activation, bias, rng)
  local net = rx.rnn {
    inputs = 2, units = 6, outputs = 4, init = 3, dt = 0.02, tau = 0.05, sigma = 1, activation = activation,
    bias = bias, rng = rng,
  }
  if bias then net.weights.b_rec:copy(rng:normal(1, 6, 0.1, 0.5)) end
  local batch = {
    init = rng:normal(5, 3), inputs = rng:normal(35, 2):as_sequence(7), targets = rng:normal(35, 4),
    noise = rng:normal(35, 6),
  }
  return net, batch
end

describe("the gradient", function()
  for _, activation in ipairs { "relu", "tanh", "sigmoid", "identity" } do
    for _, bias in ipairs { false, true } do
      it(("is the slope of the loss at every single weight: %s, %s"):format(activation,
          bias and "biases" or "no biases"), function()
        local net, batch = small(activation, bias, rx.random(11))
        local _, gradients = net:gradient(batch)
        for name, matrix in pairs(net.weights) do
          local scale = gradients[name]:abs():max()
          assert.is_true(scale > 0)
          for i = 1, matrix.rows do
            for j = 1, matrix.cols do
              local w, h = matrix:get(i, j), 2e-3
              matrix:set(i, j, w + h)
              local above = net:gradient(batch)
              matrix:set(i, j, w - h)
              local below = net:gradient(batch)
              matrix:set(i, j, w)
              -- signed; what remains is float32 in the loss, and relu's kink
              assert.near((above - below) / (2 * h), gradients[name]:get(i, j), 0.02 * scale)
            end
          end
        end
      end)
    end
  end

  it("follows inputs through the library's product as well as by rows", function()
    local rng = rx.random(12)
    local net = rx.rnn { inputs = 9, units = 5, outputs = 3, sigma = 0, activation = "tanh", rng = rng }
    local batch = { init = rng:normal(4, 3), inputs = rng:normal(12, 9):as_sequence(3), targets = rng:normal(12, 3) }
    local _, gradients = net:gradient(batch)
    local w = net.weights.w_in
    for _, place in ipairs { { 1, 1 }, { 5, 9 }, { 3, 4 } } do
      local at = w:get(place[1], place[2])
      w:set(place[1], place[2], at + 1e-2)
      local above = net:gradient(batch)
      w:set(place[1], place[2], at - 1e-2)
      local below = net:gradient(batch)
      w:set(place[1], place[2], at)
      assert.near((above - below) / 2e-2, gradients.w_in:get(table.unpack(place)), 0.01 * gradients.w_in:abs():max())
    end
  end)

  it("is the same to the last bit on one thread and on two", function()
    local threads, found = rx.threads(), {}
    for n = 1, 2 do
      rx.threads(n)
      local rng = rx.random(1)
      local net = rx.rnn { inputs = 1, units = 40, outputs = 70, sigma = 0.5, bias = true, rng = rng }
      local task = rx.tasks.head_direction { cells = 70, steps = 13 }
      local loss, _, flat = net:gradient(task:batch(230, rng))
      found[n] = { loss = loss, flat = flat }
    end
    rx.threads(threads)
    assert.are.equal(found[1].loss, found[2].loss)
    assert.is_true(same(found[1].flat, found[2].flat))
  end)

  it("reaches no encoder when the run starts from a state", function()
    local rng = rx.random(2)
    local net, batch = small("tanh", true, rng)
    batch.init, batch.state = nil, rng:normal(5, 6)
    local _, gradients = net:gradient(batch)
    assert.are.equal(0, gradients.encoder:abs():max())
    assert.is_true(gradients.w_rec:abs():max() > 0)
  end)
end)

describe("a run", function()
  local function network(options)
    local o = { inputs = 2, units = 50, outputs = 4, init = 3, dt = 0.02, tau = 0.1, sigma = 0.5, rng = rx.random(5) }
    for name, value in pairs(options or {}) do o[name] = value end
    return rx.rnn(o)
  end

  it("follows the equation of the vanilla network, step by step", function()
    local net, batch = small("relu", true, rx.random(21))
    local w, r = net.weights, batch.init * net.weights.encoder:t()
    local states = net:forward(batch)
    for t = 1, 7 do
      local drive = r * w.w_rec:t() + batch.inputs:at(t) * w.w_in:t() + w.b_rec
      local active = drive:mul(drive:gt(0))
      local noise = batch.noise:slice(5 * t - 4, 5 * t)
      r = r + (0.02 / 0.05) * (active - r) + math.sqrt(0.02) * noise
      assert.is_true(relative_error(r, states:at(t)) < 1e-5)
    end
  end)

  it("without input is quiescence: the same as with inputs of zero", function()
    local net = network()
    local init = rx.random(1):normal(7, 3)
    local quiet = net:forward { init = init, steps = 9, rng = rx.random(3) }
    local zero = net:forward { init = init, inputs = rx.matrix(63, 2):as_sequence(9), rng = rx.random(3) }
    assert.is_true(same(quiet, zero))
  end)

  it("adds noise of standard deviation sigma sqrt(dt), once a step", function()
    for law, expected in pairs { gaussian = { 0, 1, 3 }, uniform = { 0.5, 1 / 12, 1.8 } } do
      local net = network { noise = law, tau = 1e6, activation = "identity" }
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
    local net = network()
    local init = rx.random(1):normal(7, 3)
    local silent = net:forward { init = init, steps = 3, sigma = 0 }
    local again = net:forward { init = init, steps = 3, sigma = 0 }
    assert.is_true(same(silent, again))
    assert.is_false(same(silent, (net:forward { init = init, steps = 3 })))
  end)

  it("adds noise to inputs and outputs when asked to", function()
    local rng = rx.random(9)
    local net = network { sigma = 0, input_sigma = 2, output_sigma = 3, tau = 0.02, activation = "identity" }
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

  it("moves its generator, so that the next run has other noise", function()
    local net = network()
    local init = rx.random(1):normal(7, 3)
    local position = net.rng.position
    local first = net:forward { init = init, steps = 3 }
    assert.is_true(net.rng.position > position)
    assert.is_false(same(first, (net:forward { init = init, steps = 3 })))
    net.rng:seek(position)
    assert.is_true(same(first, (net:forward { init = init, steps = 3 })))
  end)

  it("is the same in windows, or step by step, as at once", function()
    local net = network { output_sigma = 0.1, input_sigma = 0.2 }
    local rng = rx.random(4)
    local init, inputs = rng:normal(7, 3), rng:normal(7 * 23, 2):as_sequence(23)
    net.rng:seek(1000)
    local states, outputs = net:forward { init = init, inputs = inputs }
    net.rng:seek(1000)
    local t = 0
    for s, o in net:stream { init = init, inputs = inputs, every = 5 } do
      for k = 1, s.steps do
        assert.is_true(same(states:at(t + k), s:at(k)))
        assert.is_true(same(outputs:at(t + k), o:at(k)))
      end
      t = t + s.steps
    end
    assert.are.equal(23, t)
    net.rng:seek(1000)
    local state = init * net.weights.encoder:t()
    for step = 1, 23 do
      local output
      state, output = net:step(state, inputs:at(step))
      assert.is_true(relative_error(states:at(step), state) < 1e-5)
      assert.is_true(relative_error(outputs:at(step), output) < 1e-5)
    end
  end)
end)

describe("a run in windows", function()
  it("writes each over the one before", function()
    local net = rx.rnn { inputs = 1, units = 5, outputs = 4, sigma = 1, rng = rx.random(1) }
    local first, copy
    for states in net:stream { init = rx.matrix(3, 4), steps = 10, every = 4 } do
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

describe("the weights", function()
  local net = rx.rnn { inputs = 3, units = 64, outputs = 20, init = 16, bias = true, rng = rx.random(0) }

  it("start uniform within one over the square root of their fan-in, biases at zero", function()
    for name, fan_in in pairs { encoder = 16, w_in = 3, w_rec = 64, w_out = 64 } do
      local bound, w = 1 / math.sqrt(fan_in), net.weights[name]
      assert.is_true(w:abs():max() <= bound)
      assert.is_true(w:abs():max() > 0.9 * bound)
      assert.near(0, w:mean(), 5 * bound / math.sqrt(3 * w.rows * w.cols))
    end
    assert.are.equal(0, net.weights.b_rec:abs():max())
  end)

  it("are the real ones, all parts of one row", function()
    net.weights.w_rec:set(3, 4, 123)
    local found = 0
    for j = 1, net.parameters.cols do
      if net.parameters:get(1, j) == 123 then found = found + 1 end
    end
    assert.are.equal(1, found)
  end)
end)

describe("a mistake with a network", function()
  local rng = rx.random(0)
  local options = { inputs = 2, units = 5, outputs = 4, init = 3, rng = rng }
  local net = rx.rnn(options)
  local init, inputs = rng:normal(6, 3), rng:normal(18, 2):as_sequence(3)

  local function with(changes)
    local o = {}
    for name, value in pairs(options) do o[name] = value end
    for name, value in pairs(changes) do o[name] = value end
    return function() rx.rnn(o) end
  end

  it("is answered when it is made", function()
    assert.matches("unknown option 'unit'; known are inputs, units", message(with { unit = 3 }))
    assert.matches("bad option 'units' %(whole number of at least 1 expected, got 0%)", message(with { units = 0 }))
    assert.matches("bad option 'units' .*got 'many'", message(with { units = "many" }))
    assert.matches("bad option 'activation' %(one of 'relu', 'tanh', 'sigmoid', 'identity' expected, got 'gelu'%)",
                   message(with { activation = "gelu" }))
    assert.matches("bad option 'dt' %(number above 0", message(with { dt = 0 }))
    assert.matches("bad option 'sigma' %(number of at least 0", message(with { sigma = -1 }))
    assert.matches("bad option 'sigma' %(finite number", message(with { sigma = 0 / 0 }))
    assert.matches("bad option 'bias' %(boolean", message(with { bias = 1 }))
    assert.matches("bad option 'rng' %(random generator expected", message(with { rng = 7 }))
    assert.matches("got nothing", message(function() rx.rnn { inputs = 1, units = 1, rng = rng } end))
    assert.matches("not enough memory", message(with { units = 2000000000 }))
    assert.matches("table expected", message(function() rx.rnn(3) end))
  end)

  it("is answered when it runs", function()
    local function forward(run) return message(function() net:forward(run) end) end
    assert.matches("either 'init'", forward {})
    assert.matches("either 'init'", forward { init = init, state = rx.matrix(6, 5), steps = 2 })
    assert.matches("bad option 'steps' .*got nothing", forward { init = init })
    assert.matches("bad option 'init' %(any x 3 matrix expected, got 6 x 2 matrix%)",
                   forward { init = rx.matrix(6, 2), steps = 3 })
    assert.matches("bad option 'inputs' %(sequence expected", forward { init = init, inputs = rx.matrix(18, 2) })
    assert.matches("bad option 'inputs' %(6 trials expected, as in the first state, got 9",
                   forward { init = init, inputs = rx.matrix(18, 2):as_sequence(2) })
    assert.matches("bad option 'steps' %(3 expected, as in the inputs, got 4",
                   forward { init = init, inputs = inputs, steps = 4 })
    assert.matches("bad option 'noise' %(18 x 5 matrix expected, got 3 x 5",
                   forward { init = init, inputs = inputs, noise = rx.matrix(3, 5) })
    assert.matches("finite numbers expected, got nan in row 1, column 2",
                   forward { init = rx.matrix { { 1, 0 / 0, 2 } }, steps = 1 }:gsub("-nan", "nan"))
    assert.matches("unknown option 'input'; known are init, state, inputs", forward { init = init, input = inputs })
    assert.matches("at least one trial", forward { init = rx.matrix(0, 3), steps = 1 })
    assert.matches("too many rows", forward { init = init, steps = 2000000000 })
    assert.matches("bad option 'targets' %(18 x 4 matrix expected, got nothing",
                   message(function() net:gradient { init = init, inputs = inputs } end))
    assert.matches("bad option 'targets' %(18 x 4 matrix expected, got 17 x 4",
                   message(function() net:gradient { init = init, inputs = inputs, targets = rx.matrix(17, 4) } end))
    assert.matches("any x 5 matrix expected, got 1 x 4", message(function() net:step(rx.matrix(1, 4)) end))
    assert.matches("bad option 'every'", message(function() net:stream { init = init, steps = 3, every = 0 } end))
    assert.matches("bad option 'steps'", message(function() net:stream { init = init } end))
  end)
end)
