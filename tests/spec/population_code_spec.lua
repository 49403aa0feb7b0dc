-- Networks trained on cells and the truth in place of targets.
local rx = require "reactivation"
local support = require "tests.spec.support"
local message = support.message

local function heads(options) return rx.head_direction_cells(options), 1 end

local function places(tuning)
  return rx.place_cells { centers = rx.random(5):uniform(96, 2, -1, 1), width = 0.3, tuning = tuning }, 2
end

local function network(cell, cells, units, options)
  options = options or {}
  return rx[cell] {
    inputs = 1, units = units, outputs = cells.cells, tau = 0.03, sigma = 1, activation = "tanh",
    output_sigma = options.output_sigma, rng = rx.random(8),
  }
end

-- The same batch twice: once with the code of its truth, once with the targets themselves.
local function batches(cells, dimensions, steps, size)
  local rng = rx.random(9)
  local rows = steps * size
  local truth = rng:uniform(rows, dimensions, -math.pi, math.pi):as_sequence(steps)
  local given = {
    init = cells:encode(rng:uniform(size, dimensions, -1, 1)), inputs = rng:normal(rows, 1):as_sequence(steps),
    noise = rng:normal(rows, 4),
  }
  local coded, dense = { code = cells, truth = truth }, { targets = cells:encode(truth) }
  for name, value in pairs(given) do coded[name], dense[name] = value, value end
  return coded, dense
end

-- Both in one answer, from the same place in the generator.
local function both(net, coded, dense)
  local position = net.rng.position
  local loss, gradients = net:gradient(coded)
  net.rng:seek(position)
  local expected_loss, expected = net:gradient(dense)
  return loss, gradients, expected_loss, expected
end

local function is_alike(net, coded, dense)
  local loss, gradients, expected_loss, expected = both(net, coded, dense)
  assert.near(expected_loss, loss, 1e-6 * expected_loss)
  for name, gradient in pairs(expected) do -- float32, summed in another order
    assert.is_true(support.relative_error(gradient, gradients[name]) < 1e-5, name)
  end
end

describe("a gradient from cells and the truth is that from their activity:", function()
  local codes = {
    ["head direction"] = function() return heads { cells = 96 } end,
    ["head direction as a density"] = function() return heads { cells = 96, tuning = "density" } end,
    ["wide head direction"] = function() return heads { cells = 96, width = 2 } end,
    ["constant head direction"] = function() return heads { cells = 96, width = 900 } end,
    ["head direction too narrow for a few harmonics"] = function() return heads { cells = 96, width = 0.05 } end,
    ["softmax place cells"] = function() return places "softmax" end,
    ["Gaussian place cells"] = function() return places "gaussian" end,
    ["differences of Gaussians"] = function() return places "difference_of_gaussians" end,
  }
  for name, new in pairs(codes) do
    for _, cell in ipairs { "rnn", "gru" } do
      it(("%s, %s"):format(name, cell), function()
        local cells, dimensions = new()
        is_alike(network(cell, cells, 4), batches(cells, dimensions, 30, 40))
      end)
    end
  end

  it("with noise on the outputs", function()
    local cells = heads { cells = 96 }
    is_alike(network("rnn", cells, 4, { output_sigma = 0.5 }), batches(cells, 1, 30, 40))
  end)

  it("with few rows, and with more units than cells", function()
    local cells = heads { cells = 96 }
    is_alike(network("rnn", cells, 4), batches(cells, 1, 2, 3))
    local coded, dense = batches(cells, 1, 30, 40)
    coded.noise, dense.noise = nil, nil
    is_alike(network("rnn", cells, 100), coded, dense)
  end)

  it("at the paper's sizes", function()
    local rng = rx.random(3)
    local task = rx.tasks.head_direction {}
    local net = rx.rnn { inputs = 1, units = 128, outputs = 512, sigma = 0.7, rng = rng }
    local batch = task:batch(200, rng)
    local dense = { init = batch.init, inputs = batch.inputs, targets = task.cells:encode(batch.truth) }
    is_alike(net, batch, dense)
  end)

  it("with a readout of dependent columns, or of zeros", function()
    local cells = heads { cells = 96 }
    local net = network("rnn", cells, 4)
    local coded, dense = batches(cells, 1, 30, 40)
    local readout = net.weights.w_out
    local column = cells:encode(rx.matrix { { 0.3 } }):t()
    readout:copy(rx.join { column, column, 2 * column, 0 * column })
    is_alike(net, coded, dense)
    readout:copy(0 * readout)
    is_alike(net, coded, dense)
    local loss = net:gradient(coded)
    assert.near(dense.targets:mul(dense.targets):mean(), loss, 1e-6 * loss)
  end)
end)

