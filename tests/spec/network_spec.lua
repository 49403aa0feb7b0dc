local rx = require "reactivation"
local message = require("tests.spec.support").message

local cells = {
  rnn = { input = { "w_in" }, recurrent = { "w_rec" }, bias = { "b_rec" }, activation = "relu" },
  gru = {
    input = { "w_z", "w_r", "w_h" }, recurrent = { "u_z", "u_r", "u_h" }, bias = { "b_z", "b_r", "b_h" },
    activation = "tanh",
  },
}

for cell, names in pairs(cells) do
  describe("the weights of the " .. cell, function()
    local net = rx[cell] { inputs = 3, units = 64, outputs = 20, init = 16, bias = true, rng = rx.random(0) }

    it("start uniform within one over the square root of their fan-in, biases at zero", function()
      local function check(name, rows, fan_in)
        local bound, w = 1 / math.sqrt(fan_in), net.weights[name]
        assert.are.same({ rows, fan_in }, { w.rows, w.cols })
        assert.is_true(w:abs():max() <= bound)
        assert.is_true(w:abs():max() > 0.9 * bound)
        assert.near(0, w:mean(), 5 * bound / math.sqrt(3 * w.rows * w.cols))
      end
      check("encoder", 64, 16)
      check("w_out", 20, 64)
      for _, name in ipairs(names.input) do check(name, 64, 3) end
      for _, name in ipairs(names.recurrent) do check(name, 64, 64) end
      for _, name in ipairs(names.bias) do
        local b = net.weights[name]
        assert.are.same({ 1, 64 }, { b.rows, b.cols })
        assert.are.equal(0, b:abs():max())
      end
    end)

    it("are the real ones, all parts of one row, and no part twice", function()
      local count = 0
      for _, matrix in pairs(net.weights) do
        for i = 1, matrix.rows do
          for j = 1, matrix.cols do
            count = count + 1
            matrix:set(i, j, count)
          end
        end
      end
      assert.are.equal(count, net.parameters.cols)
      local seen = {}
      for j = 1, count do seen[net.parameters:get(1, j)] = true end
      for n = 1, count do assert.is_true(seen[n]) end
    end)

    it("are without biases unless asked for", function()
      local plain = rx[cell] { inputs = 3, units = 4, outputs = 5, rng = rx.random(0) }
      for _, name in ipairs(names.bias) do assert.is_nil(plain.weights[name]) end
      assert.are.equal(2 * 4 * 5 + #names.input * (4 * 3 + 4 * 4), plain.parameters.cols)
    end)
  end)

  describe("the settings of the " .. cell, function()
    it("say what was left to the default", function()
      local net = rx[cell] { inputs = 3, units = 4, outputs = 5, rng = rx.random(0) }
      assert.are.same({
        cell = cell, inputs = 3, units = 4, outputs = 5, init = 5, dt = 0.02, tau = 0.1,
        sigma = 0, input_sigma = 0, output_sigma = 0, noise = "gaussian",
        activation = names.activation, bias = false,
      }, net.settings)
      assert.matches("^" .. cell .. " of 4 units, 3 inputs, 5 outputs, " .. names.activation, tostring(net))
    end)
  end)

  describe("a mistake with the " .. cell, function()
    local rng = rx.random(0)
    local options = { inputs = 2, units = 5, outputs = 4, init = 3, rng = rng }
    local net = rx[cell](options)
    local init, inputs = rng:normal(6, 3), rng:normal(18, 2):as_sequence(3)

    local function with(changes)
      local o = {}
      for name, value in pairs(options) do o[name] = value end
      for name, value in pairs(changes) do o[name] = value end
      return function() rx[cell](o) end
    end

    it("is answered when it is made", function()
      assert.matches("unknown option 'unit'; known are inputs, units", message(with { unit = 3 }))
      assert.matches("bad option 'units' %(whole number of at least 1 expected, got 0%)",
                     message(with { units = 0 }))
      assert.matches("bad option 'units' .*got 'many'", message(with { units = "many" }))
      assert.matches("bad option 'activation' %(one of 'relu', 'tanh', 'sigmoid', 'identity' expected, "
                     .. "got 'gelu'%)", message(with { activation = "gelu" }))
      assert.matches("bad option 'dt' %(number above 0", message(with { dt = 0 }))
      assert.matches("bad option 'sigma' %(number of at least 0", message(with { sigma = -1 }))
      assert.matches("bad option 'sigma' %(finite number", message(with { sigma = 0 / 0 }))
      assert.matches("bad option 'bias' %(boolean", message(with { bias = 1 }))
      assert.matches("bad option 'rng' %(random generator expected", message(with { rng = 7 }))
      assert.matches("got nothing", message(function() rx[cell] { inputs = 1, units = 1, rng = rng } end))
      assert.matches("not enough memory", message(with { units = 2000000000 }))
      assert.matches("not enough memory", message(with { units = 2147483647, inputs = 2147483647 }))
      assert.matches("table expected", message(function() rx[cell](3) end))
    end)

    it("is answered when it runs", function()
      local function forward(run) return message(function() net:forward(run) end) end
      assert.matches("either 'init'", forward {})
      assert.matches("either 'init'", forward { init = init, state = rx.matrix(6, 5), steps = 2 })
      assert.matches("bad option 'steps' .*got nothing", forward { init = init })
      assert.matches("bad option 'init' %(any x 3 matrix expected, got 6 x 2 matrix%)",
                     forward { init = rx.matrix(6, 2), steps = 3 })
      assert.matches("bad option 'inputs' %(sequence expected",
                     forward { init = init, inputs = rx.matrix(18, 2) })
      assert.matches("bad option 'inputs' %(6 trials expected, as in the first state, got 9",
                     forward { init = init, inputs = rx.matrix(18, 2):as_sequence(2) })
      assert.matches("bad option 'steps' %(3 expected, as in the inputs, got 4",
                     forward { init = init, inputs = inputs, steps = 4 })
      assert.matches("bad option 'noise' %(18 x 5 matrix expected, got 3 x 5",
                     forward { init = init, inputs = inputs, noise = rx.matrix(3, 5) })
      assert.matches("finite numbers expected, got nan in row 1, column 2",
                     forward { init = rx.matrix { { 1, 0 / 0, 2 } }, steps = 1 }:gsub("-nan", "nan"))
      assert.matches("unknown option 'input'; known are init, state, inputs",
                     forward { init = init, input = inputs })
      assert.matches("at least one trial", forward { init = rx.matrix(0, 3), steps = 1 })
      assert.matches("too many rows", forward { init = init, steps = 2000000000 })
      assert.matches("bad option 'targets' %(18 x 4 matrix expected, got nothing",
                     message(function() net:gradient { init = init, inputs = inputs } end))
      assert.matches("bad option 'targets' %(18 x 4 matrix expected, got 17 x 4",
                     message(function()
                       net:gradient { init = init, inputs = inputs, targets = rx.matrix(17, 4) }
                     end))
      assert.matches("any x 5 matrix expected, got 1 x 4", message(function() net:step(rx.matrix(1, 4)) end))
      assert.matches("bad option 'every'",
                     message(function() net:stream { init = init, steps = 3, every = 0 } end))
      assert.matches("bad option 'steps'", message(function() net:stream { init = init } end))
    end)
  end)
end
