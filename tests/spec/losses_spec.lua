-- Losses under masks, with penalties and costs, against reference data; and cells by chance against the tape.
local rx = require "reactivation"
local support = require "tests.spec.support"
local message, relative_error = support.message, support.relative_error

local function golden_network(make, g, further)
  local options = {
    inputs = g.inputs, units = g.units, outputs = g.outputs, init = g.init, dt = g.dt, tau = g.tau,
    sigma = g.sigma, rng = rx.random(0),
  }
  for name, value in pairs(further) do options[name] = value end
  local net = make(options)
  for name, matrix in pairs(net.weights) do matrix:copy(g.weights[name]) end
  return net
end

local function assert_gradients(net, batch, expected_loss, expected)
  local loss, gradients = net:gradient(batch)
  assert.near(expected_loss, loss, 1e-5 * expected_loss)
  for name, gradient in pairs(expected) do
    assert.is_true(relative_error(gradient, gradients[name]) < 1e-4, name)
  end
  assert.near(expected_loss, net:loss(batch), 1e-5 * expected_loss)
end

describe("the reference data of a masked cross-entropy", function()
  local g = support.golden "loss_masked_cross_entropy"
  local function penalty(w) return g.penalty_weight * (w.w_rec ^ 2):sum() end

  it("with a cost of all states, its noise among them, and a penalty", function()
    local active = rx.cell {
      name = "active", state = { "r" },
      weights = function(s)
        return { w_in = { s.units, s.inputs }, w_rec = { s.units, s.units }, b_rec = { 1, s.units } }
      end,
      step = function(w, s, x, o)
        local drive = s.r * w.w_rec:t() + x * w.w_in:t() + w.b_rec
        local r = s.r + o.dt / o.tau * (drive:tanh() - s.r) + o.noise
        return { r = r, cost = g.activity_weight * (r ^ 2):mean("columns") }
      end,
    }
    local net = golden_network(active, g, { loss = rx.loss.cross_entropy, penalty = penalty })
    assert_gradients(net, g.batch, g.loss, g.gradients)
    local states, outputs = net:forward { init = g.batch.init, inputs = g.batch.inputs, noise = g.batch.noise }
    assert.is_true(relative_error(g.forward.r, states) < 1e-5)
    assert.is_true(relative_error(g.forward.outputs, outputs) < 1e-5)
  end)

  it("with a cost of the rows that count, in the loss", function()
    local net = golden_network(rx.rnn, g, {
      activation = "tanh", bias = true, penalty = penalty,
      loss = function(y)
        return rx.loss.cross_entropy(y) + g.activity_weight * (y.states.r ^ 2):mean("columns")
      end,
    })
    assert_gradients(net, g.batch, g.masked_activity.loss, g.masked_activity.gradients)
  end)
end)

describe("the reference data of a masked error", function()
  local g = support.golden "loss_masked_mse"
  local net = golden_network(rx.rnn, g, { activation = "relu" })

  it("has targets that are NaN where they do not count, and never looks at them", function()
    assert.is_false(g.batch.targets:is_finite())
    assert_gradients(net, g.batch, g.loss, g.gradients)
  end)

  it("is worth the same whatever the mask is multiplied with", function()
    local double = {}
    for name, value in pairs(g.batch) do double[name] = value end
    double.mask = 3 * g.batch.mask
    assert_gradients(net, double, g.loss, g.gradients)
  end)
end)

-- Cells by chance ------------------------------------------------------------------------------------------

local UNARY = {
  function(a) return a:tanh() end, function(a) return a:sigmoid() end, function(a) return a:relu() end,
  function(a) return a:abs() end, function(a) return a:sin() end, function(a) return a:cos() end,
  function(a) return (0.5 * a):tanh():exp() end, function(a) return (a ^ 2 + 1):sqrt() end,
  function(a) return (a ^ 2 + 1):log() end, function(a) return a:clamp(-0.5, 0.8) end,
  function(a) return a:softmax() end, function(a) return 0.1 * a:log_softmax() end,
  function(a) return 0.3 * a ^ 2 end, function(a) return -a end, function(a) return a - a:mean("columns") end,
  function(a) return a:columns(1, 2):sum("columns"):mul(a) end, function(a) return a:mul(a:gt(0.1)) end,
}
local BINARY = {
  function(a, b) return a + b end, function(a, b) return a - b end, function(a, b) return a:mul(b) end,
  function(a, b) return a / (1.5 + b:sin()) end, function(a, b) return a + b:sum("columns") end,
}

