-- A sweep on a cluster: a batch script for Slurm, an array with a task for each configuration, and what of it
-- waits or runs. The sweep's folder holds slurm.sh, the script; slurm.json, the jobs that were submitted; and
-- slurm.txt, what Slurm itself says.

local core = require "reactivation.core"
local json = require "reactivation.files.json"
local lfs = require "lfs"
local one = require "reactivation.sweeps.one"
local program = require "reactivation.sweeps.program"

local slurm = {}

local MOST = 1000 -- tasks of an array, as Slurm is mostly set up

-- Kinds and defaults of the settings of a batch job, for `check.options`.
slurm.settings = {
  time = { "positive", 24 }, memory = { "positive", 4 }, threads = { "size", 1 }, partition = { "string" },
  more = { "list", {} },
}

local function text_of(hours)
  local minutes = math.ceil(60 * hours)
  return ("%d-%02d:%02d:00"):format(minutes // 1440, minutes // 60 % 24, minutes % 60)
end

-- A word of the script's directives; Slurm fills in what follows a % in a path.
local function quoted(text)
  return '"' .. text:gsub('[\\"]', "\\%0"):gsub("%%", "%%%%") .. '"'
end

local function script_of(sweep, list)
  local s = sweep.slurm
  local lines = {
    "#!/bin/bash",
    ("# Made by --slurm: what is missing of %s, a task for each configuration."):format(sweep.folder),
    "#SBATCH --job-name=" .. quoted(sweep.folder:match("[^/]+$")),
    ("#SBATCH --array=1-%d"):format(#list),
    "#SBATCH --time=" .. text_of(s.time),
    ("#SBATCH --mem=%dM"):format(math.ceil(1024 * s.memory)),
    ("#SBATCH --cpus-per-task=%d"):format(s.threads),
    "#SBATCH --requeue",
    "#SBATCH --open-mode=append",
    "#SBATCH --chdir=" .. quoted(lfs.currentdir()),
    "#SBATCH --output=" .. quoted(sweep.folder .. "/slurm.txt"),
  }
  if s.partition then lines[#lines + 1] = "#SBATCH --partition=" .. s.partition end
  for _, option in ipairs(s.more) do lines[#lines + 1] = "#SBATCH " .. option end
  lines[#lines + 1] = "\nfolders=("
  for _, c in ipairs(list) do lines[#lines + 1] = "  " .. program.quote(c.folder) end
  table.move({
    ")",
    ("export %s=${folders[SLURM_ARRAY_TASK_ID - 1]}"):format(one.ASKED),
    ("export OMP_NUM_THREADS=%d"):format(s.threads),
    "# exec: a signal reaches the program itself, which saves what it has reached",
    ('exec %s >"$%s/log.txt" 2>&1'):format(program.shell(program.command()), one.ASKED),
  }, 1, 5, #lines + 1, lines)
  return table.concat(lines, "\n") .. "\n"
end

-- Run a command of Slurm; raises with what it says.
local function ask(words)
  local text, problem = program.said(words)
  if not text and problem:find("not found (install", 1, true) then
    error(("%s was not found: this machine belongs to no Slurm cluster; on another batch system give it the "
      .. "commands that --list prints"):format(words[1]), 0)
  end
  if not text then error(("%s: %s"):format(words[1], problem), 0) end
  return text
end

-- The jobs that were submitted: number -> list of names of configurations.
local function jobs_of(sweep)
  return json.read(sweep.folder .. "/slurm.json") or {}
end

-- What Slurm has of the sweep: name of a configuration -> state, such as "PENDING"; and the jobs alive.
function slurm.queue(sweep)
  local jobs, states, alive = jobs_of(sweep), {}, {}
  if not next(jobs) then return states, alive end
  for line in ask({ "squeue", "--me", "--noheader", "--array", "--format", "%F %K %T" }):gmatch("[^\n]+") do
    local job, task, state = line:match("^(%d+) (%d+) (%u+)")
    local name = jobs[job] and jobs[job][tonumber(task)]
    if name then states[name], alive[job] = state, jobs[job] end
  end
  return states, alive
end

-- Submit a list, as far as an array goes; how many that was, and the job's number.
function slurm.submit(sweep, list)
  local names, some = {}, table.move(list, 1, math.min(#list, MOST), 1, {})
  for i, c in ipairs(some) do
    names[i] = c.name
    one.make_folder(c)
  end
  local path = sweep.folder .. "/slurm.sh"
  local ok, problem = core.write_whole(path, script_of(sweep, some))
  if not ok then error(problem, 0) end
  local _, alive = slurm.queue(sweep)
  local said = ask { "sbatch", "--parsable", path }
  local job = ("\n" .. said):match("\n(%d+)")
  if not job then error("sbatch: " .. said, 0) end
  alive[job] = names
  ok, problem = json.write(sweep.folder .. "/slurm.json", alive)
  if not ok then error(problem, 0) end
  return #some, job
end

return slurm
