-- The estimators that the paper's theory is tested with, on systems whose answer is known.
local heading = require "krishna2024.heading"
local manifold = require "krishna2024.theory.manifold"
local ring = require "krishna2024.theory.ring"
local rx = require "reactivation"
local support = require "tests.spec.support"
local relative_error, same = support.relative_error, support.same

local SIGMA, DT = 0.7, 0.02
local V = SIGMA ^ 2 * DT

local function even(points)
  return 2 * math.pi / points * (rx.matrix(points, 1, 1):cumsum() - 1) - math.pi
end

local function circle(radius, points, units)
  local at = even(points)
  local plane = radius * rx.join { at:cos(), at:sin() }
  return units > 2 and rx.join { plane, rx.matrix(points, units - 2) } or plane
end

-- A network of so many units whose step without noise is that of the cell; it reads out its units.
local function network(units, step, weights, settings)
  local cell = rx.cell {
    name = "known", state = { "r" }, weights = function() return weights or {} end, step = step,
  }
  local o = { inputs = 1, units = units, outputs = units, dt = DT, sigma = SIGMA, rng = rx.random(1) }
  for name, value in pairs(settings or {}) do o[name] = value end
  return cell(o)
end

-- Symbols side by side.
local function beside(parts)
  local units, whole, first = 0, nil, 0
  for _, part in ipairs(parts) do units = units + part.cols end
  for _, part in ipairs(parts) do
    local place = rx.matrix(part.cols, units)
    for j = 1, part.cols do place:set(j, first + j, 1) end
    whole, first = whole and whole + part * place or part * place, first + part.cols
  end
  return whole
end

-- Each step shrinks what lies across the circle in a plane by `pull`, and turns by `shear` times the third
-- unit, which lies across the plane.
local function circular(radius, pull, shear)
  return network(3, function(_, s)
    local plane, height = s.r:columns(1, 2), s.r:column(3)
    local size = (plane ^ 2):sum("columns"):sqrt()
    local out = plane:mul(1 - pull + pull * radius / size)
    local c, z, x, y = (shear * height):cos(), (shear * height):sin(), out:column(1), out:column(2)
    return { r = beside { x:mul(c) - y:mul(z), x:mul(z) + y:mul(c), (1 - pull) * height } }
  end)
end

-- The theory's own network (Eq. 16): a step leads to where the noise of a step is most likely to have come
-- from, r + V grad log p(r).
local function ideal(points)
  local net = network(points.cols, function(w, s)
    return { r = (s.r * w.points:t() / V + w.size):softmax() * w.points }
  end, { points = { points.rows, points.cols }, size = { 1, points.rows } })
  net.weights.points:copy(points)
  net.weights.size:copy((points ^ 2):sum("columns"):t() / (-2 * V))
  return net
end

describe("drift on score", function()
  local rng = rx.random(1)

  it("is 1 of a network that follows the theory, about its ring and elsewhere", function()
    local points = circle(1.5, 360, 8)
    local net, r = ideal(points), ring.of(points, even(points.rows), V)
    for _, spread in ipairs { V, 4 * V } do
      local found = ring.drift_on_score(net, r, ring.about(r, spread, rng))
      assert.near(1, found.slope, 1e-4)
      assert.near(1, found.explained, 1e-4)
      assert.near(1, found.cosine, 1e-4)
    end
  end)

  it("is the leak of an Ornstein-Uhlenbeck process about a point", function()
    for _, leak in ipairs { 0.2, 0.5 } do
      local net = network(6, function(_, s) return { r = (1 - leak) * s.r } end)
      local found = ring.drift_on_score(net, ring.of(rx.matrix(8, 6), even(8), V), rng:normal(500, 6))
      assert.near(leak, found.slope, 1e-5)
      assert.near(1, found.explained, 1e-5)
    end
  end)

  it("of an attracting circle is its pull, and the cosine cannot tell it from the theory's", function()
    local r = ring.of(circle(4, 360, 3), even(360), V)
    local found = ring.drift_on_score(circular(4, 0.5, 0), r, ring.about(r, V, rng))
    assert.near(0.5, found.slope, 0.03)
    assert.is_true(found.cosine > 0.98)
  end)

  it("has the score of a ring that lies wider apart than the noise", function()
    local coarse, fine = ring.of(circle(3, 90, 2), even(90), V), ring.of(circle(3, 720, 2), even(720), V)
    local states = ring.about(coarse, V, rng)
    assert.is_true(relative_error(ring.score(fine, V, states), ring.score(coarse, V, states)) < 0.03)
  end)
end)

