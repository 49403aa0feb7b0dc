-- Networks at rest: derivatives of a step, slow points, attractors.
local rx = require "reactivation"
local support = require "tests.spec.support"
local golden, message, relative_error, same = support.golden, support.message, support.relative_error, support.same

local function whole(x) return math.tointeger(x) end

-- The network of a file of reference data.
local function network(g)
  local net = rx[g.cell] {
    inputs = whole(g.inputs), units = whole(g.units), outputs = whole(g.outputs), init = whole(g.init), dt = g.dt,
    tau = g.tau, sigma = g.sigma, activation = g.activation, bias = g.bias == 1 or g.bias == true, rng = rx.random(1),
  }
  for name, w in pairs(net.weights) do w:copy(g.weights[name]) end
  return net
end

-- Central differences of the step, row by row, of states side by side.
local function by_differences(net, state, options)
  local n, h = state.cols, 2 ^ -8
  local up, down = rx.matrix(n, n) + state, rx.matrix(n, n) + state
  for j = 1, n do
    up:set(j, j, state:get(1, j) + h)
    down:set(j, j, state:get(1, j) - h)
  end
  local slope = (net:drift(up, options) - net:drift(down, options)) / (2 * h)
  for j = 1, n do slope:set(j, j, slope:get(j, j) + 1) end
  return slope:t()
end

-- A cell of many operations, smooth where it is looked at.
local everything = rx.cell {
  name = "everything", state = { "r", "s" },
  weights = function(o) return { w = { o.units, o.units }, v = { o.units, o.inputs }, b = { 1, o.units } } end,
  step = function(w, s, x, o)
    local n = o.units
    local drive = s.r * w.w:t() + (s.s:sigmoid():mul(s.r)) * w.w + x * w.v:t() + w.b
    local part = drive:columns(2, n):tanh():sum("columns")
    local share = drive:softmax():mul(s.s:exp()) + drive:log_softmax() / 10
    return {
      r = s.r + 0.1 * (drive:relu() + share - s.r + part:sin()) + 0.01 * (s.r ^ 2 + 1):sqrt():mul(s.s:cos()),
      s = 0.9 * s.s + 0.1 * drive:abs() / (1 + s.r:mul(s.r):mean("columns")) + 0.1 * s.s:max("columns"),
    }
  end,
}

