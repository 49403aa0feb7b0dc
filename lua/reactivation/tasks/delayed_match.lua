--- Delayed match to sample: whether a direction is the one shown before.
--
-- A sample among evenly spaced directions is shown, after a delay a test, which is the same direction in
-- half of the trials and else any other. Channels with von Mises tuning tell the network of them; they are
-- silent otherwise. While the test is shown, but for the first moment, the first output is to be 1 where
-- they match, else the second. (Miller, Erickson and Desimone 1996; as a task for networks, Masse and
-- others 2019.)
-- @module reactivation.tasks.delayed_match

local check = require "reactivation.check"
local core = require "reactivation.core"
local check_options = require "reactivation.check.options"
local public = require "reactivation.check.public"
local trials = require "reactivation.tasks.trials"

local DelayedMatch = trials.class()

-- The activity of the channels (size x channels), at most 1, at directions (size x 1, rad).
function DelayedMatch:encode(direction)
  check.method("encode", self, { "matrix", direction })
  local apart = direction * core.matrix(1, self.inputs, 1) - self.preferred
  return (self.settings.concentration * (apart:cos() - 1)):exp()
end

--- A batch of trials.
-- @function task:batch
-- @int size trials
-- @param rng generator
-- @treturn table `init` (1 a trial), `inputs`, `targets`, `mask` and `truth` (1, -1, or 0 where nothing is
--   asked for); `info`, trials x 1 each: `sample` and `test` (rad, from 0) and `answer` (1 for a match,
--   else -1)
function DelayedMatch:batch(size, rng)
  check.method("batch", self, { "size", size }, { "generator", rng })
  local steps, periods, settings = self.steps, self.periods, self.settings
  local clock = trials.clock(steps, size)
  local answer, sample = trials.sign(rng, size), trials.whole(rng, size, 0, settings.directions - 1)
  local test = sample + trials.whole(rng, size, 1, settings.directions - 1):mul(answer:lt(0))
  test = test - settings.directions * test:ge(settings.directions)
  local turn = 2 * math.pi / settings.directions
  sample, test = turn * sample, turn * test

  local noise = trials.noise(rng, steps, size, self.inputs, settings.noise, settings.dt)
  local tested = periods.sample + periods.delay -- steps before the test
  local batch = trials.answered(
    trials.period(clock, tested + periods.reaction, periods.test - periods.reaction), answer)
  batch.init = core.matrix(size, 1, 1)
  batch.inputs = (noise + self:encode(sample)):mul(trials.period(clock, 0, periods.sample))
    + (noise + self:encode(test)):mul(trials.period(clock, tested, periods.test))
  batch.info = { sample = sample, test = test, answer = answer }
  return batch
end

--- Answers from the network's outputs, row by row.
-- @function task:decode
-- @param outputs rows x 2
-- @return rows x 1: 1 where the first is the larger one, else -1

--- Which answers are wrong.
-- @function task:distance
-- @param decoded rows x 1
-- @param truth rows x 1
-- @return rows x 1: 1 or 0

--- One answer a trial, by the outputs' means over its response.
-- @function task:choices
-- @param outputs of the network, a sequence
-- @tab batch that led to them
-- @return trials x 1: 1 or -1

public.methods(DelayedMatch)

--- The delayed match-to-sample task.
-- @function rx.tasks.delayed_match
-- @tab options directions (8), channels (24), concentration (2, of their tuning), sample (0.5 s), delay (1
--   s), test (0.5 s), reaction (0.1 s of the test that do not count), noise (0 per square root of a second,
--   on the channels), dt (0.02 s)
-- @return a task; its `steps` are those of a trial
-- @usage
-- local task = rx.tasks.delayed_match { delay = 0.5 }
-- local batch = task:batch(100, rng)
-- print(batch.info.answer:gt(0):mean(), "of the tests match")
return function(options)
  local settings = check_options(options, {
    directions = { "size", 8 },
    channels = { "size", 24 },
    concentration = { "positive", 2 },
    sample = { "positive", 0.5 },
    delay = { "not negative", 1 },
    test = { "positive", 0.5 },
    reaction = { "not negative", 0.1 },
    noise = { "not negative", 0 },
    dt = { "positive", 0.02 },
  })
  if settings.directions < 2 then check.complain("bad option 'directions' (at least 2 expected, got 1)") end
  local periods = trials.periods(settings, { sample = 1, delay = 0, test = 1, reaction = 0 })
  if periods.reaction >= periods.test then
    check.complain("bad option 'reaction' (less than 'test', %g s, expected, got %g)", settings.test,
                   settings.reaction)
  end
  local preferred = core.matrix(1, settings.channels)
  for c = 1, settings.channels do preferred:set(1, c, 2 * math.pi * (c - 1) / settings.channels) end
  return setmetatable({
    settings = settings,
    preferred = preferred, -- directions of the channels
    periods = periods,
    steps = periods.sample + periods.delay + periods.test,
    inputs = settings.channels,
    outputs = 2,
    init = 1,
    unit = "wrong",
  }, DelayedMatch)
end
