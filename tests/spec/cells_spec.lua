-- The cells that come with the library, first values and constraints.
local rx = require "reactivation"
local support = require "tests.spec.support"
local message, relative_error, same = support.message, support.relative_error, support.same

-- The network of some reference data; further options go to its cell.
local function golden_network(make, name, further)
  local g = support.golden(name)
  local options = {
    inputs = g.inputs, units = g.units, outputs = g.outputs, init = g.init, dt = g.dt, tau = g.tau,
    sigma = g.sigma, rng = rx.random(0),
  }
  for option, value in pairs(further(g)) do options[option] = value end
  local net = make(options)
  for weight, matrix in pairs(net.weights) do matrix:copy(g.weights[weight]) end
  return net, g
end

local REFERENCES = {
  cell_lstm = { make = rx.cells.lstm, further = function() return {} end },
  cell_adapting = {
    make = rx.cells.adapting, further = function(g) return { gain = g.gain, tau_a = g.tau_a } end,
  },
  cell_low_rank = { make = rx.cells.low_rank, further = function(g) return { rank = g.rank } end },
  rnn_dale = {
    make = rx.rnn,
    further = function(g)
      return { bias = true, constrain = {
        w_rec = function(w) return w:abs():mul(g.constraint.mask):mul(g.constraint.sign) end,
        w_in = function(w) return w:abs() end,
      } }
    end,
  },
}

for name, reference in pairs(REFERENCES) do
  describe("the network of the reference data " .. name, function()
    local net, g = golden_network(reference.make, name, reference.further)

    it("goes through the same states and outputs", function()
      local first, outputs, states = net:forward(g.batch)
      assert.is_true(relative_error(g.forward.states, first) < 1e-5)
      assert.is_true(relative_error(g.forward.outputs, outputs) < 1e-5)
      for state, sequence in pairs(states) do
        assert.is_true(relative_error(g.forward[state], sequence) < 1e-5, state)
      end
    end)

    it("has the same loss and the same gradient of every weight", function()
      local loss, gradients = net:gradient(g.batch)
      assert.near(g.loss, loss, 1e-5 * g.loss)
      for weight, expected in pairs(g.gradients) do
        assert.is_true(relative_error(expected, gradients[weight]) < 1e-4, weight)
      end
    end)

    it("uses the weights that the reference uses", function()
      for weight, expected in pairs(g.effective or {}) do
        assert.is_true(relative_error(expected, net:effective()[weight]) < 1e-6, weight)
      end
    end)
  end)
end

describe("an adapting network", function()
  it("settles where its adaptation equals its rates", function()
    local net = rx.cells.adapting { inputs = 1, units = 6, outputs = 2, init = 1, tau = 0.05, rng = rx.random(1) }
    net.weights.w_in:copy(net.weights.w_in:abs() + 1)
    net.weights.w_rec:copy(0 * net.weights.w_rec)
    local steps = 400
    local r, _, states = net:forward { init = rx.matrix(1, 1), inputs = rx.matrix(steps, 1, 1):as_sequence(steps) }
    -- r = w - gain r
    assert.is_true(relative_error(net.weights.w_in:t() / 2, r:at(steps)) < 1e-4)
    assert.is_true(relative_error(r:at(steps), states.a:at(steps)) < 1e-4)
  end)
end)

describe("a network of low rank", function()
  it("is one whose recurrent weights are m n', where it is linear", function()
    local rng = rx.random(2)
    local options = { inputs = 2, units = 9, outputs = 3, init = 3, activation = "identity", sigma = 0.3, rng = rng }
    local plain = rx.rnn(options)
    options.rank = 2
    local low = rx.cells.low_rank(options)
    for _, name in ipairs { "encoder", "w_in", "w_out" } do plain.weights[name]:copy(low.weights[name]) end
    plain.weights.w_rec:copy(low.weights.m * low.weights.n:t())
    local batch = { init = rng:normal(4, 3), inputs = rng:normal(20, 2):as_sequence(5), noise = rng:normal(20, 9) }
    assert.is_true(relative_error(plain:forward(batch), low:forward(batch)) < 1e-5)
  end)
end)

