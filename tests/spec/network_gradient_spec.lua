local rx = require "reactivation"
local support = require "tests.spec.support"
local same, relative_error, slope = support.same, support.relative_error, support.slope

local function golden_network(name)
  local g = support.golden(name)
  local net = rx[g.cell] {
    inputs = g.inputs, units = g.units, outputs = g.outputs, init = g.init, dt = g.dt, tau = g.tau,
    sigma = g.sigma, activation = g.activation, bias = g.bias == 1, rng = rx.random(0),
  }
  for weight, matrix in pairs(net.weights) do matrix:copy(g.weights[weight]) end
  return net, g
end

for _, name in ipairs { "rnn_relu", "rnn_tanh_bias", "rnn_sigmoid", "gru_tanh", "gru_relu_bias" } do
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
      for weight in pairs(gradients) do
        assert.is_true(relative_error(g.gradients[weight], gradients[weight]) < 1e-4, weight)
      end
      for weight in pairs(g.gradients) do assert.is_truthy(gradients[weight], weight) end
    end)
  end)
end

-- A small network with weights that are large enough for every gradient to stand out from float32.
local function small(cell, activation, bias, rng)
  local net = rx[cell] {
    inputs = 2, units = 6, outputs = 4, init = 3, dt = 0.02, tau = 0.03, sigma = 1, activation = activation,
    bias = bias, rng = rng,
  }
  net.parameters:copy(2 * net.parameters)
  for _, name in ipairs { "b_rec", "b_z", "b_r", "b_h" } do
    if net.weights[name] then net.weights[name]:copy(rng:normal(1, 6, 0.1, 0.5)) end
  end
  local batch = {
    init = rng:normal(5, 3), inputs = rng:normal(35, 2):as_sequence(7), targets = rng:normal(35, 4),
    noise = rng:normal(35, 6),
  }
  return net, batch
end

for _, cell in ipairs { "rnn", "gru" } do
  describe("the gradient of the " .. cell, function()
    for _, activation in ipairs { "relu", "tanh", "sigmoid", "identity" } do
      for _, bias in ipairs { false, true } do
        it(("is the slope of the loss at every single weight: %s, %s"):format(activation,
            bias and "biases" or "no biases"), function()
          local net, batch = small(cell, activation, bias, rx.random(11))
          local _, gradients = net:gradient(batch)
          for name, matrix in pairs(net.weights) do
            local scale = gradients[name]:abs():max()
            assert.is_true(scale > 0)
            for i = 1, matrix.rows do
              for j = 1, matrix.cols do
                -- what remains is float32 in the loss, and relu's kink
                assert.near(slope(net, batch, matrix, i, j, 4e-3), gradients[name]:get(i, j), 0.02 * scale)
              end
            end
          end
        end)
      end
    end

    it("follows inputs through the library's product as well as by rows", function()
      local rng = rx.random(12)
      local net = rx[cell] { inputs = 9, units = 5, outputs = 3, tau = 0.03, activation = "tanh", rng = rng }
      local batch = {
        init = rng:normal(4, 3), inputs = rng:normal(12, 9):as_sequence(3), targets = rng:normal(12, 3),
      }
      local _, gradients = net:gradient(batch)
      for name, matrix in pairs(net.weights) do
        if matrix.cols == 9 then
          local scale = gradients[name]:abs():max()
          for i = 1, 5 do
            for j = 1, 9 do
              assert.near(slope(net, batch, matrix, i, j, 2e-2), gradients[name]:get(i, j), 0.01 * scale)
            end
          end
        end
      end
    end)

    it("is the same to the last bit on any number of threads", function()
      local threads, found = rx.threads(), {}
      for _, n in ipairs { 1, 2, 3, 7 } do -- a team of up to three, which make three tiles of units
        rx.threads(n)
        local rng = rx.random(1)
        local net = rx[cell] { inputs = 1, units = 260, outputs = 70, sigma = 0.5, bias = true, rng = rng }
        local task = rx.tasks.head_direction { cells = 70, steps = 25 }
        local loss, _, flat = net:gradient(task:batch(100, rng))
        table.insert(found, { loss = loss, flat = flat })
      end
      rx.threads(threads)
      for n = 2, #found do
        assert.are.equal(found[1].loss, found[n].loss)
        assert.is_true(same(found[1].flat, found[n].flat))
      end
    end)

    for _, case in ipairs {
      { size = 210, steps = 33, parts = 3, from = "init" }, -- four windows of steps
      { size = 2100, steps = 2, parts = 2, from = "state" }, -- each step is a window, in two slices
    } do
      it(("of %d trials is the mean of those of some of them"):format(case.size), function()
        local rng, size, steps = rx.random(4), case.size, case.steps
        local net = rx[cell] { inputs = 2, units = 130, outputs = 4, init = 3, sigma = 1, bias = true, rng = rng }
        local start = rng:normal(size, case.from == "init" and 3 or 130)
        local inputs, targets, noise = rng:normal(steps * size, 2), rng:normal(steps * size, 4),
                                       rng:normal(steps * size, 130)
        local function trials(matrix, first, last)
          local count = matrix.rows // size
          local part = rx.matrix(count * (last - first + 1), matrix.cols)
          for t = 0, count - 1 do
            part:slice(t * (last - first + 1) + 1, (t + 1) * (last - first + 1))
              :copy(matrix:slice(t * size + first, t * size + last))
          end
          return count > 1 and part:as_sequence(count) or part
        end
        local function gradient(first, last)
          local loss, _, flat = net:gradient {
            inputs = trials(inputs, first, last), targets = trials(targets, first, last),
            noise = trials(noise, first, last), [case.from] = trials(start, first, last),
          }
          return loss, flat
        end
        local loss, flat = gradient(1, size)
        local length, losses, mean = size // case.parts, 0, 0 * flat
        for first = 1, size, length do
          local of_part, flat_of_part = gradient(first, first + length - 1)
          losses, mean = losses + of_part / case.parts, mean + flat_of_part / case.parts
        end
        assert.near(1, losses / loss, 1e-6)
        -- float32: 10^-7 for each of the sums, the largest over 7000 rows
        assert.is_true(support.relative_error(mean, flat) < 5e-6)
      end)
    end

    it("is written over a row that is given", function()
      local net, batch = small(cell, "tanh", true, rx.random(3))
      local loss, _, flat = net:gradient(batch)
      local given = rx.matrix(1, flat.cols, 7)
      local again, gradients, filled = net:gradient(batch, given)
      assert.are.equal(loss, again)
      assert.are.equal(given, filled)
      assert.is_true(same(flat, given))
      given:set(1, 1, 5)
      assert.are.equal(5, gradients.encoder:get(1, 1))
      assert.matches("1 x " .. flat.cols .. " matrix expected, got 1 x 2",
                     support.message(function() net:gradient(batch, rx.matrix(1, 2)) end))
    end)

    it("reaches no encoder when the run starts from a state", function()
      local rng = rx.random(2)
      local net, batch = small(cell, "tanh", true, rng)
      batch.init, batch.state = nil, rng:normal(5, 6)
      local _, gradients = net:gradient(batch)
      for name, gradient in pairs(gradients) do
        local largest = gradient:abs():max()
        assert.are.equal(name == "encoder", largest == 0, name)
      end
    end)
  end)
end
