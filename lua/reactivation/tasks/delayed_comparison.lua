--- Delayed comparison: which of two vibrations, seconds apart, had the higher frequency.
--
-- Each vibration is held for half a second, as two inputs, of which one rises from 0.4 to 1.2 over the range
-- of frequencies and the other falls. In the response after the second one the first output is to be 1
-- where the second frequency was the higher one, else the second output. The delay between them is drawn
-- for each trial, so trials end at different times; they count in their response only. (Romo and others
-- 1999; as a task for networks, Song, Yang and Wang 2016.)
-- @module reactivation.tasks.delayed_comparison

local check = require "reactivation.check"
local core = require "reactivation.core"
local check_options = require "reactivation.check.options"
local public = require "reactivation.check.public"
local trials = require "reactivation.tasks.trials"

local DelayedComparison = trials.class()

local LOW, RANGE = 0.4, 0.8 -- of an input, over the range of frequencies

-- The two inputs (size x 2) of frequencies (size x 1).
function DelayedComparison:encode(frequency)
  check.method("encode", self, { "matrix", frequency })
  local s = self.settings
  local share = (frequency - s.lowest) / (s.highest - s.lowest)
  return LOW + RANGE * core.join { share, 1 - share }
end

--- A batch of trials.
-- @function task:batch
-- @int size trials
-- @param rng generator
-- @treturn table `init` (1 a trial), `inputs`, `targets`, `mask` and `truth` (1, -1, or 0 where nothing is
--   asked for); `info`, trials x 1 each: `first` and `second` (Hz), `answer` (1 where the second is higher,
--   else -1) and `delay` (steps)
function DelayedComparison:batch(size, rng)
  check.method("batch", self, { "size", size }, { "generator", rng })
  local steps, periods, settings = self.steps, self.periods, self.settings
  local clock = trials.clock(steps, size)
  local answer, lower = trials.sign(rng, size), trials.among(rng, size, self.lower)
  local first = lower + settings.apart * answer:lt(0)
  local second = lower + settings.apart * answer:gt(0)
  local delay = trials.whole(rng, size, periods.least_delay, periods.most_delay)
  local again = periods.stimulus + delay -- before the second one
  local noise = trials.noise(rng, steps, size, 2, settings.noise, settings.dt)
  local batch = trials.answered(trials.period(clock, again + periods.stimulus, periods.response), answer)
  batch.init = core.matrix(size, 1, 1)
  batch.inputs = (noise + self:encode(first)):mul(trials.period(clock, 0, periods.stimulus))
    + (noise + self:encode(second)):mul(trials.period(clock, again, periods.stimulus))
  batch.info = { first = first, second = second, answer = answer, delay = delay }
  return batch
end

--- How often the choices are right, by pair of frequencies.
-- @function task:by_pair
-- @param choices trials x 1, such as `task:choices` gives
-- @tab batch
-- @return matrix with a row for each pair that was met: first and second frequency, the share of right
--   choices, and the number of trials
function DelayedComparison:by_pair(choices, batch)
  check.method("by_pair", self, { "matrix", choices })
  check.matrices(2, "by_pair", type(batch) == "table" and batch.info or batch, "answer", "first", "second")
  local right, info, rows = choices:eq(batch.info.answer), batch.info, {}
  for _, upwards in ipairs { true, false } do
    for _, lower in ipairs(self.lower) do
      local first = upwards and lower or lower + self.settings.apart
      local second = upwards and lower + self.settings.apart or lower
      local met = info.first:eq(first):mul(info.second:eq(second))
      local count = met:sum()
      if count > 0 then rows[#rows + 1] = { first, second, met:mul(right):sum() / count, count } end
    end
  end
  return core.matrix(rows)
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

public.methods(DelayedComparison)

--- The delayed comparison task.
-- @function rx.tasks.delayed_comparison
-- @tab options lowest (10 Hz), highest (34 Hz), apart (8 Hz), pairs (5, evenly from the lowest to the
--   highest one, each in both orders), stimulus (0.5 s, each), least_delay (1 s), most_delay (3 s),
--   response (0.3 s), noise (0 per square root of a second, on the inputs), dt (0.02 s)
-- @return a task; its `steps` are those of the longest trial
-- @usage
-- local task = rx.tasks.delayed_comparison { least_delay = 0.5, most_delay = 1 }
-- local batch = task:batch(100, rng)
-- print(batch.info.delay:mean() * task.settings.dt, "s between the two")
return function(options)
  local settings = check_options(options, {
    lowest = { "positive", 10 },
    highest = { "positive", 34 },
    apart = { "positive", 8 },
    pairs = { "size", 5 },
    stimulus = { "positive", 0.5 },
    least_delay = { "not negative", 1 },
    most_delay = { "not negative", 3 },
    response = { "positive", 0.3 },
    noise = { "not negative", 0 },
    dt = { "positive", 0.02 },
  })
  trials.check_order(settings, "least_delay", "most_delay")
  local span = settings.highest - settings.apart - settings.lowest
  if span < 0 then
    check.complain("bad option 'apart' (at most 'highest' less 'lowest', %g Hz, expected, got %g)",
                   settings.highest - settings.lowest, settings.apart)
  end
  local lower = {}
  for k = 1, settings.pairs do
    lower[k] = settings.lowest + span * (k - 1) / math.max(settings.pairs - 1, 1)
  end
  local periods = trials.periods(settings, { stimulus = 1, least_delay = 0, most_delay = 0, response = 1 })
  return setmetatable({
    settings = settings,
    lower = lower, -- frequency of each pair
    periods = periods,
    steps = 2 * periods.stimulus + periods.most_delay + periods.response,
    inputs = 2,
    outputs = 2,
    init = 1,
    unit = "wrong",
  }, DelayedComparison)
end