describe("a network with short-term plasticity", function()
  local function units(rate, steps)
    local net = rx.cells.plastic { inputs = 1, units = 4, outputs = 1, init = 1, tau = 0.1, rng = rx.random(3) }
    for _, name in ipairs { "w_rec", "encoder" } do net.weights[name]:copy(0 * net.weights[name]) end
    net.weights.w_in:copy(rx.matrix(4, 1, rate))
    local _, _, states = net:forward { init = rx.matrix(1, 1), inputs = rx.matrix(steps, 1, 1):as_sequence(steps) }
    return states
  end

  it("begins at rest", function()
    local states = units(0, 3)
    assert.are.same({ { 1, 1, 1, 1 } }, states.v:at(3):totable())
    assert.is_true(relative_error(rx.matrix { { 0.15, 0.15, 0.45, 0.45 } }, states.u:at(3)) < 1e-6)
  end)

  it("settles under a constant rate where its equations say", function()
    local r, steps = 3, 3000
    local states = units(r, steps)
    for j, kind in ipairs { { 0.2, 1.5, 0.15 }, { 0.2, 1.5, 0.15 }, { 1.5, 0.2, 0.45 }, { 1.5, 0.2, 0.45 } } do
      local tau_v, tau_u, rest = table.unpack(kind)
      local u = rest * (1 + tau_u * r) / (1 + tau_u * rest * r)
      assert.near(u, states.u:at(steps):get(1, j), 1e-3)
      assert.near(1 / (1 + tau_v * u * r), states.v:at(steps):get(1, j), 1e-3)
    end
  end)

  it("streams as it runs", function()
    local rng = rx.random(4)
    local net = rx.cells.plastic { inputs = 1, units = 5, outputs = 2, init = 2, sigma = 0.2, rng = rng }
    local run = { init = rng:normal(3, 2), inputs = rng:normal(24, 1):as_sequence(8), noise = rng:normal(24, 5) }
    local whole, done = net:forward(run), 0
    run.every = 3
    for states in net:stream(run) do
      assert.is_true(same(whole:slice(done + 1, done + states.rows), states))
      done = done + states.rows
    end
  end)
end)

local SMOOTH = { adapting = "tanh", plastic = "sigmoid" } -- slopes are none at a kink
for _, name in ipairs { "lstm", "adapting", "low_rank", "plastic" } do
  it("the gradient of " .. name .. " is the slope of the loss at every weight", function()
    local rng = rx.random(5)
    local net = rx.cells[name] {
      inputs = 2, units = 4, outputs = 3, init = 3, dt = 0.02, tau = 0.03, rng = rng, activation = SMOOTH[name],
    }
    net.parameters:copy(2 * net.parameters + rng:normal(1, net.parameters.cols, 0, 0.1))
    local batch = {
      init = rng:normal(5, 3), inputs = rng:normal(30, 2):as_sequence(6), targets = rng:normal(30, 3),
    }
    local _, gradients = net:gradient(batch)
    for weight, matrix in pairs(net.weights) do
      local scale = gradients[weight]:abs():max()
      assert.is_true(scale > 0, weight)
      for i = 1, matrix.rows do
        for j = 1, matrix.cols do
          local slope = support.slope(net, batch, matrix, i, j, 4e-3)
          assert.near(slope, gradients[weight]:get(i, j), 0.02 * scale, weight)
        end
      end
    end
  end)
end

describe("a cell's start", function()
  it("has to be a row for each unit, of a state that is not encoded", function()
    for _, start in ipairs { { a = rx.matrix(1, 3) }, { r = rx.matrix(1, 4) }, { b = rx.matrix(1, 4) }, { a = 1 } } do
      local net = rx.cell {
        name = "starting", state = { "r", "a" }, weights = function() return {} end,
        start = function() return start end, step = function(_, s) return { r = s.r, a = s.a } end,
      } { inputs = 1, units = 4, outputs = 1, rng = rx.random(1) }
      assert.matches("cells_spec.lua:%d+: the start of cell 'starting': 1 x 4 for states but the first expected",
                     message(function() net:forward { init = rx.matrix(1, 1), steps = 1 } end))
    end
  end)
end)

-- First values ---------------------------------------------------------------------------------------------

local function first(f, rows, cols)
  return f(rows, cols, rx.random(6))
end

