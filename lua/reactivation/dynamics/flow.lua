--- The flow of a network at rest, seen on the plane of two principal components.
-- @module reactivation.flow

local check = require "reactivation.check"
local check_options = require "reactivation.check.options"
local core = require "reactivation.core"
local principal = require "reactivation.analysis.pca"
local steps = require "reactivation.dynamics.steps"

local MARGIN = 0.15 -- of the states' extent, on each side
local LENGTH = 0.75 -- of an arrow, in steps of the grid

-- Points of a grid around those of a plane: points^2 x 2; and its step along each axis.
local function grid_about(plane, points)
  local low, high = plane:min("rows"), plane:max("rows")
  local reach = (high - low) * (1 + 2 * MARGIN)
  local first, step = low - MARGIN * (high - low), reach / (points - 1)
  local grid = core.matrix(points * points, 2)
  for i = 0, points - 1 do
    for j = 0, points - 1 do
      grid:set(i * points + j + 1, 1, first:get(1, 1) + j * step:get(1, 1))
      grid:set(i * points + j + 1, 2, first:get(1, 2) + i * step:get(1, 2))
    end
  end
  local narrow, wide = step:min(), step:max()
  if narrow <= 1e-6 * wide then check.complain("states that vary in two directions expected") end
  return grid, narrow
end

-- Tail, movement and colour of each arrow: the direction alone, centred, and the logarithm of the distance.
local function arrows_of(grid, moved, step)
  local rows = {}
  for i = 1, grid.rows do
    local x, y, u, v = grid:get(i, 1), grid:get(i, 2), moved:get(i, 1), moved:get(i, 2)
    local size = math.sqrt(u * u + v * v)
    if size > 0 then
      local dx, dy = LENGTH * step * u / size, LENGTH * step * v / size
      rows[#rows + 1] = { x - dx / 2, y - dy / 2, dx, dy, math.log(size, 10) }
    end
  end
  if #rows == 0 then check.complain("the network stands still everywhere on the plane: no arrows to draw") end
  return core.matrix(rows)
end

-- Where slow points lie on the plane, and 1 or 2 as they are stable or not.
local function points_of(pca, slow)
  local kind = core.matrix(slow.states.rows, 1)
  for k, stable in ipairs(slow.stable) do kind:set(k, 1, stable and 1 or 2) end
  return core.join { pca:project(slow.states, 2), kind }
end

-- What was found about states of as many columns.
local function check_found(o, cols)
  local function fits(m) return check.is_matrix(m) and m.cols == cols end
  if o.slow and not (fits(o.slow.states) and type(o.slow.stable) == "table") then
    check.complain("bad option 'slow' (what rx.slow_points gives of this network expected)")
  end
  if o.pca and not (check.can(o.pca, "project") and fits(o.pca.components)) then
    check.complain("bad option 'pca' (what rx.pca gives of states of %d columns expected)", cols)
  end
end

--- Where a network at rest goes from the points of a plane: that of the first two principal components of its
-- states, through their mean. What the picture leaves out is the movement across the plane.
-- @function rx.flow
-- @param net
-- @tparam matrix|table states such as waking states, from which the plane is found
-- @tab[opt] options `points` of the grid along each side (15); `pca`, other principal components; `slow`,
--   what `rx.slow_points` gave, to be drawn as well
-- @treturn table for `rx.figure`: `arrows`, with the logarithm of the distance of a step as their colour, and
--   perhaps `points`
-- @usage rx.figure("arrows", rx.flow(net, states, { slow = rx.slow_points(net, states) }), "flow.svg")
return function(net, states, options)
  check.argument("network", 1, "flow", net)
  local all = steps.states(net, states, 2, "flow")
  local o = check_options(options, { points = { "size", 15 }, pca = { "table" }, slow = { "table" } })
  check_found(o, all.cols)
  if o.points < 2 then check.complain("bad option 'points' (whole number of at least 2 expected, got 1)") end
  local pca = o.pca or principal.pca(all)
  local grid, step = grid_about(pca:project(all, 2), o.points)
  local drift = core.drift(steps.of(net, false), grid * pca.components:slice(1, 2) + pca.mean)
  local moved = drift * pca.components:slice(1, 2):t()
  return {
    arrows = arrows_of(grid, moved, step), cblabel = "log_{10}(step)",
    points = o.slow and o.slow.states.rows > 0 and points_of(pca, o.slow) or nil,
  }
end
