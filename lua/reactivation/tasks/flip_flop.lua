--- The n-bit flip-flop: each output holds the sign of the last pulse that its input gave.
--
-- Pulses of 1 or -1 come at random times, independently in each channel; a pulse ends early where the next
-- begins. What a channel holds at first is drawn as well, and told to the network as its `init`. A network
-- that learned it has a stable point for each of the 2^n states. (Sussillo and Barak 2013.)
-- @module reactivation.tasks.flip_flop

local check = require "reactivation.check"
local core = require "reactivation.core"
local check_options = require "reactivation.check.options"
local public = require "reactivation.check.public"

local FlipFlop = {}
FlipFlop.__index = FlipFlop

--- A batch of trials.
-- @function task:batch
-- @int size trials
-- @param rng generator
-- @treturn table `init`, what the channels hold at first; `inputs`, the pulses; `targets` and `truth`, what
--   they hold
function FlipFlop:batch(size, rng)
  check.method("batch", self, { "size", size }, { "generator", rng })
  local settings = self.settings
  local steps, bits = settings.steps, settings.bits
  local function signs(rows) return 2 * rng:uniform(rows, bits):lt(0.5) - 1 end
  local init, drawn = signs(size), signs(steps * size):as_sequence(steps)
  local begins = rng:uniform(steps * size, bits):lt(settings.rate * settings.dt):as_sequence(steps)
  local pulses = core.matrix(steps * size, bits):as_sequence(steps)
  local held = core.matrix(steps * size, bits):as_sequence(steps)
  local holds, left = init, core.matrix(size, bits) -- left: steps that the pulse still has
  for t = 1, steps do
    local begun = begins:at(t)
    holds = begun:mul(drawn:at(t)) + (1 - begun):mul(holds)
    left = begun * self.width + (1 - begun):mul(left)
    pulses:at(t):copy(holds:mul(left:gt(0)))
    held:at(t):copy(holds)
    left = left - 1
  end
  return { init = init, inputs = pulses, targets = held, truth = held }
end

--- What the channels hold, from the network's outputs.
-- @function task:decode
-- @param outputs rows x bits
-- @return rows x bits: 1 or -1
function FlipFlop:decode(outputs)
  check.method("decode", self, { "matrix", outputs })
  return 2 * outputs:ge(0) - 1
end

--- The share of bits that are wrong.
-- @function task:distance
-- @param decoded rows x bits
-- @param truth rows x bits
-- @return rows x 1
function FlipFlop:distance(decoded, truth)
  check.method("distance", self, { "matrix", decoded }, { "matrix", truth })
  return 1 - decoded:eq(truth):mean("columns")
end

public.methods(FlipFlop)

--- The flip-flop task.
-- @function rx.tasks.flip_flop
-- @tab options bits (3), steps (100), rate (1 pulse a second in each channel), width (0.1 s, of a pulse), dt
--   (0.02 s)
-- @return a task
-- @usage
-- local task = rx.tasks.flip_flop { bits = 2, steps = 50 }
-- print(task:batch(10, rng).truth:trial(1))
return function(options)
  local settings = check_options(options, {
    bits = { "size", 3 },
    steps = { "size", 100 },
    rate = { "positive", 1 },
    width = { "positive", 0.1 },
    dt = { "positive", 0.02 },
  })
  if settings.rate * settings.dt > 1 then
    check.complain("bad option 'rate' (at most one pulse a step, %g a second, expected, got %g)",
                   1 / settings.dt, settings.rate)
  end
  return setmetatable({
    settings = settings,
    width = math.max(math.floor(settings.width / settings.dt + 0.5), 1),
    inputs = settings.bits,
    outputs = settings.bits,
    init = settings.bits,
    unit = "of the bits wrong",
  }, FlipFlop)
end