describe("first values", function()
  it("may be orthogonal", function()
    for _, shape in ipairs { { 8, 8 }, { 8, 5 }, { 5, 8 } } do
      local m = first(rx.initial.orthogonal(1.5), shape[1], shape[2])
      local square = shape[1] <= shape[2] and m * m:t() or m:t() * m
      for i = 1, square.rows do
        for j = 1, square.rows do assert.near(i == j and 2.25 or 0, square:get(i, j), 1e-5) end
      end
    end
  end)

  it("may have a spectral radius", function()
    local spectrum = rx.eigen(first(rx.initial.spectral_radius(0.9), 30, 30))
    assert.near(0.9, math.sqrt(spectrum.real:get(1, 1) ^ 2 + spectrum.imaginary:get(1, 1) ^ 2), 1e-5)
    local wrong = { w_in = rx.initial.spectral_radius() }
    assert.matches("square weights expected for a spectral radius, got 3 x 2", message(function()
      rx.rnn { inputs = 2, units = 3, outputs = 1, rng = rx.random(0), initial = wrong }
    end))
  end)

  it("may have log-normal strengths, with either sign", function()
    local m = first(rx.initial.log_normal { spread = 0.5, gain = 2 }, 200, 100)
    local logs, n = m:abs():log(), 20000
    local off = logs - logs:mean()
    assert.near(0.5, math.sqrt(off:mul(off):mean()), 5 * 0.5 / math.sqrt(2 * n))
    assert.near(0.04, m:mul(m):mean(), 0.04 * 0.1)
    assert.near(0.5, m:gt(0):mean(), 5 * 0.5 / math.sqrt(n))
    assert.is_true(first(rx.initial.log_normal { signed = false }, 50, 50):min() > 0)
  end)

  it("reach the network, and answer mistakes", function()
    local net = rx.rnn {
      inputs = 2, units = 6, outputs = 3, rng = rx.random(7), initial = { w_rec = rx.initial.orthogonal(2) },
    }
    local w = net.weights.w_rec
    assert.near(4, (w * w:t()):get(1, 1), 1e-5)
    local function made(make, options)
      options.inputs, options.units, options.outputs, options.rng = 1, 6, 2, rx.random(8)
      return message(make, options)
    end
    assert.matches("bad option 'initial' %(function expected for 'w_rec', got 3",
                   made(rx.rnn, { initial = { w_rec = 3 } }))
    assert.matches("bad option 'rank' %(whole number from 1 to the 6 units expected, got 7",
                   made(rx.cells.low_rank, { rank = 7 }))
    assert.matches("bad option 'dt' %(below 2 tau_a = 0.02 expected, got 0.02",
                   made(rx.cells.adapting, { tau_a = 0.01 }))
    assert.matches("cells_spec.lua:%d+: bad argument #1 to 'orthogonal' %(number above 0 expected, got 0%)",
                   message(function() rx.initial.orthogonal(0) end))
    assert.matches("cells_spec.lua:%d+: unknown option 'spraed'",
                   message(function() rx.initial.log_normal { spraed = 1 } end))
  end)
end)

-- Dale's law -------------------------------------------------------------------------------------------------

describe("Dale's law", function()
  local dale = rx.constraints.dale { excitatory = 0.8, density = 0.3, rng = rx.random(8) }
  local net = rx.rnn {
    inputs = 2, units = 50, outputs = 3, init = 1, rng = rx.random(8), constrain = dale, initial = dale.initial,
  }
  local used = net:effective()

  it("gives every unit one sign for all that it reaches", function()
    assert.are.equal(40, dale.sign:gt(0):sum())
    for j = 1, 50 do
      local sent = used.w_rec:column(j)
      assert.is_true((j <= 40 and sent:min() or -sent:max()) >= 0)
      assert.is_true(sent:abs():max() > 0)
    end
    assert.is_true(used.w_in:min() >= 0)
  end)

  it("leaves out connections, and those of a unit with itself", function()
    local there = used.w_rec:abs():gt(0)
    assert.is_true(same(there, dale.mask))
    assert.near(0.3, there:mean(), 5 * math.sqrt(0.21 / 2500))
    for j = 1, 50 do assert.are.equal(0, used.w_rec:get(j, j)) end
    local full = rx.constraints.dale { self = true }
    local other = rx.rnn { inputs = 1, units = 6, outputs = 1, rng = rx.random(1), constrain = full }
    assert.are.equal(36, other:effective().w_rec:abs():gt(0):sum())
  end)

  it("reads out what excites alone, and adds it", function()
    assert.is_true(used.w_out:min() >= 0)
    for j = 41, 50 do assert.are.equal(0, used.w_out:column(j):max()) end
    assert.is_true(used.w_out:column(40):max() > 0)
  end)

  it("begins in balance, at its spectral radius", function()
    assert.is_true(used.w_rec:sum("columns"):abs():max() < 1e-4)
    local spectrum = rx.eigen(used.w_rec)
    assert.near(1.5, math.sqrt(spectrum.real:get(1, 1) ^ 2 + spectrum.imaginary:get(1, 1) ^ 2), 1e-4)
  end)

  it("holds through a training", function()
    local task = rx.tasks.perceptual_decision {}
    local law = rx.constraints.dale { density = 0.5 }
    local trained = rx.rnn {
      inputs = 2, units = 20, outputs = 2, init = 1, rng = rx.random(9), constrain = law, initial = law.initial,
      loss = rx.loss.cross_entropy,
    }
    local before = trained.weights.w_rec:clone()
    rx.train(trained, task, { batches = 5, size = 20, rate = 0.05, progress = false })
    assert.is_false(same(before, trained.weights.w_rec))
    local after = trained:effective().w_rec
    assert.is_true(after:mul(law.sign):min() >= 0)
    assert.is_true(same(after:abs():gt(0):mul(1 - law.mask), rx.matrix(20, 20)))
  end)

  it("is the same each time, wherever the generator went since", function()
    local rng = rx.random(8)
    local again = rx.constraints.dale { excitatory = 0.8, density = 0.3, rng = rng }
    rng:normal(100, 100)
    rx.rnn { inputs = 2, units = 50, outputs = 3, rng = rng, constrain = again }:effective()
    assert.is_true(same(dale.mask, again.mask))
  end)

  it("serves a cell with gates, by the names of its weights", function()
    local gated = rx.constraints.dale { recurrent = "u", input = "w", density = 0.5 }
    local lstm = rx.cells.lstm { inputs = 2, units = 5, outputs = 2, rng = rx.random(1), constrain = gated }
    local u = lstm:effective().u
    assert.are.same({ 20, 5 }, { gated.mask.rows, gated.mask.cols })
    for block = 0, 3 do
      for j = 1, 5 do assert.are.equal(0, u:get(5 * block + j, j)) end
    end
    assert.is_true(u:mul(gated.sign):min() >= 0)
  end)

  it("answers mistakes", function()
    assert.matches("cells_spec.lua:%d+: bad option 'density' %(number from 0 to 1 expected, got 1.5%)",
                   message(function() rx.constraints.dale { density = 1.5 } end))
    assert.matches("cells_spec.lua:%d+: unknown option 'units'",
                   message(function() rx.constraints.dale { units = 5 } end))
    assert.matches("constraints are of a network of 50 units, and serve none of 8", message(function()
      rx.rnn { inputs = 2, units = 8, outputs = 3, rng = rx.random(8), constrain = dale }:effective()
    end))
  end)
end)