describe("a gradient from a smooth code", function()
  it("is the slope of the loss at every weight", function()
    local cells = heads { cells = 40, width = 1.5 }
    local net = network("rnn", cells, 3)
    local batch = batches(cells, 1, 20, 30)
    batch.noise = rx.random(7):normal(600, 3)
    local _, gradients = net:gradient(batch)
    for name, matrix in pairs(net.weights) do
      local scale = gradients[name]:abs():max()
      for i = 1, matrix.rows do
        for j = 1, matrix.cols do
          assert.near(support.slope(net, batch, matrix, i, j, 1e-2), gradients[name]:get(i, j), 0.02 * scale, name)
        end
      end
    end
  end)

  it("is the same to the last bit on one thread and on two", function()
    local threads, found = rx.threads(), {}
    for n = 1, 2 do
      rx.threads(n)
      local cells = heads { cells = 256 }
      local net = network("rnn", cells, 60)
      local batch = batches(cells, 1, 30, 60)
      batch.noise = nil
      local loss, _, flat = net:gradient(batch)
      found[n] = { loss = loss, flat = flat }
    end
    rx.threads(threads)
    assert.are.equal(found[1].loss, found[2].loss)
    assert.is_true(support.same(found[1].flat, found[2].flat))
  end)

  it("tells of weights that are no numbers", function()
    local cells = heads { cells = 96 }
    local net = network("rnn", cells, 4)
    net.weights.w_out:set(7, 2, 0 / 0)
    local loss = net:gradient((batches(cells, 1, 30, 40)))
    assert.is_true(loss ~= loss)
  end)
end)

describe("cells in place of targets", function()
  local cells = heads { cells = 96 }
  local net = network("rnn", cells, 4)
  local function gradient(changes)
    local batch = batches(cells, 1, 5, 6)
    for name, value in pairs(changes) do batch[name] = value or nil end
    return message(function() net:gradient(batch) end)
  end

  it("are refused unless they fit", function()
    assert.matches("bad option 'code' %(place cells or head%-direction cells expected, got number",
                   gradient { code = 3 })
    assert.matches("bad option 'code' %(96 cells expected, one for each output, got 20",
                   gradient { code = heads { cells = 20 } })
    assert.matches("bad option 'truth' %(30 x 1 matrix expected, got nothing", gradient { truth = false })
    assert.matches("bad option 'truth' %(30 x 1 matrix expected, got 30 x 2",
                   gradient { truth = rx.matrix(30, 2) })
    assert.matches("bad option 'truth' %(finite numbers expected", gradient { truth = rx.matrix(30, 1, 1 / 0) })
    assert.matches("bad option 'targets' %(30 x 96 matrix expected, got nothing", gradient { code = false })
  end)

  it("give way to targets that are there", function()
    local coded, dense = batches(cells, 1, 5, 6)
    coded.targets = 2 * dense.targets
    local loss = net:gradient(coded)
    dense.targets = coded.targets
    assert.are.equal(net:gradient(dense), loss)
  end)
end)

describe("a batch of a task", function()
  it("encodes its targets when somebody looks at them, and once", function()
    local task = rx.tasks.head_direction { steps = 3, cells = 8 }
    local batch = task:batch(2, rx.random(1))
    assert.is_nil(rawget(batch, "targets"))
    assert.are.equal(batch.targets, batch.targets)
    assert.is_true(support.same(task.cells:encode(batch.truth), batch.targets))
    assert.is_nil(batch.anything)
  end)

  it("may hold cells and the truth alone", function()
    local cells = heads { cells = 24 }
    local rng = rx.random(2)
    local net = rx.rnn { inputs = 1, units = 8, outputs = 24, rng = rng }
    local task = {}
    function task:batch(size, generator) -- luacheck: no self
      local truth = generator:uniform(4 * size, 1, -1, 1):as_sequence(4)
      return { init = cells:encode(truth:at(1)), inputs = truth, code = cells, truth = truth }
    end
    local history = rx.train(net, task, { batches = 2, size = 5, test_every = 1, progress = false })
    assert.are.equal(3, #history.test_loss)
    for _, loss in ipairs(history.test_loss) do assert.is_true(loss > 0 and loss < 1) end
  end)
end)
