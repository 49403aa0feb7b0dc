local rx = require "reactivation"
local support = require "tests.spec.support"

local OPTIONS = {
  { "seed", 0, "seed of all random numbers" },
  { "units", 128, "units of the network", least = 1 },
  { "sigma", 0.5, "noise", least = 0 },
  { "quick", false, "train for some minutes" },
  { "setting", "tonic", "noise and biases", choices = { "text", "code", "tonic" } },
  { "quiescent_steps", 200, "steps without input" },
  { "out", "", "folder of the results" },
}

describe("the options of a script", function()
  local function parse(...)
    return rx.arguments("Does something.", OPTIONS, { ... })
  end

  it("have their defaults", function()
    assert.are.same({
      seed = 0, units = 128, sigma = 0.5, quick = false, setting = "tonic", quiescent_steps = 200, out = "",
    }, parse())
  end)

  it("are read with the type of their defaults", function()
    local opt = parse("--seed", "3", "--sigma=2", "--quick", "--setting", "code", "--quiescent-steps", "7",
                      "--out", "12")
    assert.are.equal("integer", math.type(opt.seed))
    assert.are.equal(3, opt.seed)
    assert.are.equal(2, opt.sigma)
    assert.is_true(opt.quick)
    assert.are.equal("code", opt.setting)
    assert.are.equal(7, opt.quiescent_steps)
    assert.are.equal("12", opt.out)
    assert.are.equal(128, opt.units)
  end)

  it("take numbers as Lua writes them, negative ones too", function()
    local opt = parse("--seed=-3", "--sigma", "1e-3")
    assert.are.equal(-3, opt.seed)
    assert.are.equal(1e-3, opt.sigma)
    assert.are.equal(1000, parse("--seed", "1e3").seed)
  end)
end)

describe("lists", function()
  local function parse(...)
    return rx.arguments("Does something.", {
      { "seeds", { 0 }, "seeds" }, { "sigmas", { 0.5 }, "noises", least = 0 },
      { "tau", 0.1, "time constant", many = true, least = 0, also = "taus" },
      { "kind", "a", "kind", choices = { "a", "b" }, many = true },
    }, { ... })
  end

  it("hold numbers, and whole ones from one to another", function()
    assert.are.same({ 0, 1, 2, 7 }, parse("--seeds", "0..2,7").seeds)
    assert.are.same({ 0.25, 1 }, parse("--sigmas", "0.25,1").sigmas)
  end)

  it("are what many options may get", function()
    assert.are.equal(0.2, parse("--tau", "0.2").tau)
    assert.are.same({ 0.04, 0.1 }, parse("--taus", "0.04,0.1").tau)
    assert.are.same({ "b", "a" }, parse("--kind", "b,a").kind)
  end)

  it("are made by range, to the last one", function()
    assert.are.same({ 0, 1, 2 }, rx.range(0, 2))
    assert.matches("bad argument #3 to 'range' %(step that makes at most 1000000 numbers expected, got 1",
                   support.message(rx.range, 0, 1e9))
    local list = rx.range(0, 0.3, 0.1)
    assert.are.equal(4, #list)
    assert.near(0.3, list[4], 1e-15)
    assert.matches("bad argument #2 to 'range' %(number of at least 3 expected, got 2", support.message(rx.range, 3, 2))
    assert.matches("bad argument #3 to 'range' %(number above 0 expected, got 0", support.message(rx.range, 3, 4, 0))
  end)
end)

describe("a script with options", function()
  local folder, remove, script
  setup(function()
    folder, remove = support.scratch()
    script = folder .. "/script.lua"
    local file = assert(io.open(script, "w"))
    file:write [[
      local rx = require "reactivation"
      local opt = rx.arguments("Does something.", {
        { "seed", 0, "seed of all random numbers" },
        { "units", 128, "units of the network", least = 1 },
        { "sigma", 0.5, "noise on the state" },
        { "quick", false, "train for some minutes" },
        { "setting", "tonic", "noise and biases", choices = { "text", "code", "tonic" } },
      })
      print("ran", opt.seed)]]
    file:close()
  end)
  teardown(function() remove() end)

  local function run(words)
    return support.run(("%s %s %s"):format(support.program, script, words))
  end

  it("shows what it does, every option and its default for --help, and does nothing", function()
    local output, status = run "--help"
    assert.are.equal(0, status)
    for _, expected in ipairs {
      "Does something.", "--seed", "seed of all random numbers (0)", "(128)", "(0.5)", "--quick",
      "{text,code,tonic}", "noise and biases (tonic)",
    } do
      assert.truthy(output:find(expected, 1, true), expected .. " is not in\n" .. output)
    end
    assert.is_nil(output:find("ran\t", 1, true))
    assert.is_nil(output:find("(false)", 1, true))
  end)

  it("refuses what it does not know, and says why", function()
    for words, expected in pairs {
      ["--sed 1"] = "unknown option '--sed'", ["--units"] = "'--units' requires an argument",
      ["--units 1.5"] = "whole number expected, got '1.5'",
      ["--units many"] = "whole number expected, got 'many'",
      ["--units 0"] = "number of at least 1 expected, got 0", ["--sigma nan"] = "number expected, got 'nan'",
      ["--sigma 1e999"] = "number expected, got '1e999'", ["--sigma ''"] = "number expected, got ''",
      ["--setting loud"] = "must be one of 'text', 'code', 'tonic'", ["word"] = "too many arguments",
      ["--quick=1"] = "option '--quick' does not take arguments",
    } do
      local output, status = run(words)
      assert.truthy(output:find(expected, 1, true), words .. ": " .. output)
      assert.are.not_equal(0, status)
      assert.is_nil(output:find("ran\t", 1, true))
    end
  end)

  it("runs with right ones", function()
    assert.are.same({ "ran\t5\n", 0 }, { run "--seed 5 --sigma 0" })
  end)
end)
