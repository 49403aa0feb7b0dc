--- Networks of the paper, each trained once and kept in a folder of its own.
-- @module krishna2024.trained

local check = require "reactivation.check"
local core = require "reactivation.core"
local check_options = require "reactivation.check.options"
local new_folder = require "reactivation.runs.folder"
local paper = require "krishna2024.paper"
local train = require "reactivation.training.train"

check.library() -- a mistake is told with the line of the caller outside this folder

local cells = { rnn = require "reactivation.cells.rnn", gru = require "reactivation.cells.gru" }

local tasks = {
  head_direction = require "reactivation.tasks.head_direction",
  spatial_navigation = require "reactivation.tasks.spatial_navigation",
}

local known_options = {
  task = { paper.tasks, required = true },
  cell = { { "rnn", "gru" }, "rnn" },
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
  progress = { "progress", true },
}

-- What tells a network from all others of the same length of training.
local function name_of(o)
  local words = { o.task, o.setting }
  if o.cell ~= "rnn" then words[#words + 1] = o.cell end
  if o.biased then words[#words + 1] = "biased" end
  if not o.noisy then words[#words + 1] = "noiseless" end
  words[#words + 1] = ("seed%d"):format(o.seed)
  return table.concat(words, "-")
end

local function build(o, values)
  local rng = core.random(o.seed)
  local task_options = {
    steps = values.steps, cells = values.cells, width = values.width, dt = values.dt, biased = o.biased,
  }
  if o.task == "spatial_navigation" then task_options.rng = rng end
  local task = tasks[o.task](task_options)
  local law = paper.noise[o.setting]
  local net = cells[o.cell] {
    inputs = task.inputs, units = o.units, outputs = task.outputs, init = task.init,
    dt = values.dt, tau = values.tau, sigma = o.noisy and o.sigma or 0,
    noise = law.noise, bias = law.bias, rng = rng,
  }
  return net, task
end

--- A network of the paper, with its task, trained or taken from its folder; a training that was
-- interrupted goes on. The folder holds checkpoint.h5, history.h5 and training.json.
-- @function krishna2024.trained
-- @tab options task ("head_direction" or "spatial_navigation"), cell ("rnn" or "gru"), setting
--   ("text", "code", "tonic"), seed (0), biased (false), noisy (true), untrained (false: its first
--   weights, and nothing is kept); sigma, units and batches, by default the paper's; networks, the
--   folder that holds all of them ("results/networks"), or folder, this one's own; progress (true), as for
--   `rx.train`
-- @treturn table `net`, `task`, `history` (absent if untrained), `name`, `folder`
-- @usage
--   local run = krishna2024.trained { task = "head_direction", units = 8, batches = 3, networks = "nets" }
return function(options)
  local o = check_options(options, known_options)
  local values = paper[o.task]
  for _, name in ipairs { "sigma", "units", "batches" } do o[name] = o[name] or values[name] end

  local net, task = build(o, values)
  local run = { net = net, task = task, name = name_of(o) }
  if o.untrained then return run end

  local folder = new_folder(o.folder or o.networks .. "/" .. run.name)
  run.folder = folder
  local training = {
    task = o.task, cell = o.cell, setting = o.setting, seed = o.seed, biased = o.biased, noisy = o.noisy,
    sigma = o.sigma, units = o.units, batches = o.batches,
  }
  folder:announce("training.json", training)
  run.history = train(net, task, {
    batches = o.batches, size = values.size, optimizer = core.adam { rate = values.rate },
    checkpoint = folder:path "checkpoint.h5", progress = o.progress,
  })
  folder:write("training.json", training)
  folder:save("history.h5", run.history)
  return run
end
