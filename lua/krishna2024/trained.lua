--- Networks of the paper, each trained once and kept in a folder of its own.
-- @module krishna2024.trained

local check = require "reactivation.check"
local core = require "reactivation.core"
local check_options = require "reactivation.check.options"
local hold = require "reactivation.files.hold"
local lfs = require "lfs"
local new_folder = require "reactivation.runs.folder"
local paper = require "krishna2024.paper"
local settings = require "krishna2024.settings"
local shipped = require "krishna2024.shipped"
local train = require "reactivation.training.train"

check.library() -- a mistake is told with the line of the caller outside this folder

local cells = {}
for _, name in ipairs(paper.cells) do cells[name] = require("reactivation.cells." .. name) end

local known_options = {
  task = { paper.tasks, required = true },
  cell = { paper.cells, paper.cells[1] },
  setting = { paper.settings, "tonic" },
  seed = { "integer", 0 },
  biased = { "boolean", false },
  noisy = { "boolean", true },
  untrained = { "boolean", false },
  sigma = { "number" },
  units = { "size" },
  batches = { "size" },
  networks = { "string", "results/networks" },
  folder = { "string" },
  shipped = { "boolean", true },
  progress = { "progress", true },
}

-- The options of a task: those of every network, and its settings.
local function known_of(task)
  local known = {}
  for name, option in pairs(known_options) do known[name] = option end
  for _, option in ipairs(settings.options(task)) do
    known[option[1]] = { option.choices or type(option[2]) == "number" and "number" or "string" }
  end
  return known
end

local function build(o)
  local rng, values = core.random(o.seed), settings.values(o.task, o)
  local task_options = settings.of_task(o.task, values)
  task_options.biased = o.biased
  if o.task == "spatial_navigation" then task_options.rng = rng end
  local task = settings.tasks[o.task](task_options)
  local law, options = paper.noise[o.setting], settings.of_network(values)
  for name, value in pairs {
    inputs = task.inputs, units = o.units, outputs = task.outputs, init = task.init,
    sigma = o.noisy and o.sigma or 0, noise = law.noise, bias = law.bias, rng = rng,
  } do options[name] = value end
  return cells[o.cell](options), task, values
end

--- A network of the paper, with its task: taken from its folder; or one that comes along with rxlua, if
-- there is one that was trained in just this way, and its folder holds none; or trained, and kept in its
-- folder. A training that was interrupted goes on. The folder holds checkpoint.h5, history.h5 and
-- training.json.
-- @function krishna2024.trained
-- @tab options task ("head_direction" or "spatial_navigation"), cell ("rnn" or "gru"), setting
--   ("text", "code", "tonic"), seed (0), biased (false), noisy (true), untrained (false: its first
--   weights, and nothing is kept); sigma, units, batches, and of the task, the network and the training all
--   that `--help` of an experiment tells of, such as tau, box or rate, by default the paper's; networks, the
--   folder that holds all of them ("results/networks"), or folder, this one's own; shipped (true: a network
--   that comes along will do); progress (true), as for `rx.train`
-- @treturn table `net`, `task`, `history` (absent if untrained), `name`, and `folder`, or for a network that
--   comes along `path`, its file
-- @usage
--   local run = krishna2024.trained { task = "head_direction", units = 8, batches = 3, networks = "nets" }
return function(options)
  local task_name = type(options) == "table" and options.task
  local o = check_options(options, paper.quick[task_name] and known_of(task_name) or known_options)
  for _, name in ipairs { "sigma", "units", "batches" } do o[name] = o[name] or paper[o.task][name] end

  local net, task, values = build(o)
  local run = { net = net, task = task, name = settings.name(o) }
  if o.untrained then return run end

  local place = o.folder or o.networks .. "/" .. run.name
  local own = lfs.attributes(place .. "/checkpoint.h5", "mode")
  if o.shipped and not own and shipped.take(run, o.batches, o.progress) then return run end

  local folder = new_folder(place)
  run.folder = folder
  local training = {
    task = o.task, cell = o.cell, setting = o.setting, seed = o.seed, biased = o.biased, noisy = o.noisy,
    sigma = o.sigma, units = o.units, batches = o.batches,
  }
  for _, option in ipairs(settings.options(o.task)) do
    if o[option[1]] ~= option[2] then training[option[1]] = o[option[1]] end
  end
  folder:announce("training.json", training)
  local _ <close> = hold(folder:path "training.json", math.huge) -- another program may want it, too
  run.history = train(net, task, {
    batches = o.batches, size = values.size, optimizer = core.adam { rate = values.rate },
    checkpoint = folder:path "checkpoint.h5", progress = o.progress,
  })
  folder:write("training.json", training)
  folder:save("history.h5", run.history)
  return run
end
