--- Sweeps: one thing done for many configurations, each kept in a folder of its own.
-- @module reactivation.sweep
-- @pragma nostrip

local check = require "reactivation.check"
local check_options = require "reactivation.check.options"
local configurations = require "reactivation.sweeps.configurations"
local core = require "reactivation.core"
local csv = require "reactivation.files.csv"
local engines = require "reactivation.sweeps.engines"
local hold = require "reactivation.files.hold"
local hopeless = require "reactivation.runs.hopeless"
local jobs = require "reactivation.runs.jobs"
local json = require "reactivation.files.json"
local new_folder = require "reactivation.runs.folder"
local one = require "reactivation.sweeps.one"
local program = require "reactivation.sweeps.program"
local public = require "reactivation.check.public"
local seeds = require "reactivation.analysis.seeds"
local slurm = require "reactivation.sweeps.slurm"

local Sweep = {}
Sweep.__index = Sweep

local known_options = {
  at_once = { "size", 1 }, name = { "function" }, work = { "function" }, fixed = { "table" },
  slurm = { "table" },
}

local KEPT = "sweep.json" -- in its folder: whose sweep it is
local FEW = 3             -- failures alike, and nothing else, that tell a script which cannot work

-- What it is ------------------------------------------------------------------------------------------

-- What all configurations have in common, as far as the command line tells.
local function fixed_of(options)
  if not options then return { arguments = program.shell(program.arguments()) } end
  local fixed = {}
  for name, value in pairs(options) do
    if type(value) ~= "table" then fixed[name] = value end
  end
  return fixed
end

local function check_same(self, held, now)
  local names = {}
  for _, values in ipairs { held, now } do
    for name in pairs(values) do names[name] = true end
  end
  for _, name in ipairs(configurations.sorted_names(names)) do
    if held[name] ~= now[name] then
      error(("%s: holds a sweep with %s = %s, but this one has %s; use another folder or delete this one")
            :format(self.folder, name, one.shown(held[name]), one.shown(now[name])), 0)
    end
  end
end

-- A folder with results is of one script and of its fixed options.
local function keep(self, fixed)
  local now = { script = arg and arg[0] and arg[0]:match("[^/]*$") or "", fixed = fixed }
  local path = self.folder .. "/" .. KEPT
  local held = json.read(path)
  local begun = false
  for _, c in ipairs(held and self.all or {}) do begun = begun or one.result(c) ~= nil end
  if begun then
    check_same(self, { script = held.script }, { script = now.script })
    check_same(self, held.fixed, now.fixed)
  end
  new_folder(self.folder):write(KEPT, now)
end

-- All of them --------------------------------------------------------------------------------------

