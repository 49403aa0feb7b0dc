-- What tasks of positions in a box share: place cells that lie scattered over it, and how to read them.

local check = require "reactivation.check"
local core = require "reactivation.core"

local place_coded = {}

-- Positions (m) from the network's outputs: the mean of the centres of the three most active cells.
function place_coded.decode(task, outputs)
  check.method("decode", task, { "matrix", outputs })
  return task.cells:decode(outputs)
end

-- A task with cells in a box around 0: its settings hold `box`, the side, `cells`, `width`, `tuning` and
-- perhaps `rng`.
function place_coded.new(settings)
  local rng = settings.rng or core.random(0)
  -- where the cells lie belongs to what a checkpoint is compared with; a generator does not
  settings.rng, settings.cells_seed, settings.cells_position = nil, rng.seed, rng.position
  local half = settings.box / 2
  local cells = core.place_cells {
    centers = rng:uniform(settings.cells, 2, -half, half), width = settings.width, tuning = settings.tuning,
  }
  return {
    settings = settings,
    cells = cells,
    inputs = 2,
    outputs = settings.cells,
    init = settings.cells,
    unit = "m",
  }
end

return place_coded
