-- What all experiments of the paper share: their options, the networks that these ask for, and the phases.

local configurations = require "reactivation.sweeps.configurations"
local core = require "reactivation.core"
local experiment = require "reactivation.runs.experiment"
local phases = require "reactivation.networks.phases"
local paper = require "krishna2024.paper"
local settings = require "krishna2024.settings"
local trained = require "krishna2024.trained"

local study = {}

local ZERO = "(0: as in the paper, or quick)"

-- The options that the experiments share, and that experiments/paper.lua passes on to them, for
-- `rx.experiment` and `rx.arguments`.
-- @string[opt] task whose networks are trained; without, its lengths are 0
-- @treturn table name of an option -> the option
function study.options(task)
  local values, quick = paper[task] or { units = 0, batches = 0 }, paper.quick[task] or {}
  local least, zero = task and 1 or 0, task and "" or " " .. ZERO
  return {
    setting = { "setting", "tonic", "noise and biases: text, code or tonic", choices = paper.settings,
                word = "%s", always = true },
    cell = { "cell", paper.cells[1], "kind of network: " .. table.concat(paper.cells, " or "),
             choices = paper.cells, word = "%s" },
    seed = { "seed", 0, "seed of all random numbers", also = "seeds", word = "seed%d", always = true },
    seeds = { "seeds", { 0 }, "seeds of the networks, such as 0,1,2,3,4" },
    units = { "units", values.units, "units of a network" .. zero, least = least },
    batches = { "batches", values.batches, "length of a training" .. zero, least = least },
    sigma = { "sigma", values.sigma, "noise on the state, per square root of a second", least = 0 },
    biased = { "biased", false, "the biased form of the task", word = "biased" },
    quick = { "quick", false, "small networks, short trainings and comparisons: minutes", word = "quick",
              preset = { units = quick.units, batches = quick.batches, networks = "results/quick" } },
    networks = { "networks", "results/networks", "folder of the trained networks" },
    settings = task and settings.options(task), -- a list of all else
  }
end

-- Begin an experiment, as `rx.experiment`. Where sizes, noises or lengths of training vary, which the names
-- of networks do not tell, these lie in a folder for each.
function study.experiment(name, description, options)
  local begun = experiment(name, description, options)
  local varied, own = begun.configuration and begun.configuration.values or {}, {}
  for _, word in ipairs { "units", "sigma", "batches" } do own[word] = varied[word] end
  local opt = begun.options
  if next(own) and opt.networks ~= "" then opt.networks = opt.networks .. "/" .. configurations.name(own) end
  return begun
end

-- Units and batches of the networks of a task where options may leave them at 0.
function study.lengths(task, opt)
  local values = (opt.quick and paper.quick or paper)[task]
  return {
    units = opt.units > 0 and opt.units or values.units,
    batches = opt.batches > 0 and opt.batches or values.batches,
  }
end

-- The title of what an experiment found.
function study.title(what, opt)
  return ("%s, %s, %d batches"):format(what, opt.setting, opt.batches)
end

local FROM_OPTIONS = { "setting", "cell", "units", "sigma", "batches", "networks" }

-- A network, trained or taken from its folder.
-- @tab opt options of an experiment
-- @tab which the task, and what else tells this network from others, as for `krishna2024.trained`
-- @treturn table run
function study.network(opt, which)
  local all = {}
  for _, name in ipairs(FROM_OPTIONS) do all[name] = opt[name] end
  for _, option in ipairs(settings.options(which.task)) do
    local value = opt[option[1]]
    if value ~= "" then all[option[1]] = value end
  end
  for name, value in pairs(which) do all[name] = value end
  return trained(all)
end

-- A generator for what is measured, far from the numbers of the training.
function study.generator(seed)
  return core.random(seed, 1 << 57)
end

-- Both phases of a network, as `rx.phases` gives them, always under the same numbers.
-- @tab run of `krishna2024.trained`
-- @tab how trials, steps, noise, keep
function study.phases(run, how)
  how.rng = study.generator(run.net.rng.seed)
  return phases.both(run.net, run.task, how)
end

return study
