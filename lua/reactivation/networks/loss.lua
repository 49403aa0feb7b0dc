--- What a network minimises: one value a row of the sequence.
--
-- A loss is a function of `y`, which has `outputs`, `targets`, `states.<name>`, `truth` and every further
-- field of the batch, all with one row for each trial at each step. The mean over rows is minimised, or
-- with a `mask` in the batch, the mean weighted by it.
-- @module reactivation.loss

local check = require "reactivation.check"

local loss = {}

local function both(name, y)
  check.that(type(y) == "table", 1, name, "table with outputs and targets", y)
  for _, field in ipairs { "outputs", "targets" } do
    check.that(check.can(y[field], "mul"), 1, name, ("table with a matrix '%s'"):format(field), y[field])
  end
  return y.outputs, y.targets
end

--- The mean squared error over outputs; what networks minimise unless they are told otherwise. Where the
-- targets are a smooth code, as that of head-direction cells, its readout is worked out in fewer dimensions.
-- @function rx.loss.mean_squared
-- @param y
-- @return one value a row
-- @usage
-- local net = rx.rnn { inputs = 1, units = 8, outputs = 8, rng = rng, loss = rx.loss.mean_squared }
-- local rows = rx.loss.mean_squared { outputs = rng:normal(5, 2), targets = rng:normal(5, 2) }
function loss.mean_squared(y)
  local outputs, targets = both("mean_squared", y)
  return ((outputs - targets) ^ 2):mean("columns")
end

--- The cross-entropy of the outputs' softmax: targets are the probabilities of the outputs, rows that sum
-- to 1, such as a single 1 among zeros.
-- @function rx.loss.cross_entropy
-- @param y
-- @return one value a row
-- @usage
-- local sizes = { inputs = 1, units = 8, outputs = 2, init = 1, rng = rng, loss = rx.loss.cross_entropy }
-- local chooser = rx.rnn(sizes)
-- local rows = rx.loss.cross_entropy { outputs = rng:normal(5, 2), targets = rx.matrix(5, 2, 0.5) }
function loss.cross_entropy(y)
  local outputs, targets = both("cross_entropy", y)
  return -targets:mul(outputs:log_softmax()):sum("columns")
end

return loss
