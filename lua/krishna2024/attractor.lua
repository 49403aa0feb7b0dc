-- Both phases of a trained network and the states that it visits in them. Of the states asleep only their
-- moments and their place on the waking plane are kept, so that the sleep may be of any length.

local core = require "reactivation.core"
local analysis = require "reactivation.analysis.pca"
local phases = require "reactivation.networks.phases"

-- Awake with its input; asleep from the same first states, without.
-- @tab run of `krishna2024.trained`
-- @tab options trials; steps asleep; noise asleep, as for `rx.quiescent_sigma`
-- @treturn table awake: `decoded`; the `moments` of its states and their place on the `plane` of the first
--   two principal components; and `truth`, what was to be decoded
-- @treturn table asleep: `decoded`, `moments`, `plane`
-- @return the principal components of the waking states
return function(run, options)
  local net, task = run.net, run.task
  local rng = core.random(net.rng.seed, 1 << 57) -- far from the numbers of the training
  local batch = task:batch(options.trials, rng)
  batch.rng = rng
  local waking, outputs = net:forward(batch)
  local pca = analysis.pca(waking)
  local awake = {
    decoded = task:decode(outputs), plane = pca:project(waking, 2), moments = analysis.moments(waking),
    truth = batch.truth,
  }

  local asleep = { plane = core.matrix(options.trials * options.steps, 2), moments = core.moments(net.units) }
  local done = 0
  asleep.decoded = phases.decoded(net, task, {
    init = batch.init, steps = options.steps, rng = rng, sigma = phases.quiescent_sigma(net, options.noise),
  }, function(states)
    asleep.moments:add(states)
    asleep.plane:slice(done + 1, done + states.rows):copy(pca:project(states, 2))
    done = done + states.rows
  end)
  return awake, asleep, pca
end