describe("a ring", function()
  it("has its radius as the length of its tangent, and a nearest point for each state", function()
    local r, rng = ring.of(circle(2, 360, 5), even(360), V), rx.random(2)
    assert.is_true((ring.lengths(r.tangent) - 2):abs():max() < 1e-3)
    local angle = rng:uniform(2000, 1, -math.pi, math.pi)
    local foot = 2 * rx.join { angle:cos(), angle:sin(), rx.matrix(2000, 3) }
    local across = rx.join { 0.1 * foot:columns(1, 2), rng:normal(2000, 3) }
    assert.is_true(ring.lengths(ring.nearest(r, foot + across) - foot):max() < 2 * math.pi / 360 * 2)
  end)

  it("of waking states is about their means, and at rest where they come to", function()
    local task = rx.tasks.head_direction { steps = 60, cells = 33 }
    local net = rx.rnn { inputs = 1, units = 8, outputs = 33, tau = 0.04, bias = true, sigma = 0.7, rng = rx.random(3) }
    local awake = ring.awake(net, task, 50, rx.random(4))
    assert.are.same({ 29 * 50, 29 * 50, 29 * 50 }, { awake.states.rows, awake.truth.rows, awake.turn.rows })
    local next_truth = awake.batch.truth:slice(31 * 50 + 1, 60 * 50)
    assert.is_true(((awake.truth + awake.turn) - next_truth):wrap():abs():max() < 1e-5)
    local waking, resting = ring.both(net, awake, awake.truth)
    local after = waking.states
    for _ = 1, 30 do after = after + net:drift(after) end
    assert.is_true(relative_error(after, resting.states) < 1e-4)
  end)

  it("is read without steps from the activity of cells", function()
    local task = rx.tasks.head_direction { steps = 2, cells = 64 }
    local truth = rx.random(5):uniform(300, 1, -math.pi, math.pi)
    assert.is_true((heading.bearing(task.cells:encode(truth)) - truth):wrap():abs():max() < 1e-5)
  end)
end)

describe("the gains by direction", function()
  local function gains(pull)
    local r = ring.of(circle(3, 360, 3), even(360), V)
    return ring.gains(circular(3, pull, 0), r, rx.pca(r.states + rx.random(6):normal(360, 3, 0, 1e-3)), rx.random(7))
  end

  it("are 0 along a circle, and its pull in all directions across", function()
    for _, pull in ipairs { 0.1, 0.5 } do
      local found = gains(pull)
      assert.near(0, found.tangent, 1e-3)
      assert.near(pull, found.radial, 1e-3)
      assert.near(pull, found.normal, 1e-3)
    end
  end)

  it("make the radial ratio 1 / (2 - pull), which is 1 for a pull of 1 alone", function()
    for _, pull in ipairs { 0.1, 0.5, 1 } do
      local net = circular(5, pull, 0)
      local states = net:forward { state = circle(5, 200, 3), steps = 300, rng = rx.random(8) }
      local late = states:slice(100 * 200 + 1, states.rows)
      local found, linear = ring.radial_ratio(net, { states = late }, rx.pca(late), V)
      assert.near(1 / (2 - pull), found, 0.03)
      assert.near(found, linear, 0.03)
    end
  end)
end)

-- A network that represents a bearing s without loss: cosines and sines of its multiples, turned by the
-- input, of which von Mises tuning is a linear readout.
local HARMONICS = 12
local function rotor(task, follows, sigma)
  local multiples = rx.matrix(1, HARMONICS, 1):reshape(HARMONICS, 1):cumsum():t()
  local net = network(2 * HARMONICS + 1, function(w, s, x)
    local one, n = s.r:column(1), HARMONICS
    local re, im = s.r:columns(2, n + 1), s.r:columns(n + 2, 2 * n + 1)
    local turn = follows * x * w.multiples
    local c, z = turn:cos(), turn:sin()
    return { r = beside { one, re:mul(c) - im:mul(z), re:mul(z) + im:mul(c) } }
  end, { multiples = { 1, HARMONICS } }, { outputs = task.outputs, init = task.init, sigma = sigma })
  net.weights.multiples:copy(multiples)
  local at = even(400)
  local function state(bearings)
    local angles = bearings * multiples
    return rx.join { 0 * bearings + 1, angles:cos(), angles:sin() }
  end
  local readout = (rx.pseudoinverse(state(at)) * task.cells:encode(at)):t()
  net.weights.w_out:copy(readout)
  net.weights.encoder:copy(rx.pseudoinverse(readout))
  return net, state(at), readout
end

