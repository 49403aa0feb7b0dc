--- Schedules for `rx.train`: functions of the batch number, for the rate, the noise or the size.
-- @module reactivation.schedule

local schedule = {}

-- The caller's mistakes, as Lua words them.
local function check(name, first, last, batches)
  for i, value in ipairs { first or false, last or false } do
    if type(value) ~= "number" or value - value ~= 0 then
      error(("bad argument #%d to '%s' (finite number expected, got %s)"):format(i, name, tostring(value)), 3)
    end
  end
  if math.type(batches) ~= "integer" or batches < 1 then
    error(("bad argument #3 to '%s' (whole number of at least 1 expected, got %s)")
          :format(name, tostring(batches)), 3)
  end
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
  check("linear", first, last, batches)
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
  check("cosine", first, last, batches)
  return function(batch)
    return last + (first - last) * (1 + math.cos(math.pi * progress(batch, batches))) / 2
  end
end

return schedule
