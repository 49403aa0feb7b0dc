-- Trials with periods, all trials at once: their time, what is drawn for each, and answers between two.

local check = require "reactivation.check"
local core = require "reactivation.core"

local trials = {}

-- Periods of a task, by name their fewest steps, as whole steps of its settings (s).
function trials.periods(settings, fewest)
  local periods = {}
  for name, least in pairs(fewest) do
    periods[name] = math.max(math.floor(settings[name] / settings.dt + 0.5), least)
  end
  return periods
end

-- Two settings of which the first must not be above the second.
function trials.check_order(settings, least, most)
  if settings[least] <= settings[most] then return end
  check.complain("bad option '%s' (number up to '%s', %g, expected, got %g)", least, most, settings[most],
                 settings[least])
end

-- The number of each step, 1, 2, ..., for every trial: a sequence of one column.
function trials.clock(steps, size)
  return core.matrix(steps * size, 1, 1):as_sequence(steps):cumsum()
end

-- 1 in the `length` steps after the step `onset`, else 0; either may differ among trials (size x 1).
function trials.period(clock, onset, length)
  return clock:gt(onset):mul(clock:le(onset + length))
end

-- Draws, one row a trial -------------------------------------------------------------------------

-- Whole numbers from `least` to `most`, both included.
function trials.whole(rng, size, least, most)
  local drawn = rng:uniform(size, 1, least, most + 1):floor()
  return drawn - drawn:gt(most) -- where float32 rounded up
end

-- Elements of a list.
function trials.among(rng, size, list)
  local at, drawn = trials.whole(rng, size, 1, #list), core.matrix(size, 1)
  for b = 1, size do drawn:set(b, 1, list[math.tointeger(at:get(b, 1))]) end
  return drawn
end

-- 1 or -1.
function trials.sign(rng, size)
  return 2 * rng:uniform(size, 1):lt(0.5) - 1
end

-- White noise of intensity `sigma`, per square root of a second, as its mean over each step.
function trials.noise(rng, steps, size, columns, sigma, dt)
  local noise = sigma == 0 and core.matrix(steps * size, columns)
    or rng:normal(steps * size, columns, 0, sigma / math.sqrt(dt))
  return noise:as_sequence(steps)
end

-- Answers between two: 1 by the first output, -1 by the second -----------------------------------

-- What a batch holds where the answer (size x 1) is asked for in some steps.
function trials.answered(asked, answer)
  local truth = asked:mul(answer)
  return { targets = core.join { truth:gt(0), truth:lt(0) }, mask = asked, truth = truth }
end

-- Methods that such tasks share.
trials.Choice = {}

-- Answers from the network's outputs: 1 where the first is at least the second, else -1.
function trials.Choice:decode(outputs)
  check.method("decode", self, { "matrix", outputs })
  return 2 * outputs:column(1):ge(outputs:column(2)) - 1
end

-- 1 where an answer is wrong, else 0.
function trials.Choice:distance(decoded, truth)
  check.method("distance", self, { "matrix", decoded }, { "matrix", truth })
  return 1 - decoded:eq(truth)
end

-- One answer a trial, by the outputs' means over the steps in which it is asked for.
function trials.Choice:choices(outputs, batch)
  check.method("choices", self, { "matrix", outputs })
  check.matrices(2, "choices", batch, "truth")
  local first = (outputs:column(1) - outputs:column(2)):mul(batch.truth:abs())
  return 2 * first:as_sequence(batch.truth.steps):cumsum():at(batch.truth.steps):ge(0) - 1
end

-- A class of such tasks.
function trials.class()
  local class = {}
  for name, method in pairs(trials.Choice) do class[name] = method end
  class.__index = class
  return class
end

return trials
