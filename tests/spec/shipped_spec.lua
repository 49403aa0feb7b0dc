-- The trained networks that come along: whole, small, found in place of training, and made by these numerics.
local rx = require "reactivation"
local krishna2024 = require "krishna2024"
local bits = require "reactivation.files.bits"
local support = require "tests.spec.support"
local lfs = require "lfs"

local names = {}
for file in lfs.dir(krishna2024.networks) do names[#names + 1] = file:match("^(.*)%.h5$") end

-- The options of krishna2024.trained that lead to a network.
local function options_of(name, file)
  return {
    task = file.network.inputs == 1 and "head_direction" or "spatial_navigation", setting = name:match("%-(%a+)%-"),
    seed = math.tointeger(file.generator.seed), biased = file.task.biased, noisy = file.network.sigma > 0,
    units = math.tointeger(file.network.units), batches = math.tointeger(file.batch),
  }
end

describe("the networks that come along", function()
  local folder, remove
  setup(function() folder, remove = support.scratch() end)
  teardown(function() remove() end)

  it("are there, and small", function()
    local bytes = 0
    for _, name in ipairs(names) do
      bytes = bytes + lfs.attributes(("%s/%s.h5"):format(krishna2024.networks, name), "size")
    end
    assert.is_true(#names > 0 and bytes < 6e6, bytes)
  end)

  for _, name in ipairs(names) do
    describe(name, function()
      local net, file = assert(rx.load_network(("%s/%s.h5"):format(krishna2024.networks, name)))
      local options = options_of(name, file)

      local function trained(more)
        local o = { networks = folder .. "/networks", progress = false }
        for _, set in ipairs { options, more or {} } do
          for key, value in pairs(set) do o[key] = value end
        end
        return krishna2024.trained(o)
      end

      it("opens by its path, without the optimizer's moments", function()
        assert.is_nil(file.optimizer)
        assert.are.equal(file.batch, #file.history.loss)
        assert.are.equal(file.bits, bits { net.parameters })
      end)

      it("is taken in place of training, and nothing is kept", function()
        local run = trained()
        assert.is_true(support.same(net.parameters, run.net.parameters))
        assert.are.same(file.history, run.history)
        assert.are.equal(file.generator.position, run.net.rng.position)
        assert.are.same({ nil, name }, { run.folder, run.name })
        assert.is_nil(lfs.attributes(folder .. "/networks", "mode"))
      end)

      it("is not taken for another seed or length, where it is not wanted, or where the folder has one", function()
        for _, other in ipairs { { seed = 77 }, { shipped = false }, { setting = "code" }, {} } do
          other.batches, other.folder = 1, folder .. "/" .. name .. "-own"
          assert.are.equal(1, #trained(other).history.loss)
          os.execute("rm -rf " .. other.folder)
        end
        os.execute(("mkdir -p %s/there && touch %s/there/checkpoint.h5"):format(folder, folder))
        assert.matches("there/checkpoint.h5", support.message(trained, { folder = folder .. "/there" }))
        os.execute(("rm -r %s/there"):format(folder))
      end)

      it("has the losses that its first batches have here, bit for bit", function()
        local words = " --verify --task %s --setting %s --units %d --batches 4 --networks %s/again"
        local output, status = support.run(support.experiment "train" .. words:format(
          options.task, options.setting, options.units, folder))
        assert.are.equal(0, status, output)
        assert.truthy(output:find("the same: 4 losses as those of the network that comes along", 1, true), output)
      end)
    end)
  end

  it("are asked for by experiments, which say whose they are", function()
    local _, file = assert(rx.load_network(("%s/%s.h5"):format(krishna2024.networks, names[1])))
    local o = options_of(names[1], file)
    local output, status = support.run(("cd %s && %s --task %s --setting %s --units %d --batches %d"):format(
      folder, support.experiment "train", o.task, o.setting, o.units, o.batches))
    assert.are.equal(0, status, output)
    assert.truthy(output:find(("%s comes along with rxlua: trained by version %s, bits %s\n"):format(
      names[1], file.machine.version, file.bits), 1, true), output)
  end)

  it("cannot be verified where there is none", function()
    local output, status = support.run(support.experiment "train" .. " --task head_direction --seed 77 --verify")
    assert.are.equal(1, status)
    assert.truthy(output:find("--verify: no such network comes along; those that do are in", 1, true), output)
  end)
end)
