-- What is recorded of a cell and a loss: how its mistakes are told, and how a checkpoint knows it again.
local rx = require "reactivation"
local support = require "tests.spec.support"
local message, same = support.message, support.same

local function leaky(step)
  return rx.cell {
    name = "recorded", state = { "r", "a" },
    weights = function(s) return { w = { s.units, s.units }, u = { s.units, s.inputs } } end,
    step = step,
  }
end

local function drive(w, s, x) return (s.r * w.w:t() + x * w.u:t()):tanh() end

local function slow(share)
  return leaky(function(w, s, x)
    return { r = drive(w, s, x) - 0.3 * s.a, a = s.a + share * (s.r - s.a) }
  end)
end

local function network(cell, options)
  local o = { inputs = 1, units = 5, outputs = 8, sigma = 0.1, rng = rx.random(3) }
  for name, value in pairs(options or {}) do o[name] = value end
  return cell(o)
end

describe("a step with a mistake", function()
  local function refusal(step) return message(function() network(leaky(step)) end) end

  it("is told of the names that there are", function()
    local told = "cell 'recorded' has no weight 'q'; its weights are u, w"
    assert.matches("recording_spec.lua:%d+: .*" .. told, refusal(function(w, s) return { r = s.r * w.q } end))
    assert.matches("recording_spec.lua:%d+: " .. told, refusal(function(w, s) return { r = s.r * w.q:t() } end))
    assert.matches("has no state 'c'; its states are a, r",
                   refusal(function(w, s) return { r = s.c * w.w:t() } end))
    assert.matches("has no setting 'gain'", refusal(function(_, s, _, o) return { r = o.gain * s.r } end))
  end)

  it("may ask for a weight that is not there", function()
    network(leaky(function(w, s, x) return { r = w.bias and s.r or drive(w, s, x), a = s.a } end))
  end)

  it("is refused where it would freeze something or has no value to look at", function()
    local rng = rx.random(1)
    assert.matches("use a:lt%(b%)", refusal(function(_, s) return { r = s.r > 0 and s.r or s.a, a = s.a } end))
    assert.matches("not the same each time",
                   refusal(function(_, s) return { r = s.r + rng:normal(1, 5), a = s.a } end))
    assert.matches("state 'a': expected among what it returns", refusal(function(_, s) return { r = s.r } end))
    assert.matches("trials x 5 and 1 x 3",
                   refusal(function(_, s) return { r = s.r + rx.matrix(1, 3), a = s.a } end))
  end)
end)

describe("a checkpoint", function()
  local path, remove
  before_each(function()
    local folder
    folder, remove = support.scratch()
    path = folder .. "/run.h5"
  end)
  after_each(function() remove() end)

  local function train(net, batches)
    rx.train(net, rx.tasks.head_direction { steps = 4, cells = 8 }, {
      batches = batches, size = 4, test_size = 4, checkpoint = path, checkpoint_every = 2, progress = false,
    })
    return net
  end

  it("refuses a cell that was edited, and says where", function()
    train(network(slow(0.1)), 3)
    assert.matches("made with another step, whose line %d+ is '.*0.1.*', but this run's is '.*0.2",
                   message(train, network(slow(0.2)), 6))
  end)

  it("refuses a loss that was edited", function()
    local function loss(power)
      return { loss = function(y) return ((y.outputs - y.targets) ^ power):mean("columns") end }
    end
    train(network(slow(0.1), loss(2)), 3)
    assert.matches("made with another loss", message(train, network(slow(0.1), loss(4)), 6))
    train(network(slow(0.1), loss(2)), 6)
  end)

  it("refuses other constraints, and comes back only under its own", function()
    local function absolute() return { constrain = { w = function(w) return w:abs() end } } end
    local first = train(network(slow(0.1), absolute()), 3)
    assert.matches("constrained weights", message(train, network(slow(0.1)), 6))
    local nothing, problem = rx.load_network(path)
    assert.is_nil(nothing)
    assert.matches("under constraints %(w%)", problem)
    local back = assert(rx.load_network(path, rx.random(0), absolute()))
    assert.is_true(same(first:effective().w, back:effective().w))
  end)

  it("of a cell with two states goes on to the same bits", function()
    local whole = train(network(slow(0.1)), 7)
    os.remove(path)
    train(network(slow(0.1)), 4)
    local parted = train(network(slow(0.1)), 7)
    assert.is_true(same(whole.parameters, parted.parameters))
  end)
end)

it("a run of a cell with two states is the same in windows as at once", function()
  local net, rng = network(slow(0.1)), rx.random(9)
  local inputs = rng:normal(36, 1):as_sequence(12)
  local start = { r = rng:normal(3, 5), a = rng:normal(3, 5) }
  net.rng:seek(50)
  local states, _, all = net:forward { state = start, inputs = inputs }
  assert.are.equal(states, all.r)
  net.rng:seek(50)
  local t = 0
  for _, _, window in net:stream { state = start, inputs = inputs, every = 5, reuse = true } do
    for k = 1, window.a.steps do
      for name in pairs(all) do assert.is_true(same(all[name]:at(t + k), window[name]:at(k))) end
    end
    t = t + window.a.steps
  end
  net.rng:seek(50)
  for step = 1, 12 do
    start = net:step(start, inputs:at(step))
    assert.is_true(same(all.a:at(step), start.a))
  end
end)
