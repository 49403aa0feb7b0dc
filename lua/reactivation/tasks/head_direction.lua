--- Head direction: keep track of a bearing from angular velocity alone.
--
-- The bearing starts anywhere on the circle and each step turns by a normal angle of standard
-- deviation `turn_sd * dt`; in the biased task by its absolute value, always counter-clockwise. With
-- `pull` = a each step also turns it by -a sin(bearing), towards 0: bearings then settle at the von Mises
-- density of concentration 2 a / (turn_sd dt)^2, to the first order in a.
-- Input: the turn in radians. Target: the activity of head-direction cells.
-- @module reactivation.tasks.head_direction

local check = require "reactivation.check"
local core = require "reactivation.core"
local check_options = require "reactivation.check.options"
local coded = require "reactivation.tasks.coded"
local public = require "reactivation.check.public"

local HeadDirection = {}
HeadDirection.__index = HeadDirection

-- Add to turns, a sequence, what pulls the bearing towards 0 at each step.
local function pull_home(turns, start, pull)
  local bearing = start
  for t = 1, turns.steps do
    local turn = turns:at(t)
    turn:copy(turn - pull * bearing:sin())
    bearing = bearing + turn
  end
end

--- A batch of trials.
-- @function task:batch
-- @int size trials
-- @param rng generator
-- @treturn table `init`, `inputs`, `code` and `truth`, the bearings, for `net:gradient`; `targets`
function HeadDirection:batch(size, rng)
  check.method("batch", self, { "size", size }, { "generator", rng })
  local steps, settings = self.settings.steps, self.settings
  local start = rng:uniform(size, 1, -math.pi, math.pi)
  local turns = rng:normal(steps * size, 1, 0, settings.turn_sd * settings.dt):as_sequence(steps)
  if settings.biased then turns = turns:abs() end
  if settings.pull then pull_home(turns, start, settings.pull) end
  local bearings = (turns:cumsum() + start):wrap()
  return coded {
    init = self.cells:encode(start),
    inputs = turns,
    code = self.cells,
    truth = bearings,
  }
end

--- Bearings (rad) from the network's outputs.
-- @function task:decode
-- @param outputs rows x cells
-- @return rows x 1
function HeadDirection:decode(outputs)
  check.method("decode", self, { "matrix", outputs })
  return self.cells:decode(outputs)
end

--- Angles (rad, from 0 to pi) between decoded bearings and the truth.
-- @function task:distance
-- @param decoded rows x 1
-- @param truth rows x 1
-- @return rows x 1
function HeadDirection:distance(decoded, truth)
  check.method("distance", self, { "matrix", decoded }, { "matrix", truth })
  return (decoded - truth):wrap():abs()
end

public.methods(HeadDirection)

--- The head-direction task.
-- @function rx.tasks.head_direction
-- @tab options steps (100), cells (512), width (pi/6 rad), tuning (as for
--   `rx.head_direction_cells`), turn_sd (11.52 rad/s), dt (0.02 s), biased (false), pull (none; rad a step)
-- @return a task
-- @usage local task = rx.tasks.head_direction { steps = 100, biased = true }
return function(options)
  local settings = check_options(options, {
    steps = { "size", 100 },
    cells = { "size", 512 },
    width = { "positive", math.pi / 6 },
    tuning = { core.head_direction_tunings, core.head_direction_tunings[1] },
    turn_sd = { "positive", 11.52 },
    dt = { "positive", 0.02 },
    biased = { "boolean", false },
    pull = { "positive" },
  })
  local cells = core.head_direction_cells {
    cells = settings.cells, width = settings.width, tuning = settings.tuning,
  }
  return setmetatable({
    settings = settings,
    cells = cells,
    inputs = 1,
    outputs = settings.cells,
    init = settings.cells,
    unit = "rad",
  }, HeadDirection)
end
