--- Schedules for `rx.train`: functions of the batch number, for the rate, the noise or the size.
-- @module reactivation.schedule
-- @pragma nostrip

local check = require "reactivation.check"

local schedule = {}

local function check_arguments(name, first, last, batches)
  check.argument("number", 1, name, first)
  check.argument("number", 2, name, last)
  check.argument("size", 3, name, batches)
end

-- How far along the training is, from 0 to 1.
local function progress(batch, batches)
  return math.min(batch / batches, 1)
end

--- From `first` to `last` along a straight line.
-- @number first
-- @number last
-- @int batches length of the training
-- @return a schedule: function(batch) -> number
-- @usage rx.train(net, task, { batches = 2500, sigma = rx.schedule.linear(0, 0.7071, 2500) })
function schedule.linear(first, last, batches)
  check_arguments("linear", first, last, batches)
  return function(batch)
    return first + (last - first) * progress(batch, batches)
  end
end

--- From `first` to `last` along half a cosine.
-- @number first
-- @number last
-- @int batches length of the training
-- @return a schedule: function(batch) -> number
-- @usage rx.train(net, task, { batches = 2500, rate = rx.schedule.cosine(1e-3, 1e-5, 2500) })
function schedule.cosine(first, last, batches)
  check_arguments("cosine", first, last, batches)
  return function(batch)
    return last + (first - last) * (1 + math.cos(math.pi * progress(batch, batches))) / 2
  end
end

return schedule
