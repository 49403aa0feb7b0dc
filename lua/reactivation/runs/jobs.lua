--- Programs that run beside this one, some at a time.
-- @module reactivation.jobs

local check = require "reactivation.check"
local check_options = require "reactivation.check.options"
local core = require "reactivation.core"
local duration = require "reactivation.runs.duration"
local hopeless = require "reactivation.runs.hopeless"
local json = require "reactivation.files.json"
local last_words = require "reactivation.runs.last_words"

local LOOK = 0.02 -- seconds between two looks at the programs
local HEAR = 1    -- between two looks at what they tell of their progress
local TELL = 30   -- and between two lines that tell how far all are, where no terminal shows it

local Jobs = {}
Jobs.__index = Jobs

function Jobs:start()
  local job = table.remove(self.waiting, 1)
  for _, path in ipairs { job.log, job.progress } do os.remove(path) end
  local process, problem = core.start(table.move(job.command, 1, #job.command, 1, { log = job.log }))
  if not process then error(("cannot start %s: %s"):format(job.name, problem), 0) end
  table.insert(self.running, { job = job, process = process, share = 0 })
end

-- What a running job has done, from 0 to 1, and what it had done when it was started.
local function read_progress(running)
  local told = running.job.progress and json.read(running.job.progress)
  if not told then return end
  running.share = told.done / told.of
  running.first = running.first or running.share
end

function Jobs:look()
  local hear = core.now() - self.heard >= HEAR
  if hear then self.heard = core.now() end
  for i = #self.running, 1, -1 do
    local running = self.running[i]
    local job = running.job
    local ended, succeeded = running.process:ended()
    if ended or hear then read_progress(running) end
    if ended then table.remove(self.running, i) end
    if ended and succeeded then
      self.finished, self.done = self.finished + 1, self.done + job.work
      self.gained = self.gained + job.work * (1 - (running.first or 0))
    elseif ended then
      table.insert(self.failed, { job = job, words = last_words(job.log) or "it has no log" })
    end
  end
end

-- The share of the work that is done, and the seconds that the rest will take, if that can be told.
function Jobs:state()
  local done, gained = self.done, self.gained
  for _, running in ipairs(self.running) do
    done = done + running.job.work * running.share
    gained = gained + running.job.work * (running.share - (running.first or 0))
  end
  local rate = gained / (core.now() - self.began)
  return done / self.work, rate > 0 and (self.work - done) / rate or nil
end

-- What runs, with the share of it that is done, as long as that is told.
function Jobs:names()
  local names = {}
  for i, running in ipairs(self.running) do
    local share = running.first and (" %.0f%%"):format(100 * running.share) or ""
    names[i] = running.job.name .. share
  end
  return table.concat(names, "; ")
end

function Jobs:line()
  local share, seconds = self:state()
  local failed = #self.failed > 0 and (", %d failed"):format(#self.failed) or ""
  local left = seconds and (", %s left"):format(duration(seconds)) or ""
  return ("%d of %d %s%s, %.0f%% of the work%s"):format(
    self.finished, self.all, self.noun, failed, 100 * share, left)
end

function Jobs:tell()
  if core.now() - self.told < (self.terminal and HEAR or TELL) then return end
  self.told = core.now()
  local running = #self.running > 0 and "; running: " .. self:names() or ""
  if self.terminal then
    io.stderr:write("\r", (self:line() .. running):sub(1, core.terminal_width() - 1), "\27[K")
  else
    io.stderr:write(self:line(), running, "\n")
  end
end

-- Whether those that failed tell that the rest is in vain.
function Jobs:is_over()
  return (self.finished == 0 or self.few == 1) and hopeless(self.failed, self.few) ~= nil
end

-- Ended by an error or an interruption, all end: with SIGINT, at which a training saves what it reached.
function Jobs:__close()
  if self.terminal then io.stderr:write("\r\27[K") end
  for _, running in ipairs(self.running) do running.process:stop() end
end

local function check_job(job, i)
  if type(job) ~= "table" or type(job.command) ~= "table" or type(job.log) ~= "string" then
    check.complain("job %d: table with a 'command' and a 'log' expected", i)
  end
  return check_options(job, {
    command = { "table" }, log = { "string" }, name = { "string", table.concat(job.command, " ") },
    progress = { "string" }, work = { "positive", 1 },
  })
end

--- Run programs beside this one and wait for them. A program that fails stops no other.
-- @function rx.jobs
-- @tab jobs in their order, each a table: `command`, the program and its arguments; `log`, the path of
--   the file that takes what it says; and perhaps `name`; `progress`, the path of a JSON file in which it
--   tells `done` and `of`, as `rx.train` does; `work`, how much it is beside the others (1)
-- @tab[opt] options `at_once`, how many run at a time (1 a core); `noun`, what is told of those that have
--   finished ("finished"); `first_failure` (false): end all at the first failure; `alike`: end all once so
--   many have failed with the same words, numbers apart, and none has succeeded
-- @treturn table of those that failed, each with its `job` and last `words`
-- @usage local failed = rx.jobs { { command = { "sh", "-c", "echo no; exit 1" }, log = "log" } }
-- print(failed[1].words)
return function(jobs, options)
  check.argument("list", 1, "jobs", jobs)
  local o = check_options(options, {
    at_once = { "size", core.threads() }, noun = { "string", "finished" },
    first_failure = { "boolean", false }, alike = { "size", math.huge },
  })
  local waiting, work = {}, 0
  for i, job in ipairs(jobs) do
    waiting[i] = check_job(job, i)
    work = work + waiting[i].work
  end
  local self <close> = setmetatable({
    waiting = waiting, running = {}, failed = {}, finished = 0, all = #jobs,
    work = work, done = 0, gained = 0, noun = o.noun, began = core.now(), told = core.now(),
    heard = core.now(), terminal = core.is_terminal(), few = o.first_failure and 1 or o.alike,
  }, Jobs)
  while #self.waiting + #self.running > 0 and not self:is_over() do
    while #self.running < o.at_once and #self.waiting > 0 do self:start() end
    core.sleep(LOOK)
    self:look()
    self:tell()
  end
  return self.failed
end
