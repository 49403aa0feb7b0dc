local rx = require "reactivation"
local support = require "tests.spec.support"
local message = support.message

describe("Adam", function()
  it("goes through the weights of the reference data", function()
    local g = support.golden("adam")
    local adam, w = rx.adam { rate = g.rate }, g.start:clone()
    for t = 1, g.gradients.steps do
      adam:update(w, g.gradients:at(t))
      assert.is_true(support.relative_error(g.weights:at(t), w) < 1e-6)
    end
    assert.are.equal(7, adam.updates)
  end)

  it("moves by the rate on its first update, whatever the gradient's size", function()
    for _, g in ipairs { 1e-6, 1, -1e6 } do
      local w = rx.matrix { { 0.5 } }
      rx.adam({ rate = 0.01 }):update(w, rx.matrix { { g } })
      assert.near(0.5 - 0.01 * (g > 0 and 1 or -1), w:get(1, 1), 2e-4)
    end
  end)

  it("sees a gradient clipped to a norm and one decaying weights", function()
    local gradient = rx.matrix { { 3, 4 } }
    local clipped = rx.adam { clip = 1 }
    clipped:update(rx.matrix(1, 2), gradient)
    assert.near(0.1 * 0.6, clipped:state().mean:get(1, 1), 1e-7)
    assert.near(0.1 * 0.8, clipped:state().mean:get(1, 2), 1e-7)
    local free = rx.adam { clip = 10 }
    free:update(rx.matrix(1, 2), gradient)
    assert.near(0.1 * 3, free:state().mean:get(1, 1), 1e-6)
    local decaying = rx.adam { weight_decay = 0.5 }
    decaying:update(rx.matrix(1, 2, 2), gradient)
    assert.near(0.1 * 4, decaying:state().mean:get(1, 1), 1e-6)
  end)

  it("goes on from its state as if it had never stopped", function()
    local rng = rx.random(0)
    local gradients = { rng:normal(2, 3), rng:normal(2, 3), rng:normal(2, 3) }
    local whole, w = rx.adam {}, rx.matrix(2, 3)
    for _, g in ipairs(gradients) do whole:update(w, g) end
    local first, v = rx.adam {}, rx.matrix(2, 3)
    first:update(v, gradients[1])
    local path = os.tmpname()
    assert(rx.save(path, first:state()))
    local second = rx.adam({}):restore(rx.load(path))
    os.remove(path)
    second:update(v, gradients[2]):update(v, gradients[3])
    assert.is_true(support.same(w, v))
  end)

  it("lets a schedule set its rate", function()
    local adam = rx.adam { rate = 1 }
    adam.rate = 0.25
    assert.are.equal(0.25, adam.rate)
    local w = rx.matrix(1, 1)
    adam:update(w, rx.matrix(1, 1, 1))
    assert.near(-0.25, w:get(1, 1), 1e-5)           -- 1 - beta2 has few digits in float32
  end)

  it("serves one network, and any weights once it was restored", function()
    local adam, gradient = rx.adam {}, rx.matrix(1, 2, 1)
    adam:update(rx.matrix(1, 2), gradient)
    assert.matches("bad argument #1 to 'update' %(the weights of the update before expected",
                   message(function() adam:update(rx.matrix(1, 2), gradient) end))
    local again = rx.adam():restore(adam:state())
    again:update(rx.matrix(1, 2), gradient)
    assert.are.equal(2, again.updates)
    assert.near(0.1, adam:state().mean:get(1, 1), 1e-6) -- the other went on with a copy of its own
  end)

  it("refuses matrices that share memory", function()
    local adam, both = rx.adam {}, rx.matrix(3, 2)
    assert.matches("shares memory with the gradient",
                   message(function() adam:update(both:slice(1, 2), both:slice(2, 3)) end))
    local other = rx.adam {}
    other:update(both, rx.matrix(3, 2))
    assert.matches("shares memory with the optimizer's moments",
                   message(function() other:update(both, other:state().square) end))
  end)

  it("answers mistakes", function()
    local adam = rx.adam {}
    adam:update(rx.matrix(2, 2), rx.matrix(2, 2))
    assert.matches("2 x 2 matrix expected, as before, got 1 x 2",
                   message(function() adam:update(rx.matrix(1, 2), rx.matrix(1, 2)) end))
    assert.matches("2 x 2 matrix expected, got 2 x 3",
                   message(function() adam:update(rx.matrix(2, 2), rx.matrix(2, 3)) end))
    assert.matches("unknown option 'lr'; known are rate", message(function() rx.adam { lr = 1 } end))
    assert.matches("bad option 'beta1'", message(function() rx.adam { beta1 = 1 } end))
    assert.matches("only 'rate'", message(function() adam.beta1 = 0.5 end))
    assert.matches("rate of at least 0", message(function() adam.rate = -1 end))
    assert.matches("'mean' and 'square' do not match",
                   message(function() adam:restore { updates = 3, mean = rx.matrix(1, 1) } end))
    assert.matches("no count 'updates'", message(function() adam:restore {} end))
  end)
end)
