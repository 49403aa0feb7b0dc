--- The two phases of a trained network: awake with its input, asleep without.
-- @module reactivation.phases

local check = require "reactivation.check"
local core = require "reactivation.core"
local analysis = require "reactivation.analysis.pca"
local check_options = require "reactivation.check.options"
local counted = require "reactivation.runs.counted"

local phases = {}

local WINDOW = 20 -- steps of a long run that are in memory at a time

-- What is wrong with a noise for a network asleep, if anything is.
function phases.noise_problem(noise)
  local is_sigma = type(noise) == "number" and noise >= 0 and noise < math.huge
  if noise ~= "scaled" and noise ~= "same" and not is_sigma then
    return ("'scaled', 'same' or a number of at least 0 expected, got %s"):format(check.describe(noise))
  end
end

--- The noise on the state of a network asleep.
-- @param net
-- @tparam string|number noise "scaled": twice the variance of the waking one (Eq. 19); "same"; or the
--   noise itself, per square root of a second
-- @treturn number sigma
-- @usage local sigma = rx.quiescent_sigma(net, "scaled")
function phases.quiescent_sigma(net, noise)
  check.argument("network", 1, "quiescent_sigma", net)
  local problem = phases.noise_problem(noise)
  if problem then check.complain("bad quiescent noise (%s)", problem) end
  if noise == "scaled" then return math.sqrt(2) * net.sigma end
  return noise == "same" and net.sigma or noise
end

-- A copy of a run that says how long it is.
local function complete(run)
  local copy = {}
  for name, value in pairs(run) do copy[name] = value end
  copy.steps = run.steps or check.is_matrix(run.inputs) and run.inputs.steps or nil
  return copy
end

--- What a network's outputs decode to along a run of any length, in the memory of a short one.
-- @param net
-- @param task with `decode(self, outputs)`
-- @tab run as for `net:forward`
-- @tparam[opt] function each called with the states of every window, a sequence that holds others after
--   the call
-- @return a sequence, and the states after the last step
-- @usage local bearings = rx.decoded(net, task, { init = batch.init, steps = 2000 })
-- @usage local moments = rx.moments(net.units)
-- local bearings = rx.decoded(net, task, { init = batch.init, steps = 2000 }, function(states)
--   moments:add(states)
-- end)
function phases.decoded(net, task, run, each)
  check.that(check.can(task, "decode"), 2, "decoded", "task with a method 'decode'", task)
  check.argument("network", 1, "decoded", net)
  check.argument("table", 3, "decoded", run)
  if each ~= nil then check.argument("function", 4, "decoded", each) end
  run = complete(run)
  run.every, run.reuse = WINDOW, true
  local sequence, done, last = nil, 0, nil
  local progress <close> = counted.begin("steps", run.steps)
  for states, outputs in net:stream(run) do
    if each then each(states) end
    local decoded = task:decode(outputs)
    sequence = sequence or core.matrix(run.steps * outputs.batch, decoded.cols):as_sequence(run.steps)
    sequence:slice(done + 1, done + decoded.rows):copy(decoded)
    done, last = done + decoded.rows, states:at(states.steps)
    progress:tell(done // outputs.batch)
  end
  return sequence, last:clone()
end

-- Awake: states, outputs and what is kept of them; with "plane" also the principal components.
local function wake(net, task, batch, o)
  local run = { rng = o.rng }
  for name, value in pairs(batch) do run[name] = value end
  local states, outputs = net:forward(run)
  local awake = { decoded = task:decode(outputs), batch = batch }
  if o.keep == "states" then awake.states = states end
  if o.keep ~= "plane" then return awake end
  awake.moments = analysis.moments(states)
  local pca = analysis.pca(awake.moments)
  awake.plane = pca:project(states, 2)
  return awake, pca
end

-- Asleep: at once where the states are kept, else by windows.
local function sleep(net, task, run, o, pca)
  if o.keep == "states" then
    local states, outputs = net:forward(run)
    return { decoded = task:decode(outputs), states = states }
  elseif o.keep == "nothing" then
    return { decoded = phases.decoded(net, task, run) }
  end
  local asleep = { moments = core.moments(net.units), plane = core.matrix(o.trials * o.steps, 2) }
  local done = 0
  asleep.decoded = phases.decoded(net, task, run, function(states)
    asleep.moments:add(states)
    asleep.plane:slice(done + 1, done + states.rows):copy(pca:project(states, 2))
    done = done + states.rows
  end)
  return asleep
end

--- Both phases of a network, from the same first states: awake with its input, asleep without.
-- @param net
-- @param task
-- @tab options trials (200); steps asleep (200); noise asleep, as for `quiescent_sigma` ("scaled");
--   rng, a generator of its own; keep, what is kept of the states: "states"; "plane", their moments and
--   their place on the first two principal components of the waking ones; or "nothing". With the last two a
--   sleep may be of any length
-- @treturn table awake: `decoded`, a sequence; `batch`, which led to it; and `states`, a sequence, or
--   `moments` and `plane`, n x 2
-- @treturn table asleep: likewise, but for the batch
-- @return with "plane": the principal components of the waking states
-- @function rx.phases
-- @usage local awake, asleep = rx.phases(net, task, { trials = 200, steps = 200, rng = rng })
-- @usage local awake, asleep, pca = rx.phases(net, task, { steps = 1000, keep = "plane", rng = rng })
function phases.both(net, task, options)
  check.argument("network", 1, "phases", net)
  check.that(check.can(task, "batch") and check.can(task, "decode"), 2, "phases",
             "task with methods 'batch' and 'decode'", task)
  local o = check_options(options, {
    trials = { "size", 200 }, steps = { "size", 200 }, noise = { "any", "scaled" },
    rng = { "generator", required = true }, keep = { { "states", "plane", "nothing" }, "states" },
  })
  local sigma = phases.quiescent_sigma(net, o.noise)
  local batch = task:batch(o.trials, o.rng)
  local awake, pca = wake(net, task, batch, o)
  local run = { init = batch.init, state = batch.state, steps = o.steps, sigma = sigma, rng = o.rng }
  return awake, sleep(net, task, run, o, pca), pca
end

return phases