-- What is not done, and how much of it others are doing.
local function missing_of(self)
  local list, elsewhere = {}, 0
  for _, c in ipairs(self.all) do
    if not one.result(c) then
      if one.holder(c) then elsewhere = elsewhere + 1 else list[#list + 1] = c end
    end
  end
  return list, elsewhere
end

-- In this program, one after the other.
local function in_turn(self, missing)
  local done = 0
  for _, c in ipairs(missing) do
    local ok, problem = pcall(one.perform, c, self.run)
    if not ok and tostring(problem):find("interrupted!", 1, true) then error(problem, 0) end
    if ok then
      done = done + 1
    else
      table.insert(self.failed, { name = c.name, words = tostring(problem) })
      one.fail(c, tostring(problem))
    end
    if done == 0 and hopeless(self.failed, FEW) then return end
  end
end

-- The script itself, once for each, with its configuration in the environment.
local function side_by_side(self, missing, at_once)
  local command, list = program.command(), {}
  if not command then error("at_once: a script in a file expected, which children can do", 0) end
  local threads = math.max(1, core.threads() // math.min(at_once, #missing))
  for i, c in ipairs(missing) do list[i] = one.job(c, command, threads) end
  for _, failure in ipairs(jobs(list, { at_once = at_once, noun = "configurations done", alike = FEW })) do
    table.insert(self.failed, { name = failure.job.name, words = failure.words })
  end
end

-- A program that was started for one of these configurations does it, and ends.
local function answer(self)
  local asked = one.asked(self.all)
  if not asked then return end
  one.perform(asked, self.run)
  os.exit(true, true)
end

-- Columns of all that is done: what varied, then what was found.
local function gather(self)
  local columns, names, seen = {}, {}, {}
  for _, c in ipairs(self.all) do
    local result = one.result(c)
    if result then table.insert(self.rows, { configuration = c.values, result = result }) end
  end
  for _, part in ipairs { "configuration", "result" } do
    for _, row in ipairs(self.rows) do
      for _, name in ipairs(configurations.sorted_names(row[part])) do
        if not seen[name] then
          seen[name], names[#names + 1] = true, name
          columns[name] = {}
        end
      end
    end
  end
  for i, row in ipairs(self.rows) do
    for _, name in ipairs(names) do
      local value = row.configuration[name]
      if value == nil then value = row.result[name] or 0 / 0 end
      columns[name][i] = type(value) == "boolean" and tostring(value) or value
    end
  end
  self.columns, self.names = columns, names
  return self
end

local function store(self)
  if #self.rows == 0 then return end
  local ok, problem = csv.save(self.folder .. "/results.csv", self.columns, self.names)
  local numbers = {}
  for name, column in pairs(self.columns) do
    if not check.list_problem(column, "real") then numbers[name] = column end
  end
  if ok then ok, problem = core.save(self.folder .. "/results.h5", numbers) end
  if not ok then error(problem, 0) end
end

local function tell(self, tried, elsewhere)
  local failed = self.failed
  if #failed > 0 and #failed == tried and #self.rows == 0 then
    error(("%s: none of %d configurations could be done; %s: %s"):format(
      self.folder, tried, failed[1].name, failed[1].words), 0)
  end
  for _, failure in ipairs(failed) do
    io.stderr:write(("failed: %s: %s\n"):format(failure.name, failure.words))
  end
  local gained = #self.rows - (#self.all - tried - elsewhere)
  if tried > #failed and gained == 0 and hopeless(failed, FEW) then
    error(("%s: stopped, as the first %d configurations all failed alike: %s"):format(
      self.folder, #failed, failed[1].words), 0)
  end
  if elsewhere > 0 then
    io.stderr:write(("%d configurations are being done by other programs\n"):format(elsewhere))
  end
end

--- How a result follows one of the names that vary: its mean over all else, and one standard deviation to
-- either side, for plots/curve.gp.
-- @function sweep:curve
-- @string x name that varies, with numbers
-- @string y name of a result
-- @treturn table data of a curve with error bars
-- @usage
-- local sweep = rx.sweep("sums", { a = { 1, 2 }, seed = { 0, 1 } }, function(c)
--   return { sum = c.a + c.seed }
-- end)
-- rx.figure("curve", sweep:curve("a", "sum"), "sums/sums.svg")
function Sweep:curve(x, y)
  check.method("curve", self, { "string", x }, { "string", y })
  for i, name in ipairs { x, y } do
    if not self.columns[name] or check.list_problem(self.columns[name], "real") then
      check.complain("bad argument #%d to 'curve' (name of a column of numbers expected, got '%s')", i, name)
    end
  end
  local at, places = {}, {}
  for i, value in ipairs(self.columns[x]) do
    if not at[value] then at[value], places[#places + 1] = {}, value end
    table.insert(at[value], self.columns[y][i])
  end
  table.sort(places)
  local curves, lower, upper = {}, {}, {}
  for i, value in ipairs(places) do
    local mean, sd = seeds.mean_sd(at[value])
    curves[i], lower[i], upper[i] = { value, mean }, { value, mean - sd }, { value, mean + sd }
  end
  return {
    curves = core.matrix(curves), lower = core.matrix(lower), upper = core.matrix(upper), bars = true,
    points = true, xlabel = x:gsub("_", " "), ylabel = y:gsub("_", " "),
  }
end

public.methods(Sweep)

--- Do something for many configurations. Each has a folder of its own, named after it, in which its numbers
-- are written when it is done. Done again, a sweep does what is missing, so that one that was stopped goes
-- on, and one that grew does what is new. Configurations that fail stop no others; they are told at the
-- end.
-- @function rx.sweep
-- @string folder
-- @tab vary what varies: name -> list of numbers, booleans or short words, for all combinations; or a list of
--   configurations, tables of such values by name
-- @tparam function run gets a configuration and its folder, of `rx.folder`, in which it may keep a
--   checkpoint; returns numbers by name, of which those that are infinite are kept as NaN
-- @tab[opt] options at_once (1): how many are done at a time. With one, in this program; with more, in child
--   programs of this script, each with its share of the threads and what it says in log.txt. A child runs the
--   script up to the sweep, so what stands before it should be cheap. `name` and `work`, functions of a
--   configuration: its folder's name, and how much it is beside the others (1). `fixed`, what all have in
--   common, numbers, words and booleans by name: a folder with results of another script, or of others of
--   these, is refused; by default the options that `rx.arguments` read, but for lists, or else the script's
--   arguments. `slurm`, a table of `time` (24 hours), `memory` (4 GB), `threads` (1), `partition` and `more`,
--   a list of further options of sbatch, such as "--account=mine": for what the script makes of `--slurm`
-- @return sweep: `columns`, name -> list, in all that is done, `names`, their order, both stored as
--   results.csv and results.h5 (numbers alone); `failed`, a list of `name` and last `words`; and `curve`
-- @usage
-- local sweep = rx.sweep("noise", { sigma = { 0.1, 0.3 }, seed = { 0, 1, 2 } }, function(c)
--   return { sd = math.sqrt((rx.random(c.seed):normal(100, 1, 0, c.sigma) ^ 2):mean()) }
-- end)
-- print(#sweep.columns.sd, sweep.names[1], #sweep.failed)
return function(folder, vary, run, options)
  check.argument("string", 1, "sweep", folder)
  check.argument("table", 2, "sweep", vary)
  check.that(type(run) == "function", 3, "sweep", "function", run)
  local o = check_options(options, known_options)
  local self = setmetatable({
    folder = folder, run = run, failed = {}, rows = {}, slurm = check_options(o.slurm, slurm.settings),
  }, Sweep)
  self.all = one.list(folder, vary, o)
  answer(self)
  if one.is_asked() then return gather(self) end -- for another sweep of the script
  new_folder(folder)
  if program.asked() == "status" then engines.answer(self) end
  local _ <close> = hold(folder .. "/results.h5")
  keep(self, o.fixed or fixed_of(program.options))
  engines.answer(self)
  local missing, elsewhere = missing_of(self)
  if #missing > 0 and o.at_once > 1 then
    side_by_side(self, missing, o.at_once)
  else
    in_turn(self, missing)
  end
  gather(self)
  store(self)
  tell(self, #missing, elsewhere)
  return self
end
