-- experiments/head_direction.lua from its command line to its figure, with a tiny network.

local rx = require "reactivation"
local cjson = require "cjson"
local lfs = require "lfs"
local support = require "tests.spec.support"
local same = support.same

local command = support.experiment "head_direction"
local TINY = " --batches 4 --units 10 --trials 20 --quiescent-steps 30 --seed 3 "

local read = support.read

describe("the head-direction experiment", function()
  local folder, remove, out, printed, status
  -- once, in another working directory
  setup(function()
    folder, remove = support.scratch()
    out = folder .. "/results/head_direction/tonic-seed3"
    printed, status = support.run("cd " .. folder .. " && " .. command .. TINY)
  end)
  teardown(function() remove() end)

  it("ends well, and says where the figure lies", function()
    assert.are.equal(0, status, printed)
    assert.matches("\nfigure: results/head_direction/tonic%-seed3/figure3.svg\n$", printed)
  end)

  it("stores its configuration", function()
    local opt = cjson.decode(read(out .. "/configuration.json"))
    assert.are.same({ setting = "tonic", seed = 3, units = 10, batches = 4, biased = false, trials = 20 }, {
      setting = opt.setting, seed = opt.seed, units = opt.units, batches = opt.batches, biased = opt.biased,
      trials = opt.trials,
    })
    assert.are.equal(0.1 / math.sqrt(0.02), opt.sigma)
  end)

  it("stores its history and a checkpoint from which the network comes back", function()
    local history = assert(rx.load(out .. "/history.h5"))
    assert.are.equal(4, #history.loss)
    assert.are.equal(#history.test_batch, #history.test_loss)
    local net, run = assert(rx.load_network(out .. "/checkpoint.h5"))
    assert.are.equal(4, run.batch)
    assert.are.equal(10, net.units)
    assert.is_true(net.bias)
    assert.are.equal("gaussian", net.noise)
    assert.are.same(history, run.history)
  end)

  it("stores the numbers that it prints", function()
    local numbers = cjson.decode(read(out .. "/numbers.json"))
    assert.are.equal(10, #numbers)
    for _, number in ipairs(numbers) do
      local line = ("  %s +%.3g"):format(number.label:gsub("%p", "%%%0"), number.mean)
      assert.truthy(printed:find(line), line .. " is not in\n" .. printed)
      assert.are.same({ number.mean }, number.values)
      assert.is_true(number.mean >= 0, number.label)
    end
  end)

  it("draws four panels, and leaves their data and script beside them", function()
    local picture = read(out .. "/figure3.svg")
    for _, letter in ipairs { "a", "b", "c", "d" } do
      assert.truthy(picture:find(">" .. letter .. "<", 1, true), letter)
    end
    for _, name in ipairs { "a_counts", "b_counts", "c_points", "d_points" } do
      assert.truthy(read(out .. "/figure3.dat"):find("# " .. name .. "\n", 1, true), name)
    end
    local output, drawn = support.run("cd " .. out .. " && gnuplot figure3.gp")
    assert.are.equal(0, drawn, output)
    assert.are.equal(picture, read(out .. "/figure3.svg"))
  end)

  it("leaves nothing else", function()
    local names = {}
    for name in lfs.dir(out) do
      if name ~= "." and name ~= ".." then names[#names + 1] = name end
    end
    table.sort(names)
    assert.are.same({ "checkpoint.h5", "configuration.json", "figure3.dat", "figure3.gp", "figure3.svg",
                      "history.h5", "machine.json", "numbers.json", "training.json" }, names)
  end)

  it("says the same when it is started again, and trains no more", function()
    local before = read(out .. "/checkpoint.h5")
    local output = support.run("cd " .. folder .. " && " .. command .. TINY)
    assert.are.equal(printed:match("head direction, tonic.*"), output:match("head direction, tonic.*"))
    assert.is_true(before == read(out .. "/checkpoint.h5"))
  end)

  it("goes on where it stopped, to the same weights", function()
    local parted = folder .. "/parted"
    support.run(("cd %s && %s %s --batches 2 --out %s"):format(folder, command, TINY, parted))
    assert.are.equal(2, rx.load(parted .. "/checkpoint.h5").batch)
    local output = support.run(("cd %s && %s %s --out %s"):format(folder, command, TINY, parted))
    assert.truthy(output:find("resuming at batch 2 of 4\n", 1, true), output)
    local whole, again = rx.load(out .. "/checkpoint.h5"), rx.load(parted .. "/checkpoint.h5")
    for name, matrix in pairs(whole.weights) do assert.is_true(same(matrix, again.weights[name]), name) end
    assert.are.same(whole.history.loss, again.history.loss)
  end)

  for setting, expected in pairs { text = { "gaussian", false }, code = { "uniform", false } } do
    it(("has the noise and biases of the setting '%s', biased too"):format(setting), function()
      local where = folder .. "/" .. setting
      local output, ended = support.run(("%s %s --batches 1 --biased --setting %s --out %s"):format(
        command, TINY, setting, where))
      assert.are.equal(0, ended, output)
      local net, run = rx.load_network(where .. "/checkpoint.h5")
      assert.are.same(expected, { net.noise, net.bias })
      assert.is_true(run.task.biased)
    end)
  end

  it("explains its options", function()
    local output, ended = support.run(command .. " --help")
    assert.are.equal(0, ended)
    for _, option in ipairs { "--setting", "--seed", "--units", "--sigma", "--biased", "--batches", "--quick",
                              "--trials", "--quiescent-steps", "--out" } do
      assert.truthy(output:find(option, 1, true), option)
    end
  end)

  it("refuses wrong options before it makes anything", function()
    for words, expected in pairs {
      ["--setting loud"] = "must be one of 'text', 'code', 'tonic'",
      ["--units 0"] = "at least 1 expected, got 0",
      ["--trials 1"] = "at least 2 expected, got 1", ["--sigma=-1"] = "at least 0 expected, got -1",
      ["--batches many"] = "whole number expected, got 'many'", ["--unit 3"] = "unknown option '--unit'",
    } do
      local output, ended = support.run(("%s --out %s/wrong %s"):format(command, folder, words))
      assert.are_not.equal(0, ended)
      assert.truthy(output:find(expected, 1, true), output)
      assert.is_nil(output:find("traceback", 1, true))
    end
    assert.is_nil(lfs.attributes(folder .. "/wrong", "mode"))
  end)

  it("says when its folder cannot be made or written, or holds another run", function()
    io.open(folder .. "/file", "w"):close()
    for where, expected in pairs {
      ["/proc/none"] = "cannot make the folder '/proc/none'",
      [folder .. "/file"] = "cannot make the folder",
      ["/proc/self"] = "cannot write /proc/self/configuration.json",
    } do
      local output, ended = support.run(("%s %s --out %s"):format(command, TINY, where))
      assert.are.equal(1, ended)
      assert.truthy(output:find(expected, 1, true), output)
    end
    local output, ended = support.run(("%s %s --units 11 --out %s"):format(command, TINY, out))
    assert.are.equal(1, ended)
    assert.truthy(output:find("made with network units = 10, but this run has 11", 1, true), output)
    assert.are.equal(10, rx.load(out .. "/checkpoint.h5").network.units)
  end)
end)

describe("an experiment with several values", function()
  local folder, remove, output, status
  local place = "results/head_direction/tonic-by-seed-units"
  local WORDS = " --batches 2 --trials 20 --quiescent-steps 10 --units 8,10 --seeds 0,1"
  setup(function()
    folder, remove = support.scratch()
    output, status = support.run("cd " .. folder .. " && " .. command .. WORDS)
  end)
  teardown(function() remove() end)

  it("is a sweep over them, with a table and a figure", function()
    assert.are.equal(0, status, output)
    assert.matches("head direction, by seed, units\n +units=8 +units=10\n", output)
    assert.matches("\nfigure: " .. place:gsub("%-", "%%-") .. "/results.svg\n$", output)
    local there = folder .. "/" .. place
    local columns = assert(rx.load_csv(there .. "/results.csv", { lists = true }))
    assert.are.same({ 0, 0, 1, 1 }, columns.seed)
    assert.are.same({ 8, 10, 8, 10 }, columns.units)
    local errors = assert(rx.load(there .. "/results.h5"))["decoding error, awake (rad)"]
    for i, seed in ipairs(columns.seed) do
      local own = ("%s/seed=%d,units=%d/"):format(there, seed, columns.units[i])
      assert.are.equal(errors[i], cjson.decode(read(own .. "numbers.json"))[2].mean)
      assert.are.equal(columns.units[i], rx.load(own .. "checkpoint.h5").network.units)
    end
    assert.truthy(lfs.attributes(there .. "/results.svg"))
  end)

  it("is done once, and tells how it stands", function()
    local said = support.run("cd " .. folder .. " && " .. command .. WORDS .. " --status")
    assert.matches("4 configurations: 4 done", said)
    assert.matches("batches = 2, but this one has 3",
                   (support.run("cd " .. folder .. " && " .. command .. WORDS .. " --batches 3")))
    assert.matches("%-%-list: nothing varies; give an option several values",
                   (support.run("cd " .. folder .. " && " .. command .. " --list")))
  end)
end)