describe("the derivative of a step", function()
  for _, cell in ipairs { "rnn", "gru" } do
    local g = golden("jacobian")[cell]

    it("is that of the reference data, and its eigenvalues: " .. cell, function()
      local net = network(g)
      local found = net:jacobian(g.states)
      assert.are.same({ g.states.rows, g.states.cols }, { found.steps, found.batch })
      assert.is_true(relative_error(g.jacobian, found) < 1e-6)
      for k = 1, g.states.rows do
        local alone = net:jacobian(g.states:row(k))
        assert.is_true(same(found:at(k), alone))
        local e = rx.eigen(alone)
        assert.is_true((e.real - g.real:row(k)):abs():max() < 1e-5)
        assert.is_true((e.imaginary - g.imaginary:row(k)):abs():max() < 1e-5)
      end
    end)
  end

  it("agrees with differences of the step, whatever the cell", function()
    local rng = rx.random(2)
    local sizes = { inputs = 2, units = 5, outputs = 3, rng = rng }
    for _, make in ipairs { everything, rx.cells.lstm, rx.gru, rx.rnn } do
      local net = make(sizes)
      for _, w in pairs(net.weights) do w:copy(rng:normal(w.rows, w.cols, 0, 0.7)) end
      local state = rng:normal(1, 5 * #net.cell.state)
      for _, options in ipairs { {}, { input = rng:normal(1, 2) } } do
        assert.is_true(relative_error(by_differences(net, state, options), net:jacobian(state, options)) < 2e-4)
      end
    end
  end)

  it("takes states by name, side by side, or the first alone", function()
    local net = rx.cells.lstm { inputs = 1, units = 3, outputs = 2, rng = rx.random(3) }
    local h, c = rx.random(4):normal(2, 3), rx.random(5):normal(2, 3)
    local both = net:jacobian { h = h, c = c }
    assert.are.same({ 12, 6, 2 }, { both.rows, both.cols, both.steps })
    assert.is_true(same(both, net:jacobian(rx.join { h, c })))
    assert.is_true(same(net:jacobian { h = h, c = 0 * c }, net:jacobian(h)))
  end)

  it("goes with the step itself, with an input and without", function()
    local rng = rx.random(6)
    local net = rx.rnn { inputs = 2, units = 7, outputs = 3, bias = true, rng = rng, activation = "tanh" }
    net.weights.b_rec:copy(rng:normal(1, 7))
    local states, input = rng:normal(4, 7), rng:normal(4, 2)
    assert.is_true(relative_error(net:step(states) - states, net:drift(states)) < 1e-5)
    assert.is_true(relative_error(net:step(states, input) - states, net:drift(states, { input = input })) < 1e-5)
  end)

  it("is of the weights as constraints make them, and as they are now", function()
    local net = rx.rnn {
      inputs = 1, units = 4, outputs = 2, rng = rx.random(7), activation = "identity",
      constrain = { w_rec = function(w) return w:abs() end },
    }
    local state = rx.matrix(1, 4)
    local expected = 0.2 * net.weights.w_rec:abs()
    for i = 1, 4 do expected:set(i, i, expected:get(i, i) + 0.8) end
    assert.is_true(relative_error(expected, net:jacobian(state)) < 1e-6)
    net.weights.w_rec:copy(rx.matrix(4, 4))
    assert.near(0.8, net:jacobian(state):get(1, 1), 1e-6)
  end)

  it("answers mistakes", function()
    local net = rx.rnn { inputs = 1, units = 4, outputs = 2, rng = rx.random(8) }
    local function jacobian(...)
      local arguments = table.pack(...)
      return message(function() net:jacobian(table.unpack(arguments, 1, arguments.n)) end)
    end
    assert.matches("states that differ expected", message(function() rx.attractor(net, rx.matrix(9, 4, 0.1)) end))
    assert.matches("states that vary in two directions", message(function() rx.flow(net, rx.matrix(9, 4, 0.1)) end))
    local other = rx.pca(rx.random(1):normal(9, 3))
    assert.matches("bad option 'pca' %(what rx.pca gives of states of 4 columns", message(function()
      rx.flow(net, rx.matrix(9, 4), { pca = other })
    end))
    assert.matches("bad argument #1 to 'jacobian' %(any x 4 matrix expected, got 2 x 3%)", jacobian(rx.matrix(2, 3)))
    assert.matches("no state 's'; there are r", jacobian { s = rx.matrix(1, 4) })
    assert.matches("bad option 'input' %(1 x 1 or 2 x 1 matrix expected, got 2 x 2",
                   jacobian(rx.matrix(2, 4), { input = rx.matrix(2, 2) }))
    assert.matches("unknown option 'inputs'", jacobian(rx.matrix(2, 4), { inputs = rx.matrix(2, 1) }))
    assert.matches("finite numbers", jacobian(rx.matrix(1, 4, 0 / 0)))
    assert.matches("too many arguments", jacobian(rx.matrix(1, 4), {}, 3))
  end)
end)

describe("slow points", function()
  local g = golden("fixed_points")
  local net = network(g)

  it("are all fixed points of the reference data, and none besides", function()
    local found, problem = rx.slow_points(net, g.starts, { starts = g.starts.rows })
    assert.is_nil(problem)
    assert.are.equal(g.points.rows, found.states.rows)
    assert.is_true((g.points - found.states):abs():max() < 1e-5)
    local reached = 0
    for k = 1, g.points.rows do
      assert.are.equal(g.stable:get(k, 1) == 1, found.stable[k])
      assert.are.equal(found.stable[k], found.unstable[k] == 0)
      local e = found.eigenvalues[k]
      assert.is_true((e.real - g.real:row(k)):abs():max() < 1e-5)
      assert.is_true((e.imaginary - g.imaginary:row(k)):abs():max() < 1e-5)
      reached = reached + found.reached[k]
    end
    assert.are.equal(g.starts.rows, reached + found.missed)
  end)

  it("say so where no start came to rest, and give what was reached", function()
    local found, problem = rx.slow_points(net, g.starts:slice(1, 3), { iterations = 1 })
    assert.are.equal(0, found.states.rows)
    assert.are.equal(0, #found.stable)
    assert.matches("none of 3 starts came to a slow point: the slowest moves", problem)
    assert.are.equal(3, found.ends.rows)
    assert.is_true(found.end_speed:min() > 0)
  end)

  it("are the same to the last bit on one thread and on two", function()
    local threads, found = rx.threads(), {}
    for n = 1, 2 do
      rx.threads(n)
      found[n] = rx.slow_points(net, g.starts).states
    end
    rx.threads(threads)
    assert.is_true(same(found[1], found[2]))
  end)

  it("that coincide are one, and a flip-flop by hand has as many as it should", function()
    -- two units that each hold a sign: 4 stable points, 4 saddles, and the origin
    local pair = rx.rnn { inputs = 1, units = 2, outputs = 1, activation = "tanh", rng = rx.random(1) }
    pair.weights.w_rec:copy(rx.matrix { { 2, 0 }, { 0, 2 } })
    local points = rx.slow_points(pair, rx.random(2):uniform(200, 2, -1, 1))
    local stable = 0
    for _, is in ipairs(points.stable) do stable = stable + (is and 1 or 0) end
    assert.are.same({ 9, 4 }, { points.states.rows, stable })
  end)

  it("of a network without biases are rays", function()
    local ray = rx.rnn { inputs = 1, units = 3, outputs = 1, rng = rx.random(1), dt = 0.02, tau = 0.1 }
    local u = rx.matrix { { 2, 1, 2 } } / 3
    ray.weights.w_rec:copy(0.9 * (u:t() * u))
    local found = rx.slow_points(ray, rx.random(2):uniform(20, 3, 0, 1), { rays = true })
    assert.are.equal(1, found.states.rows)
    assert.is_true((found.states - u):abs():max() < 1e-5)
    assert.near(0.8 + 0.2 * 0.9, found.growth:get(1, 1), 1e-6) -- it shrinks by 2% a step
    assert.is_true(found.stable[1])
    local biased = rx.rnn { inputs = 1, units = 3, outputs = 1, bias = true, rng = rx.random(1) }
    biased.weights.b_rec:copy(rx.matrix(1, 3, 0.5))
    assert.matches("bad option 'rays'", message(function() rx.slow_points(biased, u, { rays = true }) end))
  end)

  it("answer mistakes", function()
    local function slow(...)
      local arguments = table.pack(...)
      return message(function() rx.slow_points(table.unpack(arguments, 1, arguments.n)) end)
    end
    assert.matches("bad argument #1 to 'slow_points' %(network expected", slow(3, g.starts))
    assert.matches("any x 3 matrix expected, got 2 x 2", slow(net, rx.matrix(2, 2)))
    assert.matches("finite numbers", slow(net, rx.matrix(1, 3, 0 / 0)))
    assert.matches("at least one", slow(net, rx.matrix(0, 3)))
    assert.matches("unknown option 'start'", slow(net, g.starts, { start = 3 }))
  end)

  it("answer an interruption", function()
    local output, status = support.run(support.program .. [[ -e '
      local rx = require "reactivation"
      local net = rx.rnn { inputs = 1, units = 300, outputs = 1, activation = "tanh", rng = rx.random(1) }
      net.weights.w_rec:copy(rx.random(2):normal(300, 300) / 10)
      local starts, killer = rx.random(3):normal(200, 300), io.popen "sleep 0.5; kill -INT $PPID"
      local ok, problem = pcall(rx.slow_points, net, starts)
      print(ok, problem, killer)']])
    assert.matches("interrupted!", output)
    assert.are.equal(0, status)
  end)
end)

-- r += a (1 - |r|^2) r + b (what pushes it around)
local function circle(name, push)
  return rx.cell {
    name = name, state = { "r" }, weights = function() return {} end,
    step = function(_, s)
      local size = s.r:mul(s.r):sum("columns")
      return { r = s.r + 0.1 * (1 - size):mul(s.r) + push(s.r) }
    end,
  } { inputs = 1, units = 2, outputs = 1, rng = rx.random(1) }
end

local SWAP = rx.matrix { { 0, 1 }, { 1, 0 } }

describe("the attractor", function()
  local starts = rx.random(2):normal(200, 2)

  it("of an exact ring is a ring", function()
    local v = rx.attractor(circle("exact ring", function(r) return 0 * r end), starts)
    assert.are.equal("ring", v.kind)
    assert.is_true(v.continuum)
    assert.are.equal(1, v.dimensions)
    assert.is_true(v.turn < 1e-6)
    assert.is_true(v.memory.error[#v.memory.error] < 1e-5)
    assert.matches("stand still", v.verdict)
  end)

  it("of a ring that is pinned has stable points and saddles by turns", function()
    local v = rx.attractor(circle("pinned ring", function(r)
      local other = r * SWAP
      return 0.004 * other:mul(other):mul(r) -- turns by -0.001 sin 4 theta
    end), starts)
    assert.are.same({ "ring", 4, 4 }, { v.kind, v.stable, v.saddles })
    assert.is_true(v.alternating and not v.continuum)
    assert.near(0.001, v.turn, 1e-4)
    for i, error in ipairs(v.memory.error) do assert.is_true(error <= v.memory.bound[i] * 1.001 + 1e-6) end
  end)

  it("of a ring that is pinned hard is points, by turns around a ring", function()
    local v = rx.attractor(circle("hard ring", function(r)
      local other = r * SWAP
      return 0.06 * other:mul(other):mul(r) -- turns by -0.015 sin 4 theta
    end), starts / (starts ^ 2):sum("columns"):sqrt())
    assert.are.same({ "points", 4, 4, true }, { v.kind, v.stable, v.saddles, v.alternating })
    assert.matches("taking turns around a ring", v.verdict)
  end)

  it("of a ring that was learned is what it is: points by turns, not a continuum", function()
    local rng = rx.random(1)
    local task = rx.tasks.head_direction { steps = 50, cells = 32 }
    local net = rx.rnn {
      inputs = 1, units = 64, outputs = 32, tau = 0.04, sigma = 0.5, bias = true, rng = rng,
    }
    rx.train(net, task, { batches = 600, size = 50, rate = rx.schedule.cosine(5e-3, 1e-4, 600), progress = false })
    local v = rx.attractor(net, (net:forward(task:batch(200, rng))), { starts = 300 })
    assert.is_true(v.alternating and not v.continuum, v.verdict)
    assert.are.equal(v.stable, v.saddles)
    assert.is_true(v.stable >= 3)
  end)

  it("of a line is a line, of a plane a plane, of points points", function()
    local function linear(diagonal)
      local net = rx.rnn { inputs = 1, units = 3, outputs = 1, activation = "identity", rng = rx.random(1) }
      net.weights.w_rec:copy(diagonal)
      return net
    end
    local states = rx.random(3):normal(100, 3)
    local line = rx.attractor(linear(rx.matrix { { 1, 0, 0 }, { 0, 0.3, 0 }, { 0, 0, 0 } }), states)
    assert.are.same({ "line", true }, { line.kind, line.continuum })
    assert.are.equal("plane", rx.attractor(linear(rx.matrix { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 0 } }), states).kind)
    local point = rx.attractor(linear(rx.matrix(3, 3)), states)
    assert.are.same({ "points", 1 }, { point.kind, point.stable })
    assert.matches("grows without bound", message(function()
      rx.attractor(linear(rx.matrix { { 2, 0, 0 }, { 0, 2, 0 }, { 0, 0, 2 } }), states)
    end))
  end)

  it("is drawn with its flow", function()
    local net = circle("drawn ring", function(r)
      local other = r * SWAP
      return 0.004 * other:mul(other):mul(r)
    end)
    local flow = rx.flow(net, starts, { slow = rx.slow_points(net, starts), points = 9 })
    assert.are.same({ 5, 3 }, { flow.arrows.cols, flow.points.cols })
    local folder, remove = support.scratch()
    assert(rx.figure("arrows", flow, folder .. "/flow.svg"))
    remove()
  end)
end)
