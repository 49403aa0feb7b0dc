-- What a sweep's script does where its command line asks for a list, for Slurm or for the status.

local lfs = require "lfs"
local one = require "reactivation.sweeps.one"
local program = require "reactivation.sweeps.program"
local slurm = require "reactivation.sweeps.slurm"

local engines = {}

-- Those that are not done, and that nobody is doing or has in a queue.
local function missing(sweep)
  local list, queued = {}, slurm.queue(sweep)
  for _, c in ipairs(sweep.all) do
    if not one.result(c) and not one.holder(c) and not queued[c.name] then list[#list + 1] = c end
  end
  return list
end

function engines.list(sweep)
  for _, c in ipairs(missing(sweep)) do
    one.make_folder(c)
    print(("cd %s && %s=%s OMP_NUM_THREADS=%d %s >%s 2>&1"):format(
      program.quote(lfs.currentdir()), one.ASKED, program.quote(c.folder), sweep.slurm.threads,
      program.shell(program.command()), program.quote(one.path(c, "log.txt"))))
  end
end

function engines.slurm(sweep)
  local list = missing(sweep)
  print(("%s: %d of %d configurations are missing"):format(sweep.folder, #list, #sweep.all))
  if #list == 0 then return end
  local count, job = slurm.submit(sweep, list)
  print(("submitted job %s with %d configurations (%s/slurm.sh)"):format(job, count, sweep.folder))
  if count < #list then print(("%d are for later: ask again when these are done"):format(#list - count)) end
end

-- Which state a configuration is in, and a line about it where there is something to tell.
local function state(c, queued)
  if one.result(c) then return "done" end
  local holder = one.holder(c)
  if holder or queued and queued ~= "PENDING" then
    local share = one.share(c)
    return "running", ("running: %s (%s%s)"):format(c.name, holder or "in Slurm",
                                                   share and (", %.0f%%"):format(100 * share) or "")
  end
  local failure = not queued and one.failure(c)
  if failure then return "failed", ("failed: %s: %s"):format(c.name, failure) end
  return queued and "waiting" or "missing"
end

function engines.status(sweep)
  local known, states = pcall(slurm.queue, sweep)
  local counts, lines = { done = 0, running = 0, waiting = 0, failed = 0, missing = 0 }, {}
  for _, c in ipairs(sweep.all) do
    local what, line = state(c, known and states[c.name])
    counts[what] = counts[what] + 1
    lines[#lines + 1] = line
  end
  print(("%s: %d configurations: %d done, %d running, %d waiting in Slurm, %d failed, %d missing"):format(
    sweep.folder, #sweep.all, counts.done, counts.running, counts.waiting, counts.failed, counts.missing))
  for _, line in ipairs(lines) do print(line) end
  if not known then print("Slurm cannot be asked: " .. states) end
end

-- Do what the command line asks for, if it does, and end the program.
function engines.answer(sweep)
  local asked = program.asked()
  if not asked then return end
  if not program.command() then error("--" .. asked .. ": a script in a file expected", 0) end
  engines[asked](sweep)
  io.stdout:flush()
  os.exit(true, true)
end

return engines
