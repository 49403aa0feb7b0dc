-- The theory's own network (Eqs. 16 and 19): each step goes along the score of normals of the noise's own
-- variance about some states, r + V grad log p(r), which is the mean of those states as the present one tells
-- them apart.
-- @param points states, one a row
-- @tab options sigma, dt, rng; outputs, by default one for each unit; logs (0), 1 x points: the logarithms of
--   how often each state is
-- @return a network, whose first state and readout are left to be set: `weights.encoder`, `weights.w_out`

local cells = require "reactivation.cells.cell"

return function(points, options)
  local count, variance = points.rows, options.sigma ^ 2 * options.dt
  local ideal = cells.cell {
    name = "ideal", state = { "r" },
    weights = function(s) return { points = { count, s.units }, logs = { 1, count } } end,
    step = function(w, s) return { r = (s.r * w.points:t() / variance + w.logs):softmax() * w.points } end,
  }
  local net = ideal {
    inputs = 1, units = points.cols, outputs = options.outputs or points.cols, init = options.outputs,
    dt = options.dt, sigma = options.sigma, rng = options.rng,
  }
  net.weights.points:copy(points)
  local own = points:mul(points):sum("columns"):t() / (-2 * variance)
  net.weights.logs:copy(options.logs and own + options.logs or own)
  return net
end
