--- An experiment: its options, a folder for what it finds, and its ending.
-- @module reactivation.experiment
-- @pragma nostrip

local core = require "reactivation.core"
local arguments = require "reactivation.runs.arguments"
local check = require "reactivation.check"
local configurations = require "reactivation.sweeps.configurations"
local figure = require "reactivation.figures.figure"
local new_folder = require "reactivation.runs.folder"
local one = require "reactivation.sweeps.one"
local program = require "reactivation.sweeps.program"
local public = require "reactivation.check.public"
local report = require "reactivation.runs.report"
local together = require "reactivation.sweeps.together"

local Experiment = {}
Experiment.__index = Experiment

-- results/NAME, and in it what tells this run from others; of a sweep also the names that vary.
local function folder_name(name, options, values, varying)
  local words = {}
  for _, option in ipairs(options) do
    local value = values[option[1]]
    local told = (option.always or value ~= option[2]) and value ~= nil and type(value) ~= "table"
    if option.word and told then words[#words + 1] = option.word:format(value) end
  end
  if varying then words[#words + 1] = "by-" .. varying end
  local folder = "results/" .. name
  return #words > 0 and folder .. "/" .. table.concat(words, "-") or folder
end

--- Draw a figure into the folder. Where that fails, `experiment:finish` says so.
-- @function experiment:draw
-- @string name of the file
-- @tab panels as for `rx.figure`
function Experiment:draw(name, panels)
  local drawn, problem = figure(panels, self.folder:path(name))
  self.figures[#self.figures + 1] = name
  if not drawn then self.problem = self.problem or problem end
end

--- Print and store what was found, store the configuration and, in machine.json, what `rx.machine` tells; say
-- where the figures are; it raises if one could not be drawn.
-- @function experiment:finish
-- @string title
-- @tab rows as for `rx.report`
-- @tab[opt] columns as for `rx.report`
function Experiment:finish(title, rows, columns)
  self.folder:write("configuration.json", self.options)
  self.folder:write("machine.json", core.machine())
  report(self.folder, title, rows, columns)
  if self.configuration then one.finish(self.configuration, self.folder, together.numbers(rows, columns)) end
  if self.problem then error("no figure: " .. self.problem, 0) end
  for _, name in ipairs(self.figures) do print("figure: " .. self.folder:path(name)) end
end

public.methods(Experiment)

-- The options, each of which takes several values where its kind allows that, and `out`.
local function with_many(options, name)
  local all = { sweep = true }
  for i, option in ipairs(options) do
    all[i] = {}
    for key, value in pairs(option) do all[i][key] = value end
    all[i].many = type(option[2]) ~= "table" and type(option[2]) ~= "boolean"
  end
  all[#all + 1] = { "out", "", ("folder of what it finds (results/%s...)"):format(name) }
  return all
end

-- The options of which several values were given, and then also lists: name -> list; nil if there is none.
local function varied(options, values)
  local vary, lists = {}, {}
  for _, option in ipairs(options) do
    local name = option[1]
    if type(values[name]) == "table" then
      local into = type(option[2]) == "table" and lists or vary
      into[name] = values[name]
    end
  end
  if next(vary) == nil then return nil end
  for name, list in pairs(lists) do vary[name] = list end
  return vary
end

-- One of the combinations, with what the script is to be given; or all of them, in other programs.
local function begin_one(name, options, values, vary)
  local names = table.concat(configurations.sorted_names(vary), "-")
  local folder = values.out ~= "" and values.out or folder_name(name, options, values, names)
  local c, own, held = together.asked(folder, vary)
  if not c then
    local fixed = {}
    for key, value in pairs(values) do
      if not vary[key] and key ~= "out" then fixed[key] = value end
    end
    together.perform(name, new_folder(folder), vary, fixed)
  end
  for _, option in ipairs(options) do
    local value = c.values[option[1]]
    if value ~= nil then values[option[1]] = type(option[2]) == "table" and { value } or value end
  end
  values.out = own.name
  return c, held
end

--- Begin an experiment: read its options and make its folder, which holds configuration.json and later
-- numbers.json and the figures.
-- @function rx.experiment
-- @string name
-- @string description
-- @tab options as for `rx.arguments`; `word`, a format, puts an option's value into the folder's name,
--   results/NAME/WORD-WORD..., where it is not the default, or `always`. An option `out` is added, which
--   names another folder. Numbers and choices may be given several values, `--seed 0..4 --size 10,20`: then
--   each combination is done, by a program of its own, in a folder of its own, and this one gathers what they
--   found into a table, results.csv and results.h5, and a figure with error bars, results.svg, and ends.
--   Lists among the options are then taken apart, too. Such a sweep understands `--list`, `--slurm` and
--   `--status`, as that of `rx.sweep`
-- @tab[opt] words the command line; by default the program's own
-- @return experiment: `options`, name -> value; `folder`; `draw` and `finish`
-- @usage local experiment = rx.experiment("mine", "Draws noise.", { { "seed", 0, "seed", word = "seed%d" } })
-- experiment:draw("noise.svg", { { "curve", rx.curves({ 1, 2 }, { { 0.1, 0.2 } }) } })
-- experiment:finish("my experiment", { { "mean", { 0.15 } } })
return function(name, description, options, words)
  check.argument("string", 1, "experiment", name)
  check.argument("string", 2, "experiment", description)
  check.list("table", 3, "experiment", options)
  local all = with_many(options, name)
  local values = arguments(description, all, words)
  local vary = varied(all, values)
  local asked = not vary and program.asked()
  if asked then
    io.stderr:write("Error: --", asked, ": nothing varies; give an option several values: --seed 0,1\n")
    os.exit(1)
  end
  local configuration, held
  if vary then configuration, held = begin_one(name, all, values, vary) end
  if values.out == "" then values.out = folder_name(name, options, values) end
  local folder = new_folder(values.out)
  folder:announce("configuration.json", values)
  return setmetatable({
    options = values, folder = folder, figures = {}, configuration = configuration, held = held,
  }, Experiment)
end