-- A step that puts together, by chance but always the same, what states, input and weights allow.
local function random_step(states, draw)
  local plan = {}
  for i = 1, draw(4, 12) do
    plan[i] = { kind = draw(1, 3), unary = draw(1, #UNARY), binary = draw(1, #BINARY), weight = draw(1, 2),
                a = draw(1, 100), b = draw(1, 100) }
  end
  return function(w, s, x, o)
    local pool = { x * w.v:t() + w.bias }
    for _, name in ipairs(states) do pool[#pool + 1] = s[name] end
    for _, one in ipairs(plan) do
      local a, b = pool[1 + one.a % #pool], pool[1 + one.b % #pool]
      if one.kind == 1 then
        pool[#pool + 1] = UNARY[one.unary](a)
      elseif one.kind == 2 then
        pool[#pool + 1] = BINARY[one.binary](a, b)
      else
        pool[#pool + 1] = a * w["w" .. one.weight]:t()
      end
    end
    local after = { cost = 0.01 * (pool[#pool]:tanh() ^ 2):mean("columns") }
    for k, name in ipairs(states) do
      after[name] = s[name] + o.dt * (pool[1 + (#pool - k) % #pool]:tanh() - s[name])
    end
    return after
  end
end

it("cells by chance have the gradients that the tape gives", function()
  local count = tonumber(os.getenv "RANDOM_CELLS") or 200
  for seed = 1, count do
    local rng = rx.random(seed, 1 << 30)
    local function draw(least, most) return least + math.floor((most - least + 1) * rng:uniform(1, 1):get(1, 1)) end
    local states = { "a", "b", "c" }
    for _ = 1, draw(0, 2) do table.remove(states) end
    local make = rx.cell {
      name = "random", state = states, step = random_step(states, draw),
      weights = function(s)
        return { v = { s.units, s.inputs }, w1 = { s.units, s.units }, w2 = { s.units, s.units },
                 bias = { 1, s.units } }
      end,
    }
    local trials, steps, outputs, inputs = draw(1, 9), draw(1, 8), draw(1, 5), draw(1, 3)
    local net = make {
      inputs = inputs, units = draw(2, 20), outputs = outputs, init = 2, dt = 0.2, sigma = 0.3, rng = rng,
      penalty = draw(0, 1) == 1 and function(w) return 0.01 * (w.w1 ^ 2):sum() end or nil,
    }
    local batch = {
      init = rng:normal(trials, 2), inputs = rng:normal(steps * trials, inputs):as_sequence(steps),
      targets = rng:normal(steps * trials, outputs),
    }
    local _, each = rx.check_gradient(net, batch)
    local _, gradients = net:gradient(batch)
    local largest, off = 0, 0 -- where one weight's gradient cancels out, its rounding is measured by the others
    for name, gradient in pairs(gradients) do
      largest, off = math.max(largest, gradient:abs():max()), math.max(off, each[name] * gradient:abs():max())
    end
    assert.is_true(off < 2e-6 * largest, ("cell %d: %g of %g"):format(seed, off, largest))
  end
end)

describe("a variable", function()
  local v = rx.variable(rx.matrix { { 1, 2 }, { 3, 4 } })

  it("that is no single number asks for the gradient at it", function()
    (v * 3):backward(rx.matrix { { 1, 0 }, { 0, 2 } })
    assert.are.same({ { 3, 0 }, { 0, 6 } }, v.grad:totable())
    assert.matches("losses_spec.lua.*'backward' of a variable of 2 x 2 needs the gradient at it",
                   message(function() v:tanh():backward() end))
    assert.matches("2 x 2 matrix expected, got 1 x 2", message(function() v:backward(rx.matrix(1, 2)) end))
  end)

  it("refuses what its methods do not take", function()
    assert.matches("too many arguments to 'tanh'", message(function() v:tanh(1) end))
    assert.matches("column from 2 to 2 expected, got 1", message(function() v:columns(2, 1) end))
    assert.matches("a mean of no numbers", message(function() rx.variable(rx.matrix(0, 2)):mean() end))
  end)
end)
