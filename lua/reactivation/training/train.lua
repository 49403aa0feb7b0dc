--- Training: batches from a task, gradients from the network, steps by the optimizer, and
-- checkpoints from which the same run goes on as if it had never stopped.
-- @module reactivation.train

local check = require "reactivation.check"
local check_batch = require "reactivation.check.batch"
local core = require "reactivation.core"
local check_options = require "reactivation.check.options"
local hold = require "reactivation.files.hold"
local make_folder = require "reactivation.files.make_folder"
local load_network = require "reactivation.networks.load"
local stopped = require "reactivation.training.stopped"
local new_progress = require "reactivation.training.progress"
local recording = require "reactivation.training.recording"

-- Where in the generator the test batch and its noise lie: far from any training.
local TEST_POSITION = 1 << 56

-- The test's own task is the one that a curriculum comes to when nothing is left to learn.
local LEARNED = { batch = math.huge, loss = 0, error = 0 }

local NO_SUCH_FILE = 2 -- all else that keeps a checkpoint from being read is no reason to write over it

local known_options = {
  batches = { "size" },
  size = { "schedule", 200 },
  optimizer = { "optimizer" },
  rate = { "schedule" },
  sigma = { "schedule" },
  rng = { "generator" },
  test_every = { "size", 100 },
  test_size = { "size", 200 },
  checkpoint = { "string" },
  checkpoint_every = { "size", 100 },
  progress = { "progress", true },
}

local SCHEDULED = { size = "size", rate = "not negative", sigma = "not negative" }

-- What a method of the task gave, if it is a matrix with a row for each of the truth.
local function given(name, matrix, truth)
  if check.is_matrix(matrix) and matrix.rows == truth.rows then return matrix end
  error(("the task's '%s': matrix of %d rows expected, got %s")
        :format(name, truth.rows, check.describe(matrix)), 0)
end

-- The distance between what is decoded and what is true, row by row.
local function decoding_errors(task, outputs, truth)
  local decoded = given("decode", task:decode(outputs), truth)
  if task.distance then return given("distance", task:distance(decoded, truth), truth) end
  local apart = decoded - truth
  return apart:mul(apart):sum("columns"):sqrt()
end

-- A run of a batch: what the task gave stays as it is.
local function run_of(batch, rng, sigma)
  local run = {}
  for name, value in pairs(batch) do run[name] = value end
  run.rng, run.sigma = rng, sigma
  return run
end

local Trainer = {}
Trainer.__index = Trainer

-- Loss and decoding error on the batch that never changes, under noise that never changes; where there is a
-- mask, the error is weighted by it as the loss is.
function Trainer:test()
  local rng = core.random(self.rng.seed, TEST_POSITION)
  local task = self:at("task", self.batches, LEARNED)
  local batch = check_batch(task, self.test_size, rng, self.net)
  local decodes = task.decode and batch.truth
  local mask = rawget(batch, "mask")
  local apart, weight = 0, 0
  local run = run_of(batch, rng, self:at("sigma", self.batches, LEARNED))
  local loss = check.about("the task's batch", self.net.loss, self.net, run, function(outputs, first, last)
    if not decodes then return end
    local errors = check.about(nil, decoding_errors, task, outputs, batch.truth:slice(first, last))
    local counts = mask and mask:slice(first, last)
    apart = apart + (counts and errors:mul(counts) or errors):sum()
    weight = weight + (counts and counts:sum() or errors.rows)
  end)
  return loss, decodes and apart / weight or 0 / 0
end

-- What the last test found, for schedules that go by it; nil before the first.
function Trainer:last_test()
  local history = self.history
  local n = #history.test_batch
  if n == 0 then return nil end
  return { batch = history.test_batch[n], loss = history.test_loss[n], error = history.test_error[n] }
end

-- The value of a schedule, or of the constant in its place, at a batch.
function Trainer:at(name, batch, last)
  local value = self[name]
  if type(value) ~= "function" then return value end
  value = value(batch, last or self:last_test())
  local kind = SCHEDULED[name]
  if kind and not check.kinds[kind][2](value) then
    error(("'%s' at batch %d: %s expected, got %s")
          :format(name, batch, check.kinds[kind][1], check.describe(value)), 0)
  end
  return value
end

