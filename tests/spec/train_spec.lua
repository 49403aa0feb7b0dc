local rx = require "reactivation"
local lfs = require "lfs"
local support = require "tests.spec.support"
local message, same = support.message, support.same

local function network(options, cell)
  local o = { inputs = 1, units = 12, outputs = 20, dt = 0.02, tau = 0.04, sigma = 0.3, rng = rx.random(5) }
  for name, value in pairs(options or {}) do o[name] = value end
  return rx[cell or "rnn"](o)
end

local function new_task() return rx.tasks.head_direction { steps = 6, cells = 20 } end

local function train(net, options, task)
  local o = {
    batches = 30, size = 10, test_size = 10, test_every = 10, checkpoint_every = 4, progress = false,
  }
  for name, value in pairs(options or {}) do o[name] = value end
  return rx.train(net, task or new_task(), o)
end

describe("a training", function()
  local folder, remove
  before_each(function() folder, remove = support.scratch() end)
  after_each(function() remove() end)

  for _, cell in ipairs { "rnn", "gru" } do
    it("lowers the loss and the decoding error: " .. cell, function()
      local history = train(network({}, cell), {
        batches = 400, size = 50, optimizer = rx.adam { rate = 1e-2 }, test_every = 100,
      })
      assert.are.equal(400, #history.loss)
      assert.are.same({ 0, 100, 200, 300, 400 }, history.test_batch)
      assert.is_true(history.test_loss[5] < 0.6 * history.test_loss[1])
      assert.is_true(history.test_error[5] < 0.6 * history.test_error[1])
    end)
  end

  it("tests on one batch and noise that stay fixed", function()
    local history = train(network(), { rate = 0 })
    assert.are.equal(history.test_loss[1], history.test_loss[4])
    assert.are.equal(history.test_error[1], history.test_error[4])
    assert.are_not.equal(history.loss[1], history.loss[2])
  end)

  it("is the same on one thread and on two", function()
    local threads, nets = rx.threads(), {}
    for n = 1, 2 do
      rx.threads(n)
      nets[n] = network()
      train(nets[n], { size = 230 })
    end
    rx.threads(threads)
    assert.is_true(same(nets[1].parameters, nets[2].parameters))
  end)

  it("follows schedules of rate, noise and size, and a curriculum of tasks", function()
    local rates, sizes, tasks = {}, {}, {}
    local easy, hard = new_task(), new_task()
    train(network(), {
      batches = 4,
      rate = function(n) rates[n] = true; return 1e-3 / n end,
      sigma = rx.schedule.linear(0, 1, 4),
      size = function(n) sizes[n] = true; return 5 + n end,
    }, function(n) tasks[n] = true; return n <= 2 and easy or hard end)
    for n = 1, 4 do assert.is_true(rates[n] and sizes[n] and tasks[n]) end
    local fast, slow = network(), network()
    local start = fast.parameters:clone()
    train(fast, { batches = 1, rate = 1e-2 })
    train(slow, { batches = 1, rate = 1e-4 })
    assert.near(1e-2, (fast.parameters - start):abs():max(), 1e-4)
    assert.near(1e-4, (slow.parameters - start):abs():max(), 1e-5)
  end)

  for _, cell in ipairs { "rnn", "gru" } do
    it("that is cut in two ends with the same weights and history, bit for bit: " .. cell, function()
      local options = { bias = true }
      local whole, parted = network(options, cell), network(options, cell)
      local expected = train(whole)
      local path = folder .. "/run.h5"
      train(parted, { batches = 13, checkpoint = path })
      local again = network(options, cell)
      local history = train(again, { checkpoint = path })
      assert.is_true(same(whole.parameters, again.parameters))
      assert.are.same(expected, history)
      assert.are.equal(whole.rng.position, again.rng.position)
    end)

    it("gives a file from which the network comes back: " .. cell, function()
      local path = folder .. "/run.h5"
      local net = network({ bias = true }, cell)
      train(net, { checkpoint = path })
      local back, run = assert(rx.load_network(path))
      assert.is_true(same(net.parameters, back.parameters))
      assert.are.equal(30, run.batch)
      assert.are.same(net.settings, back.settings)
      assert.are.equal(cell, back.settings.cell)
    end)
  end

  it("without a file gives no network, and says why", function()
    local nothing, problem = rx.load_network(folder .. "/none.h5")
    assert.is_nil(nothing)
    assert.matches("No such file", problem)
  end)

  it("that is finished is not trained again", function()
    local path = folder .. "/run.h5"
    local first = network()
    train(first, { checkpoint = path })
    local second = network()
    local history = train(second, { checkpoint = path })
    assert.is_true(same(first.parameters, second.parameters))
    assert.are.equal(30, #history.loss)
  end)

  it("stops at a loss that is no number, says where, and keeps the last good weights", function()
    local path = folder .. "/run.h5"
    local net = network()
    local task = new_task()
    local batch = task.batch
    local count = 0
    function task:batch(size, rng)
      local b = batch(self, size, rng)
      count = count + 1
      if count > 12 then b.targets = b.targets * 1e30 end
      return b
    end
    local text = message(train, net, { checkpoint = path, checkpoint_every = 5 }, task)
    assert.matches("the loss became inf at batch 11; the last good weights, of batch 10, are in", text)
    local back, run = assert(rx.load_network(path))
    assert.are.equal(10, run.batch)
    assert.is_true(back.parameters:is_finite())
  end)

  it("goes on after an error in the user's task from the batch that was reached", function()
    local path = folder .. "/run.h5"
    local whole = network()
    train(whole)
    local task, count = new_task(), 0
    local batch = task.batch
    function task:batch(size, rng)
      count = count + 1
      if count == 20 then error("a mistake of mine") end
      return batch(self, size, rng)
    end
    assert.matches("a mistake of mine", message(train, network(), { checkpoint = path }, task))
    assert.are.equal(17, rx.load(path).batch)
    local again = network()
    train(again, { checkpoint = path })
    assert.is_true(same(whole.parameters, again.parameters))
  end)

  it("refuses a checkpoint of another run, and leaves it as it is", function()
    local path = folder .. "/run.h5"
    train(network(), { checkpoint = path })
    assert.matches("made with network units = 12, but this run has 13",
                   message(train, network { units = 13 }, { checkpoint = path }))
    assert.matches("made with network bias = false", message(train, network { bias = true }, { checkpoint = path }))
    assert.matches("made with network cell = rnn, but this run has gru",
                   message(train, network({ activation = "relu" }, "gru"), { checkpoint = path }))
    assert.matches("generator seed = 5, but this run has 6",
                   message(train, network { rng = rx.random(6) }, { checkpoint = path }))
    assert.matches("task biased = false", message(train, network(), { checkpoint = path },
                   rx.tasks.head_direction { steps = 6, cells = 20, biased = true }))
    assert.are.equal(30, rx.load(path).batch)
  end)

  it("refuses files that are no checkpoint, and does not write over them", function()
    local path = folder .. "/notes.txt"
    local file = io.open(path, "w") file:write("my notes") file:close()
    assert.matches("notes.txt", message(train, network(), { checkpoint = path }))
    assert.are.equal("my notes", io.open(path):read("a"))
    local other = folder .. "/other.h5"
    rx.save(other, { a = 1 })
    assert.matches("not a checkpoint of a training", message(train, network(), { checkpoint = other }))
    assert.are.equal(1, rx.load(other).a)
  end)

  it("starts anew only where there is no checkpoint, not where one cannot be opened", function()
    local path = folder .. "/loop.h5"
    assert(lfs.link("loop.h5", path, true)) -- a link to itself
    assert.matches("loop.h5: Too many levels of symbolic links", message(train, network(), { checkpoint = path }))
    assert.are.equal("link", lfs.symlinkattributes(path, "mode"))
  end)

  it("leaves a checkpoint alone when it has no file left to open it by", function()
    local path = folder .. "/kept.h5"
    train(network(), { checkpoint = path })
    local script = folder .. "/busy.lua"
    local file = assert(io.open(script, "w"))
    file:write [[
      local rx = require "reactivation"
      local net = rx.rnn { inputs = 1, units = 12, outputs = 20, rng = rx.random(5) }
      local open = {}
      repeat open[#open + 1] = io.open "/dev/null" until #open > 400 or not io.open "/dev/null"
      rx.train(net, rx.tasks.head_direction { steps = 6, cells = 20 }, { batches = 2, checkpoint = arg[1] })]]
    file:close()
    local output, status = support.run("sh -c " .. support.quote(
      ("ulimit -n 100; exec %s %s %s"):format(support.program, script, path)))
    assert.are.equal(1, status, output)
    assert.matches("kept.h5: Too many open files", output)
    assert.are.equal(30, rx.load(path).batch)
  end)

  it("says when the checkpoint cannot be written", function()
    assert.matches("cannot save the checkpoint: .*self",
                   message(train, network(), { checkpoint = "/proc/self/run.h5" }))
    assert(io.open(folder .. "/file", "w")):close()
    assert.matches("cannot make the folder '.*file'",
                   message(train, network(), { checkpoint = folder .. "/file/run.h5" }))
  end)

  it("makes the folder of its checkpoint, which holds the cells that its outputs stand for", function()
    train(network(), { batches = 1, checkpoint = folder .. "/new/runs/run.h5" })
    assert.are.equal(20, assert(rx.load(folder .. "/new/runs/run.h5")).cells.cells)
  end)

  it("tells what a task gave that does not fit", function()
    local whole = new_task():batch(4, rx.random(1))
    local function refusal(change, task)
      task = task or new_task()
      local batch = { init = whole.init, inputs = whole.inputs, targets = whole.targets, truth = whole.truth }
      function task.batch() return change(batch) or batch end
      return message(rx.train, network(), task, { batches = 1, size = 4, progress = false })
    end
    assert.matches("task with a method 'batch' expected, got table",
                   message(rx.train, network(), {}, { batches = 1, progress = false }))
    assert.matches("the task's batch: table expected, got 5", refusal(function() return 5 end))
    assert.matches("batch: matrix expected as 'targets', got nil", refusal(function(b) b.targets = nil end))
    assert.matches("batch: matrix expected as 'inputs', got nil", refusal(function(b) b.inputs = nil end))
    assert.matches("batch: 'init' or 'state' expected, got neither", refusal(function(b) b.init = nil end))
    assert.matches("batch: 'targets' of %d+ columns expected, as the network has them, got 2",
                   refusal(function(b) b.targets = rx.matrix(b.inputs.rows, 2) end))
    assert.matches("batch: 'truth' of %d+ rows expected, got 3", refusal(function(b) b.truth = rx.matrix(3, 1) end))
    assert.matches("the task's batch: bad option 'mask' %(numbers of at least 0 expected, got %-1",
                   refusal(function(b) b.mask = rx.matrix(b.inputs.rows, 1, -1):as_sequence(b.inputs.steps) end))
    local task = new_task()
    function task.decode() return nil end
    assert.matches("the task's 'decode': matrix of %d+ rows expected, got nil", refusal(function() end, task))
  end)

  it("tells which value of a schedule is none", function()
    local function refusal(options) return message(train, network(), options) end
    assert.matches("bad option 'rate' %(finite number of at least 0 expected, got %-1",
                   refusal { rate = -1 })
    assert.matches("bad option 'size' %(whole number of at least 1 expected, got 2.5%)", refusal { size = 2.5 })
    assert.matches("'rate' at batch 1: finite number of at least 0 expected, got nil",
                   refusal { rate = function() end })
    assert.matches("'size' at batch 2: whole number of at least 1 expected, got 0",
                   refusal { size = function(batch) return 2 - batch end })
  end)

  it("refuses settings that a checkpoint could not compare, and fewer batches than it holds", function()
    local path = folder .. "/settings.h5"
    local function refusal(value)
      local task = new_task()
      task.settings.goals = value
      return message(rx.train, network(), task, { batches = 1, checkpoint = path, progress = false })
    end
    assert.matches("number, string or boolean expected as 'goals', got table", refusal {})
    assert.matches("expected as 'goals', got NaN", refusal(0 / 0))
    train(network(), { batches = 5, checkpoint = path })
    assert.matches("settings.h5: holds 5 batches, but this run asks for 3",
                   message(train, network(), { batches = 3, checkpoint = path }))
    assert.matches("made with task goals = nil, but this run has 7", refusal(7))
  end)

  it("answers mistakes with the line of the caller", function()
    local net = network()
    assert.matches("train_spec.lua:%d+: unknown option 'epochs'", message(function()
      rx.train(net, new_task(), { epochs = 3 })
    end))
    assert.matches("bad option 'batches' .*got nothing",
                   message(function() rx.train(net, new_task(), {}) end))
    assert.matches("bad option 'test_every'", message(train, net, { test_every = 0 }))
    assert.matches("task expected, got nil", message(function() rx.train(net, nil, { batches = 1 }) end))
    assert.matches("bad option 'rate' %(number or function", message(train, net, { rate = "fast" }))
    assert.matches("targets", message(train, net, {}, rx.tasks.head_direction { cells = 21, steps = 6 })
                   :gsub("init", "targets"))
  end)
end)

local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

describe("a training", function()
  it("goes from task to task by what its tests found", function()
    local easy, hard, seen = new_task(), new_task(), {}
    local history = train(network(), { batches = 30 }, function(batch, last)
      if last and last.loss > 0 then seen[batch] = last end
      return last and last.batch >= 20 and hard or easy
    end)
    assert.is_nil(seen[0])
    assert.are.equal(0, seen[1].batch)
    assert.are.equal(10, seen[15].batch)
    assert.are.equal(history.test_loss[2], seen[15].loss)
    assert.are.equal(history.test_error[3], seen[25].error)
  end)

  -- y = w x, by its own gradient and its own optimizer
  local function line()
    local w = rx.matrix(1, 1)
    local net = {
      inputs = 1, outputs = 1, rng = rx.random(1), settings = { cell = "line" }, parameters = w, weights = { w = w },
    }
    local function off(batch) return batch.inputs * w - batch.targets end
    function net.gradient(_, batch)
      return off(batch):mul(off(batch)):mean(), nil, 2 / off(batch).rows * (batch.inputs:t() * off(batch))
    end
    function net.loss(_, batch) return off(batch):mul(off(batch)):mean() end
    return net
  end

  local function descent()
    local o = { rate = 0.1, updates = 0 }
    function o:update(w, gradient)
      w:copy(w - self.rate * gradient)
      self.updates = self.updates + 1
    end
    function o:state() return { updates = self.updates } end
    function o:restore(state) self.updates = state.updates end
    return o
  end

  local task = {}
  function task.batch(_, size, rng)
    local x = rng:normal(3 * size, 1):as_sequence(3)
    return { init = rx.matrix(size, 1), inputs = x, targets = (3 * x):as_sequence(3) }
  end

  it("asks of a network and of an optimizer what the page says, and of a checkpoint no more", function()
    local folder, remove = support.scratch()
    local options = { batches = 100, size = 20, test_size = 20, progress = false }
    local whole = line()
    options.optimizer = descent()
    local history = rx.train(whole, task, options)
    assert.near(3, whole.parameters:get(1, 1), 1e-3)
    assert.is_true(history.test_loss[#history.test_loss] < 1e-5)
    options.checkpoint = folder .. "/line.h5"
    options.optimizer, options.batches = descent(), 40
    rx.train(line(), task, options)
    local parted = line()
    options.optimizer, options.batches = descent(), 100
    rx.train(parted, task, options)
    assert.is_true(same(whole.parameters, parted.parameters))
    remove()
  end)
end)

describe("a training that is stopped from outside", function()
  local script = [[
    local rx = require "reactivation"
    rx.threads(1)
    local net = rx.rnn { inputs = 1, units = 30, outputs = 40, sigma = 0.3, rng = rx.random(3) }
    local task = rx.tasks.head_direction { steps = 20, cells = 40 }
    rx.train(net, task, {
      batches = 1000, size = 20, test_size = 10, checkpoint = arg[1], checkpoint_every = 7, progress = false,
    })
  ]]

  local folder, remove, whole, source
  setup(function()
    folder, remove = support.scratch()
    source = folder .. "/script.lua"
    write(source, script)
    local output, status = support.run(("%s %s %s/whole.h5"):format(support.program, source, folder))
    assert.are.equal(0, status, output)
    whole = rx.load(folder .. "/whole.h5")
  end)
  teardown(function() remove() end)

  local function batch_of(path)
    local run = rx.load(path)
    return run and run.batch or 0
  end

  -- Run a script until it has come some batches further, then send the signal.
  local function run_and_stop(from, path, signal)
    local before = batch_of(path)
    local pipe = io.popen(("%s %s %s 2>/dev/null & echo $!; wait"):format(support.program, from, path))
    local process = pipe:read("n")
    local running = true
    while running and batch_of(path) <= before do
      running = os.execute(("kill -0 %d 2>/dev/null && sleep 0.01"):format(process))
    end
    os.execute(("kill -%s %d 2>/dev/null"):format(signal, process))
    pipe:close()
  end

  -- Stop it three times; what it ends with is what it ends with when nothing stops it.
  local function stop_thrice(from, right, signal)
    local path = ("%s.%s.h5"):format(from, signal)
    for _ = 1, 3 do run_and_stop(from, path, signal) end
    local reached = batch_of(path)
    assert.is_true(reached > 0 and reached < 1000, "the training was over before it could be stopped")
    local output, status = support.run(("%s %s %s"):format(support.program, from, path))
    assert.are.equal(0, status, output)
    local again = rx.load(path)
    for name, matrix in pairs(right.weights) do assert.is_true(same(matrix, again.weights[name])) end
    assert.are.same(right.history, again.history)
  end

  -- Whether a closed terminal is to be ignored, as by nohup: then rxlua does so, too.
  local function ignores_hup()
    for line_of in io.lines "/proc/self/status" do
      local mask = line_of:match "^SigIgn:%s*(%x+)"
      if mask then return tonumber(mask:sub(-1), 16) % 2 == 1 end
    end
  end

  local signals = { "KILL", "INT", "TERM" }
  if not ignores_hup() then signals[4] = "HUP" end
  for _, signal in ipairs(signals) do
    it("by SIG" .. signal .. ", three times, ends with the same weights, bit for bit", function()
      stop_thrice(source, whole, signal)
    end)
  end

  it("is the same of a cell with two states", function()
    local from = folder .. "/lstm.lua"
    write(from, (script:gsub("rx.rnn", "rx.cells.lstm")))
    local output, status = support.run(("%s %s %s/lstm.h5"):format(support.program, from, folder))
    assert.are.equal(0, status, output)
    stop_thrice(from, rx.load(folder .. "/lstm.h5"), "KILL")
  end)

  it("because nobody reads what it prints, has saved, and says nothing of it", function()
    local path, talking = folder .. "/pipe.h5", folder .. "/talking.lua"
    local text = script:gsub("checkpoint_every = 7", "checkpoint_every = 1000")
      :gsub("rx.train%(net, task, {", [[%0 rate = function(n)
        if n > 20 then print(n) io.stdout:flush() end
        return 1e-3
      end,]])
    write(talking, text)
    local output, status = support.run("bash -c " .. support.quote(
      ("set -o pipefail; %s %s %s | head -n 1"):format(support.program, talking, path)))
    assert.are.same({ "21\n", 128 + 13 }, { output, status })
    assert.is_true(batch_of(path) > 20)
  end)

  it("is told who has its checkpoint, and leaves it alone, while another goes on", function()
    local path = folder .. "/both.h5"
    local long = folder .. "/long.lua"
    write(long, (script:gsub("batches = 1000", "batches = 1000000")))
    local pipe = io.popen(("%s %s %s 2>/dev/null & echo $!; wait"):format(support.program, long, path))
    local process = pipe:read("n")
    while batch_of(path) == 0 do os.execute("sleep 0.01") end
    local output, status = support.run(("%s %s %s"):format(support.program, long, path))
    assert.are.equal(1, status)
    assert.matches(("both.h5: in use by process %d on %%S"):format(process), output)
    os.execute("kill -INT " .. process)
    pipe:close()
    assert.is_nil(lfs.attributes(path .. ".lock"))
  end)

  it("leaves no lock that outlives it, however it ends", function()
    local path = folder .. "/dead.h5"
    write(path .. ".lock", "process 1 on another machine\n") -- of one that was killed
    local output, status = support.run(("%s %s %s"):format(support.program, source, path))
    assert.are.equal(0, status, output)
    assert.is_nil(lfs.attributes(path .. ".lock"))
  end)
end)
