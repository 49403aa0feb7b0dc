-- What may be set of the paper's tasks, networks and trainings beside what its figures differ in; and what a
-- network is called.

local activation = require "reactivation.cells.activation"
local core = require "reactivation.core"
local paper = require "krishna2024.paper"

local tasks = {
  head_direction = require "reactivation.tasks.head_direction",
  spatial_navigation = require "reactivation.tasks.spatial_navigation",
}

local settings = { tasks = tasks }

-- Each: name, and what it is; of the task (by its own defaults), of the network, of the training.

local TASK = {
  head_direction = {
    { "steps", "steps of a trial" }, { "cells", "head-direction cells" },
    { "width", "width of their tuning (rad)" },
    { "tuning", "its form", choices = core.head_direction_tunings },
    { "turn_sd", "standard deviation of the angular velocity (rad/s)" },
    { "pull", "pull towards the bearing 0 (rad a step; 0: none)", default = 0.0 },
  },
  spatial_navigation = {
    { "steps", "steps of a trial" }, { "cells", "place cells" }, { "width", "width of their tuning (m)" },
    { "tuning", "its form", choices = core.place_tunings },
    { "speed", "scale of the Rayleigh law of the speed (m/s)" },
    { "turn_sd", "standard deviation of the angular velocity (rad/s)" },
    { "box", "side of the box (m)" }, { "border", "distance from a wall that is avoided (m)" },
    { "border_speed", "share of the speed that is kept there" },
    { "drift", "share of the way to the anchor that a biased step goes" },
    { "anchor_x", "the anchor (m)" }, { "anchor_y", "the anchor (m)" },
  },
}

local NETWORK = {
  { "dt", "length of a step (s)" }, { "tau", "time constant (s)" },
  { "activation", "of the units (relu; of a GRU tanh)", choices = activation.names, default = "" },
  { "input_sigma", "noise on the input, per square root of a second", default = 0.0 },
  { "output_sigma", "noise on the output, per square root of a second", default = 0.0 },
}

local TRAINING = { { "size", "trials of a batch" }, { "rate", "of Adam" } }

-- Those of a task: a list of { name, default, help }, as options of `rx.experiment`.
local function options_of(task)
  local list, own = {}, tasks[task] {}.settings
  for _, part in ipairs { TASK[task], NETWORK, TRAINING } do
    for _, setting in ipairs(part) do
      local name, help = setting[1], setting[2]
      local default = setting.default or paper[task][name] or own[name]
      local counted = name == "steps" or name == "cells" or name == "size"
      if type(default) == "number" and not counted then default = default + 0.0 end
      list[#list + 1] = {
        name, default, help, choices = setting.choices,
        word = name .. (type(default) == "string" and "-%s" or "%g"),
      }
    end
  end
  return list
end

local lists = {}

-- The same, made once.
function settings.options(task)
  lists[task] = lists[task] or options_of(task)
  return lists[task]
end

-- What a set of options says of them, 0 and "" for nothing; defaults fill the rest in.
-- @string task
-- @tab o options
-- @treturn table name -> value
function settings.values(task, o)
  local values = {}
  for _, option in ipairs(settings.options(task)) do
    local value = o[option[1]]
    if value == nil then value = option[2] end
    if value ~= "" and not (option[1] == "pull" and value == 0) then values[option[1]] = value end
  end
  return values
end

-- What tells a network from all others of the same size, noise and length of training.
-- @tab o options of `krishna2024.trained`
function settings.name(o)
  local words = { o.task, o.setting }
  if o.cell ~= paper.cells[1] then words[#words + 1] = o.cell end
  if o.biased then words[#words + 1] = "biased" end
  if not o.noisy then words[#words + 1] = "noiseless" end
  for _, option in ipairs(settings.options(o.task)) do
    local value = o[option[1]]
    if value ~= nil and value ~= option[2] then
      words[#words + 1] = option[1] .. (type(value) == "number" and core.number_text(value) or "-" .. value)
    end
  end
  words[#words + 1] = ("seed%d"):format(o.seed)
  return table.concat(words, "-")
end

local function take(list, values)
  local some = {}
  for _, setting in ipairs(list) do some[setting[1]] = values[setting[1]] end
  return some
end

-- The options of the task's and of the network's constructor that they make.
function settings.of_task(task, values)
  local some = take(TASK[task], values)
  some.dt = values.dt
  return some
end

function settings.of_network(values)
  return take(NETWORK, values)
end

return settings
