local lfs = require "lfs"
local rx = require "reactivation"
local support = require "tests.spec.support"
local message, read = support.message, support.read

describe("a sweep", function()
  local folder, remove, folder_table

  before_each(function() folder, remove = support.scratch() end)
  after_each(function() remove() end)

  local function write(name, text)
    local file = assert(io.open(folder .. "/" .. name, "wb"))
    file:write(text)
    file:close()
  end

  it("does every combination, each in a folder of its own, and stores a table", function()
    local seen = {}
    local sweep = rx.sweep(folder .. "/s", { b = { 10, 20 }, a = { 1, 2, 3 } }, function(c, own)
      seen[#seen + 1] = ("%d-%d"):format(c.a, c.b)
      own:write("mine.json", { c.a })
      return { sum = c.a + c.b, odd = c.a == 2 and 0 / 0 or 1 }
    end)
    assert.are.same({ "1-10", "1-20", "2-10", "2-20", "3-10", "3-20" }, seen)
    assert.are.same({ "a", "b", "odd", "sum" }, sweep.names)
    assert.are.same({ 11, 21, 12, 22, 13, 23 }, sweep.columns.sum)
    assert.are_not.equal(sweep.columns.odd[3], sweep.columns.odd[3])
    assert.are.same({}, sweep.failed)
    assert.are.equal("[\n  2\n]\n", read(folder .. "/s/a=2,b=20/mine.json"))
    assert.are.same({ 1, 1, 2, 2, 3, 3 }, assert(rx.load_csv(folder .. "/s/results.csv", { lists = true })).a)
    assert.are.same({ 11, 21, 12, 22, 13, 23 }, assert(rx.load(folder .. "/s/results.h5")).sum)
  end)

  it("does again only what is missing, and what is new where it grew", function()
    local calls = 0
    local function run(c)
      calls = calls + 1
      if c.seed == 1 and calls < 3 then error("no luck today", 0) end
      return { x = 0.1 * c.seed }
    end
    local first = rx.sweep(folder .. "/s", { seed = { 0, 1 } }, run)
    assert.are.same({ { name = "seed=1", words = "no luck today" } }, first.failed)
    assert.are.same({ 0 }, first.columns.seed)
    local again = rx.sweep(folder .. "/s", { seed = { 0, 1 } }, run)
    assert.are.same({ 3, {} }, { calls, again.failed })
    assert.are.same({ 0, 0.1 }, again.columns.x)
    rx.sweep(folder .. "/s", { seed = { 0, 1, 2 } }, run)
    assert.are.equal(4, calls)
  end)

  it("takes a list of configurations, with words and switches", function()
    local sweep = rx.sweep(folder .. "/s", { { cell = "rnn", noisy = true }, { cell = "gru", units = 8 } }, function(c)
      return { known = c.units or 0 }
    end)
    assert.are.same({ "rnn", "gru" }, sweep.columns.cell)
    assert.are.same({ 0, 8 }, sweep.columns.known)
    assert.are.equal("true", sweep.columns.noisy[1])
  end)

  it("gives a curve with error bars", function()
    local sweep = rx.sweep(folder .. "/s", { a = { 2, 1 }, seed = { 0, 2 } }, function(c)
      return { sum = c.a + c.seed }
    end)
    local data = sweep:curve("a", "sum")
    assert.are.same({ { 1, 2 }, { 2, 3 } }, data.curves:totable())
    assert.near(2 - math.sqrt(2), data.lower:get(1, 2), 1e-6)
    assert.near(3 + math.sqrt(2), data.upper:get(2, 2), 1e-6)
    assert(rx.figure("curve", data, folder .. "/s/sum.svg"))
    assert.matches("bad argument #2 to 'curve' %(name of a column of numbers expected, got 'some'%)",
                   message(function() sweep:curve("a", "some") end))
  end)

  it("passes over a thousand that are done in less than a second", function()
    local seeds = {}
    lfs.mkdir(folder .. "/s")
    for i = 1, 1000 do
      seeds[i] = i
      lfs.mkdir(("%s/s/seed=%d"):format(folder, i))
      write(("s/seed=%d/result.json"):format(i), '{ "configuration": {}, "result": { "x": 1 } }')
    end
    local began = os.clock()
    local sweep = rx.sweep(folder .. "/s", { seed = seeds }, function() error("done already") end)
    assert.is_true(os.clock() - began < 1)
    assert.are.equal(1000, #sweep.columns.x)
  end)

  local SCRIPT = [[
    local rx = require "reactivation"
    local opt = rx.arguments("Sweeps.", { { "factor", 1, "a factor" } })
    local sweep = rx.sweep("s", { seed = { 0, 1, 2, 3 } }, function(c, own)
      if c.seed == 2 and os.getenv "UNLUCKY" then error("no luck") end
      own:write("threads.json", { rx.threads() })
      return { x = opt.factor * c.seed, draw = rx.random(c.seed):normal(1, 1):get(1, 1) }
    end, { at_once = AT_ONCE })
    print(table.concat(sweep.columns.x, " "), #sweep.failed)
  ]]

  it("gives the same in this program and in children, which get the script's options", function()
    for _, at_once in ipairs { 1, 3 } do
      write("script.lua", (SCRIPT:gsub("AT_ONCE", at_once)))
      os.execute("rm -rf " .. folder .. "/s")
      local output, status = support.run(("cd %s && %s script.lua --factor 5"):format(folder, support.program))
      assert.are.equal(0, status, output)
      assert.matches("0 5 10 15%s+0", (output:gsub("%.0", "")))
      local table_now = read(folder .. "/s/results.csv")
      folder_table = folder_table or table_now
      assert.are.equal(folder_table, table_now)
    end
  end)

  it("names children that failed with their last words, and does them the next time", function()
    write("script.lua", (SCRIPT:gsub("AT_ONCE", 2)))
    local command = ("cd %s && %s script.lua"):format(folder, support.program)
    local output = support.run("export UNLUCKY=1; " .. command)
    assert.matches("failed: seed=2: .*no luck", output)
    assert.matches("0 1 3%s+1", (output:gsub("%.0", "")))
    assert.matches("no luck", read(folder .. "/s/seed=2/log.txt"))
    local again = support.run(command)
    assert.matches("0 1 2 3%s+0", (again:gsub("%.0", "")))
  end)

  it("goes on where it was killed, to the same numbers", function()
    write("script.lua", [[
      local rx = require "reactivation"
      rx.sweep(arg[1], { seed = { 0, 1, 2 } }, function(c, own)
        local task = rx.tasks.head_direction { steps = 20, cells = 16 }
        local net = rx.rnn { inputs = 1, units = 16, outputs = 16, sigma = 0.3, rng = rx.random(c.seed) }
        local history = rx.train(net, task, {
          batches = 300, size = 20, checkpoint = own:path "checkpoint.h5", checkpoint_every = 20,
        })
        return { decoding_error = history.test_error[#history.test_error] }
      end, { at_once = 2 })
    ]])
    local command = ("cd %s && %s script.lua "):format(folder, support.program)
    support.run(command .. "whole")
    -- the children of what is killed save what they reached, and end
    support.run(("cd %s && timeout -s KILL 0.7 %s script.lua parts; sleep 1"):format(folder, support.program))
    local output, status = support.run(command .. "parts")
    assert.are.equal(0, status, output)
    assert.are.equal(read(folder .. "/whole/results.csv"), read(folder .. "/parts/results.csv"))
  end)

  it("says why when nothing could be done", function()
    assert.matches("none of 2 configurations could be done; seed=0: .*a bug", message(function()
      rx.sweep(folder .. "/s", { seed = { 0, 1 } }, function() error("a bug") end)
    end))
    assert.matches("numbers by names expected as its result, got 'text' as 'x'", message(function()
      rx.sweep(folder .. "/t", { seed = { 0 } }, function() return { x = "text" } end)
    end))
  end)

  it("stops early where all fail alike, in this program and in children", function()
    local calls = 0
    assert.matches("stopped, as the first 3 configurations all failed alike: .*no such thing as 1", message(function()
      rx.sweep(folder .. "/s", { seed = rx.range(1, 9) }, function(c)
        calls = calls + 1
        error("no such thing as " .. c.seed)
      end)
    end))
    assert.are.equal(3, calls)
    write("script.lua", 'local rx = require "reactivation"\nrx.sweep("t", { seed = rx.range(1, 40) }, '
      .. 'function() error "a bug" end, { at_once = 2 })')
    local output = support.run(("cd %s && %s script.lua"):format(folder, support.program))
    assert.matches("stopped, as the first %d configurations all failed alike: .*a bug", output)
  end)

  it("refuses a folder with results of another script or of other options, not one that grows", function()
    write("script.lua", (SCRIPT:gsub("AT_ONCE", 1)))
    local command = ("cd %s && %s script.lua"):format(folder, support.program)
    assert.are.equal(0, select(2, support.run(command .. " --factor 2")))
    assert.matches("holds a sweep with factor = 2, but this one has 3; use another folder",
                   (support.run(command .. " --factor 3")))
    assert.are.equal(0, select(2, support.run(command .. " --factor 2")))
    local output = support.run(("cd %s && cp script.lua other.lua && %s other.lua --factor 2"):format(
      folder, support.program))
    assert.matches("holds a sweep with script = script.lua, but this one has other.lua", output)
    assert.matches("holds a sweep with units = 8, but this one has 9", message(function()
      for units = 8, 9 do
        rx.sweep(folder .. "/u", { seed = { 0 } }, function() return { x = 1 } end, { fixed = { units = units } })
      end
    end))
  end)

  it("takes folders' names from the script, and refuses one that holds something else", function()
    local function sweep(batches)
      return rx.sweep(folder .. "/s", { { seed = 3, batches = batches } }, function(c) return { x = c.batches } end, {
        name = function(c) return "net-seed" .. c.seed end,
      })
    end
    assert.are.same({ 7 }, sweep(7).columns.x)
    assert(rx.load_csv(folder .. "/s/results.csv"))
    assert.matches("net%-seed3: holds a result with batches = 7, but this sweep has 8", message(sweep, 8))
    assert.matches("seed=1 is there twice", message(function()
      rx.sweep(folder .. "/t", { seed = { 1, 1 } }, function() return {} end)
    end))
  end)

  it("is listed as commands for a shell, which do it", function()
    write("a script.lua", [[
      local rx = require "reactivation"
      local opt = rx.arguments("Sweeps.", { { "word", "", "a word" }, sweep = true })
      local sweep = rx.sweep("the results", { seed = rx.range(0, 3) }, function(c)
        if c.seed == 2 and not os.getenv "LUCKY" then error("no luck") end
        return { length = #opt.word + c.seed, threads = rx.threads() }
      end)
      print(table.concat(sweep.columns.length, " "))
    ]])
    local script = ("cd %s && %s 'a script.lua' --word \"it's \\$5\""):format(folder, support.program)
    local function status() return (support.run(script .. " --status")) end
    assert.matches("4 configurations: 0 done, 0 running, 0 waiting in Slurm, 0 failed, 4 missing\n$", status())
    local list = support.run(script .. " --list")
    assert.are.equal(4, select(2, list:gsub("\n", "")))
    support.run(script .. " --list > " .. folder .. "/list; cd / && xargs -d '\n' -n 1 sh -c < " .. folder .. "/list")
    assert.matches("3 done, 0 running, 0 waiting in Slurm, 1 failed, 0 missing\nfailed: seed=2: .*no luck\n$", status())
    assert.are.equal(1, select(2, support.run(script .. " --list"):gsub("\n", "")))
    assert.are.equal("7.0 8.0 9.0 10.0\n", (support.run("export LUCKY=1; " .. script)))
    assert.are.equal("", (support.run(script .. " --list")))
    assert.matches("4 done", status())
    assert.are.equal(1, rx.load(folder .. "/the results/results.h5").threads[1])
  end)

  it("tells what runs", function()
    write("script.lua", [[
      local rx = require "reactivation"
      rx.sweep("s", { seed = { 0, 1 } }, function(_, own)
        own:write("progress.json", { done = 3, of = 4 })
        while true do require("reactivation.core").sleep(0.01) end
      end)
    ]])
    local command = ("cd %s && %s script.lua"):format(folder, support.program)
    local output = support.run(("cd %s && timeout 1 %s script.lua & sleep 0.6; %s --status; wait"):format(
      folder, support.program, command))
    assert.matches("0 done, 1 running, .* 1 missing\nrunning: seed=0 %(process %d+ on [^)]+, 75%%%)\n", output)
    assert.matches("0 done, 0 running, 0 waiting in Slurm, 0 failed, 2 missing", (support.run(command .. " --status")))
  end)

  it("says that there is no Slurm", function()
    write("script.lua", (SCRIPT:gsub("AT_ONCE", 1):gsub('"a factor" }', "%0, sweep = true")))
    local there = "cd " .. folder .. " && "
    local output, status = support.run(there .. "PATH=/nowhere " .. support.program .. " script.lua --slurm")
    assert.are.equal(1, status)
    assert.matches("sbatch was not found: this machine belongs to no Slurm cluster; on another batch system "
      .. "give it the commands that %-%-list prints", output)
    write("plain.lua", 'require("reactivation").arguments("", {})')
    assert.matches("unknown option '%-%-slurm'",
                   (support.run(there .. support.program .. " plain.lua --slurm")))
  end)

  it("is refused while another program does it", function()
    local core = require "reactivation.core"
    os.execute("mkdir -p " .. folder .. "/s")
    local held <close> = assert(core.lock(folder .. "/s/results.h5"))
    assert(held)
    write("script.lua", (SCRIPT:gsub("AT_ONCE", 1)))
    local output, status = support.run(("cd %s && %s script.lua"):format(folder, support.program))
    assert.are_not.equal(0, status)
    assert.matches("results.h5", output)
  end)

  it("answers mistakes with the line of the caller", function()
    local function problem(vary) return message(function() rx.sweep(folder .. "/s", vary, print) end) end
    assert.matches("sweep_spec.lua:%d+: bad argument #2 to 'sweep' %(something that varies expected", problem {})
    assert.matches("sweep_spec.lua:%d+: bad argument #2 to 'sweep' %('a': list without holes",
                   problem { a = { 1, nil, 2 } })
    assert.matches("sweep_spec.lua:%d+: bad argument #2 to 'sweep' %(numbers, booleans or short words expected as 'a'",
                   problem { a = { "../b" } })
    assert.matches("names of letters, digits and _ expected, got 'a b'", problem { ["a b"] = { 1 } })
    assert.matches("names of letters, digits and _ expected, got 1", problem { a = { 1 }, 2 })
    assert.matches("a=1 is there twice", problem { a = { 1, 2, 1.0 } })
    assert.matches("a=1: 'a' varies, and cannot be the name of a result", message(function()
      rx.sweep(folder .. "/twice", { a = { 1 } }, function(c) return { a = c.a } end)
    end))
    assert.matches("sweep_spec.lua:%d+: bad argument #3 to 'sweep' %(function expected, got nil",
                   message(function() rx.sweep(folder, { a = { 1 } }) end))
  end)
end)
