--- Perceptual decision: which of two noisy inputs is the stronger one.
--
-- After a fixation of random length the inputs are (1 + c)/2 and (1 - c)/2 with white noise, then silent;
-- their difference c, the coherence, is drawn among some values, with either sign. In the response that
-- follows the output of the stronger input is to be 1, the other 0; where c is 0 either may be asked for.
-- Trials end at different times, and count in their response only (Britten and others 1992; as a task for
-- networks, Song, Yang and Wang 2016). With `fixation` a third input is 1 until the response, and a third
-- output is to be 1 as long; then all of a trial counts.
-- @module reactivation.tasks.perceptual_decision

local check = require "reactivation.check"
local core = require "reactivation.core"
local check_options = require "reactivation.check.options"
local public = require "reactivation.check.public"
local normal = require "reactivation.analysis.normal"
local trials = require "reactivation.tasks.trials"

local COHERENCES = { 0, 0.032, 0.064, 0.128, 0.256, 0.512 }

local PerceptualDecision = trials.class()

-- The third input and output of a batch, and what they change: until the response nothing but 0 is true.
local function add_fixation(batch, before)
  batch.inputs = core.join { batch.inputs, before }
  batch.targets = core.join { batch.targets, before }
  batch.mask = batch.mask + before
end

--- A batch of trials.
-- @function task:batch
-- @int size trials
-- @param rng generator
-- @treturn table `init` (1 a trial), `inputs`, `targets`, `mask` and `truth` (1, -1, or 0 where nothing is
--   asked for); `info`, trials x 1 each: `coherence`, with its sign, `answer` (1 or -1) and `onset`, the
--   steps of fixation
function PerceptualDecision:batch(size, rng)
  check.method("batch", self, { "size", size }, { "generator", rng })
  local steps, periods, settings = self.steps, self.periods, self.settings
  local clock = trials.clock(steps, size)
  local onset = trials.whole(rng, size, periods.least_fixation, periods.most_fixation)
  local answer = trials.sign(rng, size)
  local coherence = trials.among(rng, size, self.coherences):mul(answer)
  local strength = core.join { 1 + coherence, 1 - coherence } / 2
  local noise = trials.noise(rng, steps, size, 2, settings.noise, settings.dt)
  local asked = trials.period(clock, onset + periods.stimulus, periods.response)

  local batch = trials.answered(asked, answer)
  batch.init = core.matrix(size, 1, 1)
  batch.inputs = (noise + strength):mul(trials.period(clock, onset, periods.stimulus))
  batch.info = { coherence = coherence, answer = answer, onset = onset }
  if settings.fixation then add_fixation(batch, clock:le(onset + periods.stimulus)) end
  return batch
end

--- Answers from the network's outputs, row by row.
-- @function task:decode
-- @param outputs rows x 2, or with `fixation` x 3
-- @return rows x 1: 1 where the first output is the largest, -1 for the second, 0 for the third
function PerceptualDecision:decode(outputs)
  local chosen = trials.Choice.decode(self, outputs)
  if not self.settings.fixation then return chosen end
  local third = outputs:column(3)
  return chosen:mul(1 - third:gt(outputs:column(1)):mul(third:gt(outputs:column(2))))
end

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

--- What an observer answers who adds up the difference of the inputs: no other is right more often.
-- @function task:ideal_choices
-- @tab batch
-- @return trials x 1: 1 or -1
function PerceptualDecision:ideal_choices(batch)
  check.method("ideal_choices", self)
  check.matrices(1, "ideal_choices", batch, "inputs")
  local inputs = batch.inputs
  local evidence = (inputs:column(1) - inputs:column(2)):cumsum():at(inputs.steps)
  return 2 * evidence:ge(0) - 1
end

--- How often that observer is right, Phi(|c| sqrt(duration / 2) / noise).
-- @function task:ideal_accuracy
-- @number[opt] coherence by default the mean over the task's
-- @treturn number from 0.5 to 1
function PerceptualDecision:ideal_accuracy(coherence)
  check.method("ideal_accuracy", self, { "number", coherence or 0 })
  local duration = self.periods.stimulus * self.settings.dt
  local function accuracy(c)
    return c == 0 and 0.5 or normal.below(math.abs(c) * math.sqrt(duration / 2) / self.settings.noise)
  end
  if coherence then return accuracy(coherence) end
  local sum = 0
  for _, c in ipairs(self.coherences) do sum = sum + accuracy(c) end
  return sum / #self.coherences
end

-- The coherences in words.
local function check_coherences(list)
  local problem = check.list_problem(list, "number")
    or #list == 0 and "list of numbers expected, got an empty one"
  if problem then check.complain("bad option 'coherences' (%s)", problem) end
  local words = {}
  for i, c in ipairs(list) do
    if c < 0 or c > 1 then
      check.complain("bad option 'coherences' (numbers from 0 to 1 expected, got %s)", c)
    end
    words[i] = core.number_text(c)
  end
  return table.concat(words, ", ")
end

public.methods(PerceptualDecision)

--- The perceptual decision task.
-- @function rx.tasks.perceptual_decision
-- @tab options coherences ({ 0, 0.032, 0.064, 0.128, 0.256, 0.512 }), noise (0.15 per square root of a
--   second, on the inputs), least_fixation (0.1 s), most_fixation (0.5 s), stimulus (0.8 s), response (0.3
--   s), fixation (false), dt (0.02 s)
-- @return a task; its `steps` are those of the longest trial
-- @usage
-- local task = rx.tasks.perceptual_decision { coherences = { 0, 0.1, 0.2, 0.4 }, noise = 0.2 }
-- local batch = task:batch(500, rng)
-- local right = task:ideal_choices(batch):eq(batch.info.answer):mean()
-- print(right, task:ideal_accuracy())
return function(options)
  local settings = check_options(options, {
    coherences = { "any", COHERENCES },
    noise = { "not negative", 0.15 },
    least_fixation = { "not negative", 0.1 },
    most_fixation = { "not negative", 0.5 },
    stimulus = { "positive", 0.8 },
    response = { "positive", 0.3 },
    fixation = { "boolean", false },
    dt = { "positive", 0.02 },
  })
  local coherences = settings.coherences
  settings.coherences = check_coherences(coherences) -- a checkpoint compares text
  trials.check_order(settings, "least_fixation", "most_fixation")
  local periods = trials.periods(settings, {
    least_fixation = 0, most_fixation = 0, stimulus = 1, response = 1,
  })
  local channels = settings.fixation and 3 or 2
  return setmetatable({
    settings = settings,
    coherences = coherences,
    periods = periods,
    steps = periods.most_fixation + periods.stimulus + periods.response,
    inputs = channels,
    outputs = channels,
    init = 1,
    unit = "wrong",
  }, PerceptualDecision)
end
