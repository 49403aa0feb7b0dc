local rx = require "reactivation"
local support = require "tests.spec.support"
local same = support.same

describe("a network in a file", function()
  local folder, remove, path
  before_each(function()
    folder, remove = support.scratch()
    path = folder .. "/net.h5"
  end)
  after_each(function() remove() end)

  local options = { inputs = 2, units = 6, outputs = 4, init = 3, dt = 0.01, tau = 0.05, sigma = 0.2,
                    activation = "tanh", bias = true, noise = "uniform" }

  local function network(seed)
    local o = { rng = rx.random(seed) }
    for name, value in pairs(options) do o[name] = value end
    return rx.rnn(o)
  end

  local function save(net, changes)
    local file = { network = {}, weights = {} }
    for name, value in pairs(net.settings) do file.network[name] = value end
    for name, value in pairs(net.weights) do file.weights[name] = value end
    for group, fields in pairs(changes or {}) do
      for name, value in pairs(fields) do
        if value == "absent" then value = nil end
        file[group][name] = value
      end
    end
    assert(rx.save(path, file))
  end

  it("comes back with its settings and its weights, and the rest of the file", function()
    local net = network(7)
    save(net)
    local back, file = assert(rx.load_network(path))
    assert.are.same(net.settings, back.settings)
    for name, matrix in pairs(net.weights) do assert.is_true(same(matrix, back.weights[name]), name) end
    assert.are.equal("rnn", file.network.cell)
  end)

  it("asks for a generator and for options of the right kind", function()
    save(network(7))
    assert.matches("bad argument #2 to 'load_network'", support.message(rx.load_network, path, true))
    assert.matches("bad argument #3 to 'load_network'", support.message(rx.load_network, path, nil, 5))
  end)

  it("runs as it did, with the generator that it is given", function()
    local net = network(7)
    save(net)
    local first = net.rng.position
    local back = rx.load_network(path, rx.random(7, first))
    local run = { init = rx.random(1):normal(5, 3), steps = 20 }
    assert.is_true(same((net:forward(run)), (back:forward(run))))
    assert.are.equal(0, rx.load_network(path).rng.seed)
  end)

  it("is not found in a file without one", function()
    for _, file in ipairs {
      {}, { network = 1, weights = {} }, { network = {}, weights = {} }, { network = { cell = "rnn" } },
      { network = { cell = "save" }, weights = {} }, { network = { cell = 1 }, weights = {} },
    } do
      rx.save(path, file)
      assert.are.same({ nil, path .. ": holds no network" }, { rx.load_network(path) })
    end
    assert.matches("No such file", select(2, rx.load_network(folder .. "/none.h5")))
  end)

  it("is refused with the reason if its settings or weights are wrong", function()
    local net = network(7)
    for expected, changes in pairs {
      ["bad option 'units' .*got 'many'"] = { network = { units = "many" } },
      ["bad option 'units' .*got nothing"] = { network = { units = "absent" } },
      ["unknown option 'depth'"] = { network = { depth = 2 } },
      ["no weights 'w_rec'"] = { weights = { w_rec = "absent" } },
      ["weights 'w_rec': .*6 x 6 matrix expected, got 6 x 5"] = { weights = { w_rec = rx.matrix(6, 5) } },
      ["weights 'w_in': .*matrix expected, got number"] = { weights = { w_in = 3 } },
    } do
      save(net, changes)
      local nothing, problem = rx.load_network(path)
      assert.is_nil(nothing)
      assert.truthy(problem:find(path .. ": ", 1, true), problem)
      assert.matches(expected, problem)
    end
  end)
end)
