--- Sweeps: one thing done for many configurations, each kept in a folder of its own.
-- @module reactivation.sweep
-- @pragma nostrip

local check = require "reactivation.check"
local check_options = require "reactivation.check.options"
local core = require "reactivation.core"
local csv = require "reactivation.files.csv"
local hold = require "reactivation.files.hold"
local jobs = require "reactivation.runs.jobs"
local json = require "reactivation.files.json"
local new_folder = require "reactivation.runs.folder"
local public = require "reactivation.check.public"
local seeds = require "reactivation.analysis.seeds"

local ASKED = "RXLUA_CONFIGURATION" -- in the environment of a child: what it is to do
local RESULT = "result.json"        -- in a configuration's folder, written when it is done

local Sweep = {}
Sweep.__index = Sweep

-- Configurations -----------------------------------------------------------------------------------

local function sorted_names(values)
  local names = {}
  for name in pairs(values) do names[#names + 1] = name end
  table.sort(names)
  return names
end

local function is_plain(value)
  local kind = type(value)
  return check.is_finite(value) or kind == "boolean" or kind == "string" and not value:find("[^%w._+-]")
end

local function check_name(name)
  if type(name) == "string" and name:find("^[%a_][%w_]*$") then return end
  check.complain("bad argument #2 to 'sweep' (names of letters, digits and _ expected, got %s)",
                 check.describe(name))
end

local function check_value(name, value)
  if is_plain(value) then return end
  check.complain("bad argument #2 to 'sweep' (numbers, booleans or short words expected as '%s', got %s)",
                 name, check.describe(value))
end

-- Every combination of the values of each name; the last name's change fastest.
local function product(vary)
  local list = { {} }
  for name in pairs(vary) do check_name(name) end
  for _, name in ipairs(sorted_names(vary)) do
    local problem = check.list_problem(vary[name])
    if problem then check.complain("bad argument #2 to 'sweep' ('%s': %s)", name, problem) end
    local longer = {}
    for _, shorter in ipairs(list) do
      for _, value in ipairs(vary[name]) do
        check_value(name, value)
        local one = { [name] = value }
        for other, chosen in pairs(shorter) do one[other] = chosen end
        longer[#longer + 1] = one
      end
    end
    list = longer
  end
  return list
end

-- The same of a list of configurations.
local function copied(list)
  local copy = {}
  for i, one in ipairs(list) do
    copy[i] = {}
    for name, value in pairs(one) do
      check_name(name)
      check_value(name, value)
      copy[i][name] = value
    end
  end
  return copy
end

-- Its folder is named after what it is, so that a sweep may grow.
local function name_of(configuration)
  local words = {}
  for _, name in ipairs(sorted_names(configuration)) do
    local value = configuration[name]
    local text = type(value) == "number" and core.number_text(value) or tostring(value)
    words[#words + 1] = name .. "=" .. text
  end
  return table.concat(words, ",")
end

local function configurations(vary)
  local list = type(vary[1]) == "table" and not check.list_problem(vary, "table")
  local all = list and copied(vary) or product(vary)
  if #all == 0 or next(all[1]) == nil then
    check.complain("bad argument #2 to 'sweep' (something that varies expected, got nothing)")
  end
  local seen = {}
  for _, one in ipairs(all) do
    local name = name_of(one)
    if seen[name] then check.complain("bad argument #2 to 'sweep' (%s is there twice)", name) end
    seen[name] = true
  end
  return all
end

-- One configuration --------------------------------------------------------------------------------

local function check_result(result, configuration, name)
  if type(result) ~= "table" then
    error(("%s: table of numbers expected as its result, got %s"):format(name, check.describe(result)), 0)
  end
  for key, value in pairs(result) do
    if type(key) ~= "string" or type(value) ~= "number" then
      error(("%s: numbers by names expected as its result, got %s as '%s'"):format(
        name, check.describe(value), tostring(key)), 0)
    elseif configuration[key] ~= nil then
      error(("%s: '%s' varies, and cannot be the name of a result, too"):format(name, key), 0)
    end
  end
end

local function perform(self, configuration)
  local name, own = name_of(configuration), {}
  for key, value in pairs(configuration) do own[key] = value end
  local folder = new_folder(self.folder .. "/" .. name)
  local result = self.run(own, folder)
  check_result(result, configuration, name)
  folder:write(RESULT, { configuration = configuration, result = result })
end

-- The numbers of a configuration that is done; nil if it is not.
local function result_of(self, configuration)
  local held = json.read(("%s/%s/%s"):format(self.folder, name_of(configuration), RESULT))
  local result = held and held.result
  for name, value in pairs(result or {}) do
    if type(value) ~= "number" then result[name] = 0 / 0 end -- as JSON has it
  end
  return result
end

local function missing_of(self)
  local list = {}
  for _, configuration in ipairs(self.configurations) do
    if not result_of(self, configuration) then list[#list + 1] = configuration end
  end
  return list
end

-- All of them --------------------------------------------------------------------------------------

-- In this program, one after the other.
local function in_turn(self, missing)
  for _, configuration in ipairs(missing) do
    local ok, problem = pcall(perform, self, configuration)
    if not ok and tostring(problem):find("interrupted!", 1, true) then error(problem, 0) end
    if not ok then
      table.insert(self.failed, { name = name_of(configuration), words = tostring(problem) })
    end
  end
end

-- The script itself, once for each, with its configuration in the environment.
local function side_by_side(self, missing, at_once)
  local list = {}
  for i, configuration in ipairs(missing) do
    local name = name_of(configuration)
    local folder = new_folder(self.folder .. "/" .. name)
    list[i] = {
      name = name, log = folder:path "log.txt", progress = folder:path "progress.json",
      command = {
        "env", ("%s=%s/%s"):format(ASKED, self.folder, name),
        ("OMP_NUM_THREADS=%d"):format(math.max(1, core.threads() // math.min(at_once, #missing))),
        arg[-1] or "rxlua", arg[0], table.unpack(arg),
      },
    }
  end
  for _, failure in ipairs(jobs(list, { at_once = at_once, noun = "configurations done" })) do
    table.insert(self.failed, { name = failure.job.name, words = failure.words })
  end
end

-- A child that was asked for one of these configurations does it, and ends.
local function answer(self)
  local asked = os.getenv(ASKED)
  for _, configuration in ipairs(self.configurations) do
    if asked == self.folder .. "/" .. name_of(configuration) then
      core.end_with_parent()
      perform(self, configuration)
      os.exit(true, true)
    end
  end
end

-- Columns of all that is done: what varied, then what was found.
local function gather(self)
  local columns, names, seen = {}, {}, {}
  for _, configuration in ipairs(self.configurations) do
    local result = result_of(self, configuration)
    if result then table.insert(self.rows, { configuration = configuration, result = result }) end
  end
  for _, part in ipairs { "configuration", "result" } do
    for _, row in ipairs(self.rows) do
      for _, name in ipairs(sorted_names(row[part])) do
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

local function tell(self)
  if #self.rows == 0 and #self.failed > 0 then
    local first = self.failed[1]
    error(("%s: none of %d configurations could be done; %s: %s"):format(
      self.folder, #self.failed, first.name, first.words), 0)
  end
  for _, failure in ipairs(self.failed) do
    io.stderr:write(("failed: %s: %s\n"):format(failure.name, failure.words))
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
--   script up to the sweep, so what stands before it should be cheap
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
  local o = check_options(options, { at_once = { "size", 1 } })
  local self = setmetatable({
    folder = folder, configurations = configurations(vary), run = run, failed = {}, rows = {},
  }, Sweep)
  answer(self)
  new_folder(folder)
  local _ <close> = hold(folder .. "/results.h5")
  local missing = missing_of(self)
  if #missing > 0 and o.at_once > 1 then
    side_by_side(self, missing, o.at_once)
  else
    in_turn(self, missing)
  end
  gather(self)
  store(self)
  tell(self)
  return self
end