describe("a sheet of states", function()
  -- a square, flat, in six dimensions, that a step leads back to
  local side = 21
  local function flat(width)
    local rows = {}
    for i = 1, side do
      for j = 1, side do rows[#rows + 1] = { (j - 11) * width, (i - 11) * width, 0, 0, 0, 0 } end
    end
    return rx.matrix(rows)
  end
  local function onto_plane(pull)
    local place = rx.matrix(6, 6)
    for k = 1, 6 do place:set(k, k, k <= 2 and 1 or 1 - pull) end
    return network(6, function(_, s) return { r = s.r * place } end)
  end

  it("has drift on score 1 for a network that follows the theory, and the pull of one that does less", function()
    local points, rng = flat(math.sqrt(V) / 2), rx.random(23)
    local sheet = manifold.of(points, V)
    local found = ring.drift_on_score(ideal(points), sheet, ring.about(sheet, V, rng))
    assert.near(1, found.slope, 0.01)
    local wide = manifold.of(flat(0.3), V)
    local inner = { states = flat(0.25), fine = wide.fine }
    assert.near(0.3, ring.drift_on_score(onto_plane(0.3), wide, ring.about(inner, V, rng)).slope, 0.03)
  end)

  it("is pulled to across it, not along it, and scattered about accordingly", function()
    for _, pull in ipairs { 0.2, 0.5 } do
      local net, sheet = onto_plane(pull), manifold.of(flat(0.3), V)
      local found = manifold.gains(net, sheet, rx.random(24))
      assert.near(pull, found.normal, 1e-5)
      assert.near(0, found.tangent, 1e-5)
      local states = net:forward { state = 0.5 * sheet.states, steps = 60, rng = rx.random(25) }
      local spread = manifold.spread(states:at(60), sheet, V)
      assert.near(1 / (pull * (2 - pull)), spread, 0.15 * spread)
    end
  end)
end)

describe("the part of the input (Eq. 18)", function()
  local task = rx.tasks.head_direction { steps = 60, cells = 33 }

  it("is what it should be where a network follows it, and its share where it follows less", function()
    for _, share in ipairs { 1, 0.9 } do
      local net, states, readout = rotor(task, share, 1e-3)
      local awake = ring.awake(net, task, 30, rx.random(9))
      awake.states:copy(task.cells:encode(awake.truth) * rx.pseudoinverse(readout):t())
      awake.turn = awake.turn / 20 -- so small that the activity changes in proportion
      local found = ring.input(net, task, awake, readout)
      assert.near(share, found.output.slope, 0.02)
      assert.near(share, found.whole.slope, 0.02)
      assert.is_true(found.output.cosine > 0.97 and math.abs(found.shuffled.cosine) < 0.15)
      local moved = ring.pulse(net, { states = states }, 5, 0.1)
      for t = 1, 5 do assert.near(share, moved[t], 1e-3) end
    end
  end)
end)

describe("the bounds (Eqs. 8 to 14)", function()
  local task = rx.tasks.head_direction { steps = 60, cells = 33 }

  it("are known for a network that follows its input and lets noise be", function()
    local net, _, readout = rotor(task, 1, 0.1)
    local awake = ring.awake(net, task, 30, rx.random(10))
    awake.states:copy(task.cells:encode(awake.truth) * rx.pseudoinverse(readout):t())
    local found, sd = ring.bounds(net, task, awake, readout, rx.random(11)), 0.1 * math.sqrt(DT)
    local heard = ring.lengths(rx.random(12):normal(20000, net.units, 0, sd) * readout:t()):mean()
    local _, singular = rx.svd(readout)
    assert.near(0, found.signal, 1e-3 * heard)
    for _, name in ipairs { "loss", "triangle", "assumed" } do assert.near(heard, found[name], 0.02 * heard) end
    assert.near(singular:get(1, 1) * sd * math.sqrt(net.units), found.upper, 0.01 * found.upper)
    assert.is_true(found.loss < found.schwarz and found.schwarz <= found.upper * 1.001)
  end)

  it("hold one after the other, whatever the network, but for the one that assumes", function()
    for seed = 1, 3 do
      local net = rx.rnn {
        inputs = 1, units = 12, outputs = 33, tau = 0.04, bias = true, sigma = 0.7, rng = rx.random(seed),
      }
      local found = ring.bounds(net, task, ring.awake(net, task, 20, rx.random(13)), net:effective().w_out,
                                rx.random(14))
      assert.is_true(found.loss <= found.triangle)
      assert.is_true(found.assumed <= found.schwarz and found.schwarz <= found.upper * 1.001)
      assert.near(found.upper, found.signal + found.noise, 1e-6)
    end
  end)
end)

describe("diffusion along a ring", function()
  -- the law of the bearings of a simulated run, against the linear response
  local function measured(net, radius)
    local states = net:forward { state = circle(radius, 500, 3), steps = 400, rng = rx.random(15) }
    local late = states:slice(100 * 500 + 1, states.rows)
    local bearings = late:column(2):atan2(late:column(1)):as_sequence(300)
    return rx.mean_squared_displacement(bearings, { lags = { 100 }, cyclic = true }):get(1, 1) / 100
  end

  it("of a circle is the least, V over the square of its radius", function()
    local net = circular(4, 0.5, 0)
    local predicted, least = ring.diffusion(net, ring.of(circle(4, 360, 3), even(360), V), V)
    assert.near(V / 16, least, 1e-3 * least)
    assert.near(least, predicted, 1e-3 * least)
    assert.near(1, measured(net, 4) / predicted, 0.1)
  end)

  it("is more where what lies across turns it", function()
    local net = circular(4, 0.5, 0.2)
    local predicted, least = ring.diffusion(net, ring.of(circle(4, 360, 3), even(360), V), V)
    assert.near(V * (1 / 16 + (0.2 / 0.5) ^ 2), predicted, 1e-2 * predicted)
    assert.is_true(predicted > 3 * least)
    assert.near(1, measured(net, 4) / predicted, 0.1)
  end)
end)

describe("a ring that has shrunk to a point", function()
  it("has no tangent, and no median of what needs one", function()
    local point = ring.of(rx.matrix(36, 3, 1), rx.matrix(36, 1), V)
    assert.is_nil((ring.diffusion(circular(4, 0.5, 0), point, V)))
    assert.are.equal(2, ring.median(rx.matrix { { 1 }, { 2 }, { 3 }, { 0 / 0 } }))
  end)
end)

describe("rest under noise variance k V (Eq. 19)", function()
  -- dr = h grad log p + sqrt(k h) noise, p two wells
  local function in_wells(k)
    local h = 0.02
    local net = network(1, function(_, s) return { r = s.r + h * (s.r - s.r ^ 3) } end, nil,
                        { sigma = 1, dt = h })
    local starts = rx.random(16):uniform(400, 1, -1.5, 1.5)
    local states = net:forward { state = starts, steps = 1500, sigma = math.sqrt(k), rng = rx.random(17) }
    return rx.histogram(states:slice(500 * 400 + 1, states.rows), -1.5, 1.5, 30)
  end

  it("samples the density to the power 2 / k in a double well", function()
    for _, k in ipairs { 1, 2, 4 } do
      local found, xs, ys = in_wells(k), {}, {}
      for b, x in ipairs(found.center) do
        xs[b], ys[b] = { x ^ 2 / 2 - x ^ 4 / 4 }, { math.log(found.density[b]) }
      end
      local fit = rx.ridge(rx.matrix(xs), rx.matrix(ys), { penalty = 0 })
      assert.near(2 / k, fit.weights:get(1, 1), 0.1 * 2 / k)
    end
  end)

  it("scatters the theory's own network k V about its ring, not k V / 2: a step is no small time for it", function()
    local points = circle(3, 360, 10)
    local net, r = ideal(points), ring.of(points, even(points.rows), V)
    for _, k in ipairs { 1, 2 } do
      local states = net:forward { state = points, steps = 40, sigma = math.sqrt(k) * SIGMA, rng = rx.random(18) }
      local late = rx.thin(states:slice(20 * 360 + 1, states.rows), 4000)
      local off = late - ring.nearest(r, late)
      assert.near(k, off:mul(off):sum() / (4000 * 9 * V), 0.05 * k)
    end
  end)
end)

describe("a ReLU network without biases", function()
  local task = rx.tasks.head_direction { steps = 20, cells = 33 }
  local function network_of(bias)
    local net = rx.rnn {
      inputs = 1, units = 24, outputs = 33, tau = 0.04, sigma = 0.7, bias = bias, rng = rx.random(19),
    }
    if bias then net.weights.b_rec:copy(rx.random(20):normal(1, 24)) end
    return net
  end
  local function rest(net, factor)
    local start = rx.random(21):normal(40, 24)
    local states, outputs = net:forward {
      state = factor * start, steps = 300, sigma = factor * net.sigma, rng = rx.random(22),
    }
    return states, heading.bearing(outputs), task:decode(outputs)
  end

  it("at rest is the same at any size of state and noise, so that bearings cannot depend on the noise", function()
    local net = network_of(false)
    local states, bearings, decoded = rest(net, 1)
    for _, factor in ipairs { 2, 0.25 } do -- powers of two are exact
      local others, same_bearings, same_decoded = rest(net, factor)
      assert.is_true(same(factor * states, others))
      assert.is_true(same(bearings, same_bearings) and same(decoded, same_decoded))
    end
    local _, near = rest(net, math.sqrt(2))
    assert.is_true((near - bearings):wrap():abs():max() < 1e-2)
  end)

  it("is the exception: with biases it depends on the size", function()
    local net = network_of(true)
    local _, bearings = rest(net, 1)
    local _, others = rest(net, 2)
    assert.is_true((others - bearings):wrap():abs():max() > 0.1)
  end)
end)
