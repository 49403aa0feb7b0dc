-- Ways to rest.
local rx = require "reactivation"
local support = require "tests.spec.support"
local message, relative_error, same = support.message, support.relative_error, support.same

local function small(options)
  local o = { inputs = 1, units = 6, outputs = 4, sigma = 0.5, activation = "tanh", bias = true, rng = rx.random(1) }
  for name, value in pairs(options or {}) do o[name] = value end
  local net = rx.rnn(o)
  net.weights.b_rec:copy(rx.random(2):normal(1, 6))
  net.weights.w_rec:copy(0.8 * rx.random(3):normal(6, 6))
  return net
end

-- A run from the same first states with the same draws.
local function run(net, extra)
  local how = { state = rx.random(5):normal(7, 6), steps = 12, rng = rx.random(6) }
  for name, value in pairs(extra or {}) do how[name] = value end
  return (net:forward(how))
end

describe("a way to rest", function()
  it("with more noise is the network with more noise", function()
    local net = small()
    local position = net.rng.position
    local louder = rx.rest.network(net, rx.rest.noise(2))
    assert.are.equal(position, net.rng.position)
    assert.is_true(same(run(net, { sigma = math.sqrt(2) * net.sigma }), run(louder)))
  end)

  it("that changes nothing changes nothing", function()
    local net = small()
    local plain = run(net)
    for _, mode in ipairs {
      rx.rest.gain(1, { noise = 1 }), rx.rest.momentum(1, { noise = 1 }),
      rx.rest.adaptation { strength = 0, noise = 1 }, rx.rest.adaptation { strength = 0, noise = 1, keeps = true },
    } do
      assert.is_true(relative_error(plain, run(rx.rest.network(net, mode))) < 1e-5, mode.name)
    end
  end)

  it("follows its equations", function()
    local net = small { sigma = 0 }
    local w, b, leak = net.weights.w_rec:t(), net.weights.b_rec, net.dt / net.tau
    local function by_hand(step)
      local r, extra, last = rx.random(5):normal(7, 6), rx.matrix(7, 6), nil
      for _ = 1, 12 do r, extra = step(r, extra) last = r end
      return last
    end
    local function last(mode)
      local states = run(rx.rest.network(net, mode))
      return states:at(states.steps)
    end
    local function pulled(r, drive) return r + leak * ((r * w + b + drive):tanh() - r) end
    assert.is_true(relative_error(by_hand(function(r, a)
      return pulled(r, -1 * a), a + (0.5 * r - a) / 4
    end), last(rx.rest.adaptation { strength = 0.5, steps = 4 })) < 1e-5)
    assert.is_true(relative_error(by_hand(function(r, a)
      return pulled(r, 0.5 * r - a), a + (0.5 * r - a) / 4
    end), last(rx.rest.adaptation { strength = 0.5, steps = 4, keeps = true })) < 1e-5)
    assert.is_true(relative_error(by_hand(function(r, v)
      local faster = 0.7 * v + 0.3 * (pulled(r, 0) - r)
      return r + faster, faster
    end), last(rx.rest.momentum(0.3))) < 1e-5)
    assert.is_true(relative_error(by_hand(function(r, v)
      return r + leak * ((1.3 * (r * w) + b):tanh() - r), v
    end), last(rx.rest.gain(1.3))) < 1e-5)
  end)

  it("with momentum has as much noise in the velocity as it says", function()
    local still = small { activation = "identity" }
    still.weights.w_rec:copy(rx.matrix(6, 6))
    still.weights.b_rec:copy(rx.matrix(1, 6))
    local net = rx.rest.network(still, rx.rest.momentum(0.3, { noise = 1 }))
    local _, _, all = net:forward { state = rx.matrix(4000, 6), steps = 1, rng = rx.random(7) }
    local squares = all.velocity:mul(all.velocity):mean()
    assert.near(0.09 * 0.25 * net.dt, squares, 5 * 0.09 * 0.25 * net.dt * math.sqrt(2 / 24000))
  end)

  it("by the second adaptation keeps every fixed point", function()
    local net = small { sigma = 0 }
    local points = rx.slow_points(net, rx.random(8):uniform(100, 6, -1, 1))
    assert.is_true(points.states.rows >= 1)
    local adapting = rx.rest.network(net, rx.rest.adaptation { keeps = true })
    local drift = adapting:drift { r = points.states, adaptation = 0.3 * points.states }
    assert.is_true(drift:abs():max() < 1e-6)
    local published = rx.rest.network(net, rx.rest.adaptation {})
    assert.is_true(published:drift({ r = points.states, adaptation = 0.3 * points.states }):abs():max() > 1e-3)
  end)

  it("is one of any cell, and of constrained weights", function()
    local gru = rx.gru { inputs = 1, units = 5, outputs = 3, sigma = 0.1, rng = rx.random(1) }
    assert.are.equal(2, #rx.rest.network(gru, rx.rest.adaptation()).cell.state)
    local dale = small { constrain = { w_rec = function(w) return w:abs() end } }
    assert.is_true(same(run(dale), run(rx.rest.network(dale, rx.rest.noise(1)))))
    local own = rx.cell {
      name = "own", state = { "x" }, weights = function(s) return { m = { s.units, s.units }, c = { 1, s.units } } end,
      step = function(w, s) return { x = (s.x * w.m:t() + w.c):tanh() } end,
    } { inputs = 1, units = 3, outputs = 2, rng = rx.random(1) }
    assert.matches("the cell 'own' is not known here: say by option 'drive'",
                   message(function() rx.rest.network(own, rx.rest.adaptation()) end))
    local with = rx.rest.network(own, rx.rest.adaptation { drive = "c" })
    assert.are.equal(4, (with:forward { state = rx.matrix(4, 3), steps = 1 }).rows)
    assert.matches("say by option 'weights'", message(function() rx.rest.network(own, rx.rest.gain(2)) end))
  end)

  it("answers mistakes", function()
    assert.matches("bad argument #1 to 'gain'", message(rx.rest.gain))
    assert.matches("bad argument #1 to 'momentum'", message(function() rx.rest.momentum(0) end))
    assert.matches("bad argument #1 to 'noise'", message(function() rx.rest.noise(-1) end))
    assert.matches("unknown option 'tau'", message(function() rx.rest.adaptation { tau = 3 } end))
    assert.matches("bad option 'steps' %(number above 0.5 expected, got 0.5", message(function()
      rx.rest.adaptation { steps = 0.5 }
    end))
    assert.matches("a mode of rx.rest", message(function() rx.rest.network(small(), { name = "x" }) end))
  end)
end)

describe("ways to rest side by side", function()
  it("are compared with waking, and those that explode are said to", function()
    local rng = rx.random(9)
    local task = rx.tasks.head_direction { steps = 20, cells = 4 }
    local net = rx.rnn { inputs = 1, units = 6, outputs = 4, sigma = 0.5, activation = "identity", rng = rng }
    local found = rx.rest.scan(net, task, { rx.rest.noise(2), rx.rest.gain(40), rx.rest.momentum(0.5) },
                               { rng = rng, trials = 10, steps = 60, cyclic = true, every = 1 })
    assert.are.same({ false, true, false }, { found[1].exploded, found[2].exploded, found[3].exploded })
    assert.are.equal(4, #found.columns)
    for _, row in ipairs(found.rows) do assert.are.equal(4, #row[2]) end
    assert.are.equal("noise 2", found[1].name)
    assert.matches("bad argument #3 to 'scan'", message(function() rx.rest.scan(net, task, { 3 }, { rng = rng }) end))
    assert.matches("bad option 'rng'", message(function() rx.rest.scan(net, task, { rx.rest.noise(1) }) end))
  end)
end)