-- The tape ---------------------------------------------------------------------------------------------------

describe("the gradient worked out on the tape", function()
  local rng = rx.random(10)

  local function batch()
    local b = {
      init = rng:normal(5, 2), inputs = rng:normal(35, 2):as_sequence(7), targets = rng:normal(35, 3),
      mask = rng:uniform(35, 1):lt(0.5),
    }
    for i = 1, 35 do
      if b.mask:get(i, 1) == 0 then b.targets:set(i, 1, 0 / 0) end
    end
    return b
  end

  for name, activation in pairs { rnn = "relu", gru = "tanh", adapting = "relu", low_rank = "tanh", plastic = "relu",
                                  lstm = false } do
    it("is that of the program, under a mask, a penalty and a constraint: " .. name, function()
      local net = (rx.cells[name] or rx[name]) {
        inputs = 2, units = 6, outputs = 3, init = 2, sigma = 0.5, rng = rng, activation = activation or nil,
        penalty = function(w) return 1e-2 * (w.w_out ^ 2):sum() end,
        constrain = { encoder = function(w) return w:abs() end },
      }
      local worst, each = rx.check_gradient(net, batch())
      assert.is_true(worst < 1e-5, worst)
      for weight in pairs(net.weights) do assert.is_true(each[weight] <= worst) end
    end)
  end

  it("is that of the program for a cell that places its noise and costs something, at rest and for a code", function()
    local costly = rx.cell {
      name = "costly", state = { "r", "s" },
      weights = function(s) return { w = { s.units, s.units }, v = { s.units, s.inputs } } end,
      step = function(w, s, x, o)
        local r = (s.s * w.w:t() + x * w.v:t() + o.noise):tanh()
        return { r = r, s = s.s + o.dt * (r - s.s), cost = (r ^ 2):sum("columns") }
      end,
    }
    local net = costly { inputs = 1, units = 5, outputs = 8, sigma = 2, rng = rng }
    local task = rx.tasks.head_direction { steps = 6, cells = 8 }
    assert.is_true(rx.check_gradient(net, task:batch(4, rng)) < 1e-5)
    local targets = rng:normal(12, 8)
    assert.is_true(rx.check_gradient(net, { init = rng:normal(4, 8), steps = 3, targets = targets }) < 1e-5)
  end)

  it("says what it cannot compare", function()
    local net = rx.rnn { inputs = 1, units = 3, outputs = 2, input_sigma = 0.1, rng = rng }
    assert.matches("cells_spec.lua:%d+: bad argument #1 to 'check_gradient' %(network without noise on inputs",
                   message(function()
      rx.check_gradient(net, { init = rx.matrix(1, 2), steps = 2, targets = rx.matrix(2, 2) })
    end))
    assert.matches("cells_spec.lua:%d+: bad option 'targets'",
                   message(function() rx.check_gradient(net, { init = rx.matrix(1, 2), steps = 2 }) end))
    assert.matches("cells_spec.lua:%d+: bad argument #1 to 'check_gradient' %(network expected, got nil",
                   message(function() rx.check_gradient(nil, {}) end))
  end)
end)
