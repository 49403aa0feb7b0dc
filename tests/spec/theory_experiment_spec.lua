-- experiments/theory.lua from its command line to its figure, with tiny networks.
local cjson = require "cjson"
local networks = require "krishna2024.theory.networks"
local support = require "tests.spec.support"

describe("the theory's experiment", function()
  local command = "OMP_NUM_THREADS=1 " .. support.experiment "theory" -- since other tests may be running
  local folder, remove, printed, status
  setup(function()
    folder, remove = support.scratch()
    printed, status = support.run(command .. " --each 2 --batches 250 --steps 40 --long 1000"
                                  .. " --navigation 0 --out " .. folder)
  end)
  teardown(function() remove() end)

  it("trains networks of every kind, draws nine panels, and stores each number by kind", function()
    assert.are.equal(0, status, printed)
    local picture = support.read(folder .. "/theory.svg")
    for letter in ("abcdefghi"):gmatch(".") do
      assert.truthy(picture:find(">" .. letter .. "<", 1, true), letter)
    end
    local columns = {}
    for _, number in ipairs(cjson.decode(support.read(folder .. "/numbers.json"))) do
      if number.label == "Eq. 16, slope of the drift on the score, about the ring at rest" then
        table.insert(columns, number.column)
        assert.are.equal(2, #number.values)
        -- the leak, 0.2 of the slow ones
        assert.is_true(math.abs(number.mean - (number.column == "slow" and 0.2 or 0.5)) < 0.05, number.column)
      end
    end
    assert.are.same(networks.order, columns)
  end)

  it("refuses what cannot work", function()
    for option, least in pairs { each = 2, units = 4, steps = 40, long = 1000, navigation = 0 } do
      local said, code = support.run(("%s --%s %d --out %s"):format(command, option, least - 1, folder))
      assert.are_not.equal(0, code)
      assert.truthy(said:find("--" .. option, 1, true), said)
    end
  end)
end)