function Trainer:measure()
  local history = self.history
  local last = history.test_batch[#history.test_batch]
  if self.done % self.test_every ~= 0 or last == self.done then return end
  local loss, off = self:test()
  local n = #history.test_batch + 1
  history.test_batch[n], history.test_loss[n], history.test_error[n] = self.done, loss, off
  self.progress:tested(self.done, loss, off)
end

-- One batch. The weights change in one call that nothing interrupts, and `advance` lets the rest
-- follow; so a run that is stopped anywhere can tell which batch it stands at.
function Trainer:step()
  local n = self.done + 1
  local batch = check_batch(self:at("task", n), self:at("size", n), self.rng, self.net)
  local run = run_of(batch, self.rng, self:at("sigma", n))
  local loss, _, gradient = check.about("the task's batch", self.net.gradient, self.net, run, self.gradient)
  if self.saved_loss then
    recording.compare(self.checkpoint, "loss", self.saved_loss, recording.of(self.net).loss)
    self.saved_loss = nil
  end
  if not check.is_finite(loss) then
    error(("the loss became %s at batch %d; %s"):format(loss, n, self:last_good()), 0)
  end
  if self.rate then self.optimizer.rate = self:at("rate", n) end
  self.gradient = gradient -- the next one is written over it
  self.next = { updates = self.optimizer.updates + 1, loss = loss, position = self.rng.position }
  self.optimizer:update(self.net.parameters, gradient)
  self:advance()
  self.progress:trained(n, loss)
end

function Trainer:advance()
  if self.next and self.optimizer.updates == self.next.updates then
    self.history.loss[self.done + 1] = self.next.loss
    self.position, self.next, self.done = self.next.position, nil, self.done + 1
  end
end

function Trainer:last_good()
  if not self.saved then return "nothing was saved" end
  return ("the last good weights, of batch %d, are in %s"):format(self.saved, self.checkpoint)
end

-- The cells whose activity the outputs are, if the task names them.
local function cells_of(task)
  local cells = type(task) == "table" and task.cells
  return type(cells) == "userdata" and check.can(cells, "decode") and cells or nil
end

function Trainer:save()
  if not self.checkpoint or self.saved == self.done then return end
  if not self.net.parameters:is_finite() then
    error(("the weights became infinite or NaN at batch %d; %s"):format(self.done, self:last_good()), 0)
  end
  local ok, message = core.save(self.checkpoint, {
    batch = self.done,
    generator = { seed = self.rng.seed, position = self.position },
    network = self.net.settings,
    task = self.task_settings,
    cells = cells_of(self.task), -- whoever decodes elsewhere needs their centres
    training = { test_every = self.test_every, test_size = self.test_size },
    weights = self.net.weights,
    optimizer = self.optimizer:state(),
    history = self.history,
    recording = recording.of(self.net),
    machine = core.machine(),
  })
  if not ok then error("cannot save the checkpoint: " .. message, 0) end
  self.saved = self.done
end

-- A checkpoint goes on only in the run that it comes from.
local function check_same(path, what, saved, now)
  local function compare(name)
    if saved[name] ~= now[name] then
      error(("%s: made with %s %s = %s, but this run has %s; use another checkpoint or delete this one")
            :format(path, what, name, saved[name], now[name]), 0)
    end
  end
  for name in pairs(now) do compare(name) end
  for name in pairs(saved) do compare(name) end
end

-- Settings that a checkpoint can hold and compare.
local function check_settings(settings)
  for name, value in pairs(settings) do
    local kind = type(value)
    if (kind ~= "number" and kind ~= "string" and kind ~= "boolean") or value ~= value then
      local got = value ~= value and "NaN" or check.describe(value)
      error(("the task's settings: number, string or boolean expected as '%s', got %s; checkpoints are " ..
             "compared by them"):format(name, got), 3)
    end
  end
end

-- Older files have no recording. The loss is known once it has seen a batch; that of a curriculum may change.
function Trainer:compare_recording(saved)
  local now = recording.of(self.net)
  if not saved or not now then return end
  recording.compare(self.checkpoint, "step", saved.step, now.step)
  recording.compare(self.checkpoint, "list of constrained weights", saved.constrained, now.constrained)
  self.saved_loss = type(self.task) ~= "function" and saved.loss or nil
end

function Trainer:resume()
  if not self.checkpoint then return end
  local file, message, code = core.load(self.checkpoint)
  if code == NO_SUCH_FILE then return end
  if not file then error(message, 0) end
  if not (file.batch and file.generator and file.network and file.weights and file.optimizer
          and file.history) then
    error(self.checkpoint .. ": not a checkpoint of a training", 0)
  end
  check_same(self.checkpoint, "network", file.network, self.net.settings)
  self:compare_recording(file.recording)
  check_same(self.checkpoint, "task", file.task or {}, self.task_settings)
  check_same(self.checkpoint, "generator", { seed = file.generator.seed }, { seed = self.rng.seed })
  check_same(self.checkpoint, "training", file.training or {},
             { test_every = self.test_every, test_size = self.test_size })
  if file.batch > self.batches then
    error(("%s: holds %d batches, but this run asks for %d; use another checkpoint or delete this one")
          :format(self.checkpoint, file.batch, self.batches), 0)
  end
  load_network.restore(self.net, file.weights)
  self.optimizer:restore(file.optimizer)
  self.history, self.done, self.saved = file.history, file.batch, file.batch
  self.position = file.generator.position
  self.rng:seek(self.position)
end

function Trainer:run()
  self.progress:begin(self.done, self.batches)
  if self.done == self.batches then self.progress:found(self.checkpoint) end
  while true do
    self:measure()
    if self.done % self.checkpoint_every == 0 or self.done >= self.batches then self:save() end
    if self.done >= self.batches then return end
    self:step()
  end
end

-- After an error or an interruption: keep what was reached, if it stands between two batches.
function Trainer:rescue()
  self:advance()
  if self.done > 0 and self.net.parameters:is_finite() then self:save() end
end

--- Train a network on a task, by default with Adam at rate 1e-3.
--
-- Every batch is fresh; one test batch, with its noise, stays fixed. Schedules are numbers, or
-- functions of the batch number: `rate`, `sigma` (the noise on the state) and `size`. A task may be a
-- function too, which makes a curriculum; the test is then its last task. Such functions also get what the
-- last test found, `batch`, `loss` and `error` (nil before the first), and so may go by performance.
--
-- Whatever offers the same can be trained, and serve as optimizer: docs/writing_a_task.md tells what.
-- @function rx.train
-- @param net network
-- @param task table with `batch(self, size, rng)` and, for the decoding error, `decode(self, outputs)`
--   and perhaps `distance(self, decoded, truth)`; or a function that gives such tables
-- @tab options batches; size (200); optimizer; rate; sigma; rng (the network's); test_every (100);
--   test_size (200); checkpoint, a path; checkpoint_every (100); progress (true; a path:
--   of a JSON file that tells other programs `done` and `of`). An existing checkpoint
--   must agree in the settings of network and task, the seed, test_every and test_size; rate, sigma, size
--   and optimizer may have changed
-- @treturn table history: `loss`, a number a batch; `test_batch`, `test_loss`, `test_error`, lists
--   of the same length, the error in the task's unit
-- @usage local history = rx.train(net, task, { batches = 2000, checkpoint = "run.h5" })
return function(net, task, options)
  local o = check_options(options, known_options)
  if not o.batches then
    check.complain("bad option 'batches' (whole number of at least 1 expected, got nothing)")
  end
  check.that(check.can(net, "gradient") and check.can(net, "loss"), 1, "train", "network", net)
  check.that(type(task) == "table" or type(task) == "function", 2, "train", "task", task)
  for name, kind in pairs(SCHEDULED) do
    local value = o[name]
    if type(value) == "number" and not check.kinds[kind][2](value) then
      check.complain("bad option '%s' (%s expected, got %s)", name, check.kinds[kind][1], value)
    end
  end
  local self = setmetatable(o, Trainer)
  self.net, self.task = net, task
  self.optimizer = o.optimizer or core.adam {}
  self.rng = o.rng or net.rng
  self.task_settings = type(task) == "table" and task.settings or {}
  if self.checkpoint then
    check_settings(self.task_settings)
    local folder = self.checkpoint:match("^(.*)/[^/]*$")
    local made, message = make_folder(folder == "" and "/" or folder or ".")
    if not made then error(message, 0) end
  end
  self.history = { loss = {}, test_batch = {}, test_loss = {}, test_error = {} }
  self.done, self.position = 0, self.rng.position
  self.progress = new_progress(o.progress, type(task) == "table" and task.unit)
  self:resume()
  local lock <close> = self.checkpoint and self.done < self.batches and hold(self.checkpoint)
  if lock then self:resume() end -- from what another run may just have saved
  local ok, problem = pcall(self.run, self)
  self.progress:finish()
  if not ok then
    self:rescue()
    self.progress:stopped(self.done, self.saved == self.done and self.checkpoint)
    stopped.history = self.history
    error(problem, 0)
  end
  return self.history
end
