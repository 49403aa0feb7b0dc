-- experiments/noise_law.lua from its command line to its table and figure, with tiny networks.
local cjson = require "cjson"
local lfs = require "lfs"
local support = require "tests.spec.support"

local read = support.read
-- on one thread, since other tests may be running
local COMMAND = "OMP_NUM_THREADS=1 " .. support.experiment "noise_law" .. " --quick --units 8 --batches 2"

describe("the noise law", function()
  local folder, remove, printed, status
  setup(function()
    folder, remove = support.scratch()
    printed, status = support.run(("cd %s && %s --seeds 0,1"):format(folder, COMMAND))
  end)
  teardown(function() remove() end)

  it("trains both tasks in every setting and for every seed, and says where its figure is", function()
    assert.are.equal(0, status, printed)
    assert.matches("\nfigure: results/noise_law%-quick/noise_law.svg\n$", printed)
    for _, task in ipairs { "head_direction", "spatial_navigation" } do
      for _, setting in ipairs { "text", "code", "tonic" } do
        for seed = 0, 1 do
          local name = ("%s/results/quick/%s-%s-seed%d/checkpoint.h5"):format(folder, task, setting, seed)
          assert.is_truthy(lfs.attributes(name), name)
        end
      end
    end
  end)

  it("stores every quantity for the three settings, in which the networks differ", function()
    local numbers = cjson.decode(read(folder .. "/results/noise_law-quick/numbers.json"))
    assert.are.equal(3 * 22, #numbers)
    for i = 1, #numbers, 3 do
      local text, code, tonic = table.unpack(numbers, i, i + 2)
      assert.are.same({ "text", "code", "tonic" }, { text.column, code.column, tonic.column })
      assert.are.equal(text.label, code.label)
      assert.are.equal(text.label, tonic.label)
      for _, number in ipairs { text, code, tonic } do
        assert.are.equal(2, #number.values, number.label)
        for _, value in ipairs(number.values) do assert.are.equal("number", type(value), number.label) end
      end
      local beginning = ("  %s +%.3g %%+%%- "):format(text.label:gsub("%p", "%%%0"), text.mean)
      assert.truthy(printed:find(beginning), text.label .. " is not in\n" .. printed)
      if text.label:find("step, awake") then assert.are_not.equal(text.mean, code.mean) end
    end
  end)

  it("draws twelve panels", function()
    local picture = read(folder .. "/results/noise_law-quick/noise_law.svg")
    for letter in ("abcdefghijkl"):gmatch(".") do
      assert.truthy(picture:find(">" .. letter .. "<", 1, true), letter)
    end
    for _, task in ipairs { "head direction", "navigation" } do
      for _, setting in ipairs { "text", "code", "tonic" } do
        assert.truthy(picture:find((">%s, %s<"):format(task, setting), 1, true), setting)
      end
    end
  end)

  it("refuses wrong options before it makes anything", function()
    for words, expected in pairs {
      ["--setting text"] = "unknown option '--setting'", ["--units=-1"] = "at least 0 expected, got -1",
      ["--seeds 0,x"] = "whole number expected, got 'x'",
    } do
      local output, ended = support.run(("%s --out %s/wrong %s"):format(COMMAND, folder, words))
      assert.are_not.equal(0, ended)
      assert.truthy(output:find(expected, 1, true), output)
    end
    assert.is_nil(lfs.attributes(folder .. "/wrong", "mode"))
  end)
end)
