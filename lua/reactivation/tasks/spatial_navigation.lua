--- Spatial navigation: keep track of a position in a box from displacements alone.
--
-- A walk after Erdem & Hasselmo (2012), for a batch of animals at once. Each step moves by a
-- Rayleigh speed along the heading, and the heading turns by a normal angle; near a wall that lies
-- ahead the animal slows down and turns along it. In the biased task each step also moves a share
-- `drift` of the way to the anchor. Input: the displacement (m). Target: the activity of place
-- cells scattered over the box.
-- @module reactivation.tasks.spatial_navigation

local check = require "reactivation.check"
local core = require "reactivation.core"
local check_options = require "reactivation.check.options"
local coded = require "reactivation.tasks.coded"
local place_coded = require "reactivation.tasks.place_coded"
local public = require "reactivation.check.public"

local SpatialNavigation = {}
SpatialNavigation.__index = SpatialNavigation

-- Distance to the nearest wall, and the direction that points at it: 0, pi/2, pi or -pi/2.
local function nearest_wall(x, y, half)
  local off_x, off_y = half - x:abs(), half - y:abs()
  local beside = off_x:le(off_y) -- east or west
  local distance = beside:mul(off_x) + (1 - beside):mul(off_y)
  local east_west, north_south = math.pi * x:lt(0), math.pi / 2 - math.pi * y:lt(0)
  return distance, beside:mul(east_west) + (1 - beside):mul(north_south)
end

-- Speed and turn of animals that may be about to run into a wall.
local function avoid_wall(settings, x, y, heading, speed, turn)
  local distance, outward = nearest_wall(x, y, settings.box / 2)
  local angle = (heading - outward):wrap()
  local meets = distance:lt(settings.border):mul(angle:abs():lt(math.pi / 2))
  local along = (angle:gt(0) - angle:lt(0)):mul(math.pi / 2 - angle:abs())
  return speed:mul(1 - (1 - settings.border_speed) * meets), turn + meets:mul(along)
end

--- Walk through given random draws; the first step is a warm-up.
-- @function task:walk
-- @tab draws `start` (size x 2, m), `heading` (size x 1, rad); `speed` (m/s) and `turn` (rad/s),
--   each with one row a step, the warm-up included, and one column an animal
-- @return positions after the warm-up, size x 2
-- @return displacements of the steps after it, a sequence
-- @return positions after each of them, a sequence
function SpatialNavigation:walk(draws)
  check.method("walk", self, { "table", draws })
  check.matrices(1, "walk", draws, "start", "heading", "speed", "turn")
  local settings = self.settings
  local size, steps = draws.start.rows, draws.speed.rows - 1
  local displacements = core.matrix(steps * size, 2):as_sequence(steps)
  local positions = core.matrix(steps * size, 2):as_sequence(steps)
  local anchor = core.matrix { { settings.anchor_x, settings.anchor_y } }
  local function by_step(drawn) return drawn:reshape((steps + 1) * size, 1):as_sequence(steps + 1) end
  local speeds, turns = by_step(draws.speed), by_step(settings.dt * draws.turn)
  local position, heading, first = draws.start, draws.heading, nil
  for t = 0, steps do
    local speed, turn = avoid_wall(settings, position:column(1), position:column(2), heading,
                                   speeds:at(t + 1), turns:at(t + 1))
    local moved = (settings.dt * speed):mul(core.join { heading:cos(), heading:sin() })
    if settings.biased then moved = moved + settings.drift * (anchor - position) end
    position, heading = position + moved, (heading + turn):wrap()
    if t == 0 then
      first = position
    else
      displacements:at(t):copy(moved)
      positions:at(t):copy(position)
    end
  end
  return first, displacements, positions
end

--- The random draws of a batch of walks, for `walk`.
-- @function task:draw
-- @int size animals
-- @param rng generator
-- @treturn table `start`, `heading`, `speed`, `turn`
function SpatialNavigation:draw(size, rng)
  check.method("draw", self, { "size", size }, { "generator", rng })
  local settings = self.settings
  local half, rows = settings.box / 2, settings.steps + 1
  return {
    start = rng:uniform(size, 2, -half, half),
    heading = rng:uniform(size, 1, -math.pi, math.pi),
    speed = rng:rayleigh(rows, size, settings.speed),
    turn = rng:normal(rows, size, 0, settings.turn_sd),
  }
end

--- A batch of trials.
-- @function task:batch
-- @int size trials
-- @param rng generator
-- @treturn table `init`, `inputs`, `code` and `truth`, the positions (m), for `net:gradient`; `targets`
function SpatialNavigation:batch(size, rng)
  check.method("batch", self, { "size", size }, { "generator", rng })
  local first, displacements, positions = self:walk(self:draw(size, rng))
  return coded {
    init = self.cells:encode(first),
    inputs = displacements,
    code = self.cells,
    truth = positions,
  }
end

--- Positions (m) from the network's outputs: the mean of the centres of the three most active cells.
-- @function task:decode
-- @param outputs rows x cells
-- @return rows x 2
SpatialNavigation.decode = place_coded.decode

public.methods(SpatialNavigation)

--- The spatial-navigation task.
-- @function rx.tasks.spatial_navigation
-- @tab options steps (100), cells (512), width (0.2 m), tuning (as for
--   `rx.place_cells`), speed (0.26 pi m/s, the scale of the Rayleigh law), turn_sd
--   (11.52 rad/s), dt (0.02 s), box (2.2 m, its side), border (0.03 m from the wall), border_speed
--   (0.25, the share of the speed that is kept there), biased (false), drift (0.05 of the way to the
--   anchor a step), anchor_x and anchor_y (0 m), rng (scatters the place cells; seed 0)
-- @return a task
-- @usage local task = rx.tasks.spatial_navigation { steps = 100, biased = true, rng = rx.random(1) }
return function(options)
  local settings = check_options(options, {
    steps = { "size", 100 },
    cells = { "size", 512 },
    width = { "positive", 0.2 },
    tuning = { core.place_tunings, core.place_tunings[1] },
    speed = { "positive", 0.26 * math.pi },
    turn_sd = { "positive", 11.52 },
    dt = { "positive", 0.02 },
    box = { "positive", 2.2 },
    border = { "positive", 0.03 },
    border_speed = { "positive", 0.25 },
    biased = { "boolean", false },
    drift = { "positive", 0.05 },
    anchor_x = { "number", 0 },
    anchor_y = { "number", 0 },
    rng = { "generator" },
  })
  return setmetatable(place_coded.new(settings), SpatialNavigation)
end
