--- An experiment: its options, a folder for what it finds, and its ending.
-- @module reactivation.experiment
-- @pragma nostrip

local core = require "reactivation.core"
local arguments = require "reactivation.runs.arguments"
local check = require "reactivation.check"
local figure = require "reactivation.figures.figure"
local new_folder = require "reactivation.runs.folder"
local public = require "reactivation.check.public"
local report = require "reactivation.runs.report"

local Experiment = {}
Experiment.__index = Experiment

-- results/NAME, and in it what tells this run from others.
local function folder_name(name, options, values)
  local words = {}
  for _, option in ipairs(options) do
    local value = values[option[1]]
    local told = option.always or value ~= option[2]
    if option.word and told then words[#words + 1] = option.word:format(value) end
  end
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
  if self.problem then error("no figure: " .. self.problem, 0) end
  for _, name in ipairs(self.figures) do print("figure: " .. self.folder:path(name)) end
end

public.methods(Experiment)

--- Begin an experiment: read its options and make its folder, which holds configuration.json and later
-- numbers.json and the figures.
-- @function rx.experiment
-- @string name
-- @string description
-- @tab options as for `rx.arguments`; `word`, a format, puts an option's value into the folder's name,
--   results/NAME/WORD-WORD..., where it is not the default, or `always`. An option `out` is added, which
--   names another folder
-- @tab[opt] words the command line; by default the program's own
-- @return experiment: `options`, name -> value; `folder`; `draw` and `finish`
-- @usage local experiment = rx.experiment("mine", "Draws noise.", { { "seed", 0, "seed", word = "seed%d" } })
-- experiment:draw("noise.svg", { { "curve", rx.curves({ 1, 2 }, { { 0.1, 0.2 } }) } })
-- experiment:finish("my experiment", { { "mean", { 0.15 } } })
return function(name, description, options, words)
  check.argument("string", 1, "experiment", name)
  check.argument("string", 2, "experiment", description)
  check.list("table", 3, "experiment", options)
  local all = table.move(options, 1, #options, 1, {})
  all[#all + 1] = { "out", "", ("folder of what it finds (results/%s...)"):format(name) }
  local values = arguments(description, all, words)
  if values.out == "" then values.out = folder_name(name, options, values) end
  local folder = new_folder(values.out)
  folder:announce("configuration.json", values)
  return setmetatable({ options = values, folder = folder, figures = {} }, Experiment)
end
