-- Programs side by side, and how far they say they are.
local rx = require "reactivation"
local cjson = require "cjson"
local core = require "reactivation.core"
local command_line = require "reactivation.runs.command_line"
local support = require "tests.spec.support"
local lfs = require "lfs"
local message, read = support.message, support.read
local program = support.absolute(os.getenv("RXLUA") or "./rxlua")

describe("jobs", function()
  local folder, remove
  before_each(function() folder, remove = support.scratch() end)
  after_each(function() remove() end)

  local function shell(text, more)
    local job = { command = { "sh", "-c", text }, log = ("%s/%d.log"):format(folder, #text) }
    for name, value in pairs(more or {}) do job[name] = value end
    return job
  end

  -- What f writes to standard error.
  local function said(f)
    local path, stderr = folder .. "/said", io.stderr
    io.stderr = assert(io.open(path, "w")) -- luacheck: ignore
    local ok, problem = pcall(f)
    io.stderr:close()
    io.stderr = stderr -- luacheck: ignore
    assert(ok, problem)
    return read(path)
  end

  it("all run, no more at a time than asked", function()
    local jobs = {}
    for i = 1, 5 do
      jobs[i] = shell(("echo + >> %s/trace; sleep 0.3; echo - >> %s/trace; : %s"):format(
        folder, folder, ("x"):rep(i)))
    end
    assert.are.same({}, rx.jobs(jobs, { at_once = 2 }))
    local running, most, ended = 0, 0, 0
    for sign in read(folder .. "/trace"):gmatch("[+-]") do
      running = running + (sign == "+" and 1 or -1)
      most, ended = math.max(most, running), ended + (sign == "-" and 1 or 0)
    end
    assert.are.same({ 2, 5 }, { most, ended })
  end)

  it("that fail stop no other, and are named with their last words", function()
    local script = folder .. "/fails.lua"
    local file = io.open(script, "w")
    file:write("print 'begins'; local function f() error 'too large a step' end f()")
    file:close()
    local failed = rx.jobs({
      shell("echo first; exit 3", { name = "shell" }),
      { command = { program, script }, log = folder .. "/lua.log" },
      shell("touch " .. folder .. "/done"),
    }, { at_once = 1 })
    assert.are.equal(2, #failed)
    assert.are.same({ "shell", "first" }, { failed[1].job.name, failed[1].words })
    assert.matches("fails.lua:1: too large a step$", failed[2].words)
    assert.are.equal(program .. " " .. script, failed[2].job.name)
    assert.truthy(lfs.attributes(folder .. "/done"))
  end)

  it("may end all at the first failure, as an error does", function()
    local began = core.now()
    local jobs = { shell "exit 1", shell "exec sleep 60" }
    assert.are.equal(1, #rx.jobs(jobs, { at_once = 2, first_failure = true }))
    assert.matches("cannot start nonesuch", message(rx.jobs, {
      shell "exec sleep 60", { command = { "nonesuch" }, log = folder .. "/log" },
    }, { at_once = 2 }))
    assert.is_true(core.now() - began < 10)
  end)

  it("say how far they are by data, in shares of the work", function()
    local jobs = {
      shell("echo '{\"done\": 3, \"of\": 4}' > " .. folder .. "/p; sleep 0.5",
            { progress = folder .. "/p", work = 2 }),
      shell("sleep 0.4"), shell("exit 2"),
    }
    local now, ahead = core.now, 0
    core.now = function() -- luacheck: ignore
      ahead = ahead + 100
      return now() + ahead
    end
    local text = said(function() rx.jobs(jobs, { at_once = 3, noun = "sums done" }) end)
    core.now = now -- luacheck: ignore
    assert.matches("0 of 3 sums done, 1 failed, 38%% of the work; running: .* 75%%; sh %-c sleep 0.4\n", text)
    assert.matches("2 of 3 sums done, 1 failed, 75%% of the work, [%d.]+ %a+ left\n", text)
  end)

  it("answer mistakes", function()
    assert.matches("job 2: table with a 'command' and a 'log' expected",
                   message(rx.jobs, { shell "true", { command = { "true" } } }))
    assert.matches("unknown option 'wrk'", message(rx.jobs, { shell("true", { wrk = 1 }) }))
    assert.matches("bad option 'at_once'", message(rx.jobs, {}, { at_once = 0 }))
  end)

  it("hear from a training in a file", function()
    local path = folder .. "/progress.json"
    local task = rx.tasks.head_direction { steps = 3, cells = 8 }
    local net = rx.rnn { inputs = 1, units = 4, outputs = 8, rng = rx.random(1) }
    said(function() rx.train(net, task, { batches = 7, size = 4, test_size = 4, progress = path }) end)
    assert.are.same({ done = 7, of = 7 }, cjson.decode(read(path)))
  end)

  it("have options as a script reads them", function()
    local words = command_line { seeds = { 0, 1 }, quick = true, biased = false, test_every = 3, out = "x y" }
    assert.are.same({ "--out", "x y", "--quick", "--seeds", "0,1", "--test-every", "3" }, words)
  end)
end)
