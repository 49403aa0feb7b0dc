--- What was computed, as the scripts of plots/ take it.
-- @module reactivation.pictures

local check = require "reactivation.check"
local core = require "reactivation.core"

local pictures = {}

--- Some trials of a sequence for plots/trajectories.gp, evenly chosen among all.
-- @param sequence steps x trials x features, such as x and y
-- @int trials how many
-- @return matrix with a row a step and trial: the features, and the number of the trajectory
-- @usage local walk = rng:normal(60, 2, 0, 0.1):as_sequence(20)
-- rx.figure("trajectories", { paths = rx.paths(walk, 3) }, "paths.svg")
function pictures.paths(sequence, trials)
  local is_sequence = check.is_matrix(sequence) and sequence.steps and sequence.rows > 0
  check.that(is_sequence, 1, "paths", "sequence", sequence)
  check.argument("size", 2, "paths", trials)
  local rows = {}
  trials = math.min(trials, sequence.batch)
  for k = 1, trials do
    local trial = sequence:trial(1 + (k - 1) * sequence.batch // trials)
    for _, row in ipairs(trial:totable()) do
      row[#row + 1] = k
      rows[#rows + 1] = row
    end
  end
  return core.matrix(rows)
end

--- A density on a regular grid, for plots/density.gp.
-- @param density with `density(points)`, such as `rx.kde` gives
-- @number reach the grid covers -reach to reach in x and y
-- @int[opt=100] points along each side
-- @treturn table `density`, `xmin`, `xmax`, `ymin`, `ymax`
-- @usage rx.figure("density", rx.heat_map(rx.uniform_density {}, 1.25), "density.svg")
function pictures.heat_map(density, reach, points)
  points = points or 100
  check.that(check.can(density, "density"), 1, "heat_map", "density with a method 'density'", density)
  check.argument("positive", 2, "heat_map", reach)
  check.that(check.is_whole(points) and points >= 2, 3, "heat_map", "whole number of at least 2", points)
  local grid = core.matrix(points * points, 2)
  local function at(i) return -reach + 2 * reach * (i - 1) / (points - 1) end
  for i = 1, points do
    for j = 1, points do
      local row = (i - 1) * points + j
      grid:set(row, 1, at(j))
      grid:set(row, 2, at(i))
    end
  end
  local values = density:density(grid):reshape(points, points)
  return { density = values, xmin = -reach, xmax = reach, ymin = -reach, ymax = reach }
end

--- Groups of numbers for plots/box.gp.
-- @tab groups list of lists
-- @return matrix with a row a number: group, value
-- @usage rx.figure("box", { values = rx.groups { { 0.1, 0.2 }, { 0.4 } } }, "box.svg")
function pictures.groups(groups)
  check.list("list", 1, "groups", groups)
  local rows = {}
  for g, values in ipairs(groups) do
    local problem = check.list_problem(values, "real")
    if problem then check.complain("bad argument #1 to 'groups' (group %d: %s)", g, problem) end
    for _, value in ipairs(values) do rows[#rows + 1] = { g, value } end
  end
  return core.matrix(rows)
end

return pictures
