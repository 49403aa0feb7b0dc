-- The theory of the paper (Eqs. 3 to 19), put to the test on networks of head direction: the ring of states,
-- and how a network's step compares with what the theory derives.
--
-- alpha = dt / tau; V = sigma^2 dt, the variance of the noise of a step; F(r, ds) a step without noise;
-- D the readout; f(s) the activity of the cells at bearing s. Densities are those of the theory: normals of
-- variance V about the states of a ring.

local dynamics = require "reactivation.dynamics.along"
local core = require "reactivation.core"
local heading = require "krishna2024.heading"
local regression = require "reactivation.analysis.regression"
local statistics = require "reactivation.analysis.statistics"

local ring = {}

ring.settle = 30  -- steps without noise and input until the states have come to rest

local POINTS = 360 -- of a ring

local function lengths(rows)
  return rows:mul(rows):sum("columns"):sqrt()
end
ring.lengths = lengths

-- A row of ones and the same rows again: `count` copies of each row, one below the other.
local function repeated(rows, count)
  local list = {}
  for i = 1, rows.rows do
    for _ = 1, count do list[#list + 1] = i end
  end
  return rows:rows_at(list)
end

-- Waking states of the steps from `settle` on, with the bearing that they tell, the true one and the next
-- turn; of navigation likewise positions and moves.
-- @param[opt] decoder of the outputs, in place of the smooth bearing
-- @treturn table `states`, `decoded`, `truth`, `turn`, one a row; the last step, after which no turn comes,
--   is left out; `batch`, as the task gave it
function ring.awake(net, task, trials, rng, decoder)
  local run = task:batch(trials, rng)
  run.rng = rng
  local states, outputs = net:forward(run)
  local first, last = ring.settle * trials + 1, states.rows - trials
  return {
    states = states:slice(first, last),
    decoded = (decoder or heading.decoder):decode(outputs:slice(first, last)),
    truth = run.truth:slice(first, last), turn = run.inputs:slice(first + trials, states.rows),
    batch = run,
  }
end

-- The derivative of a ring's states by their bearings: central differences around the grid.
local function tangent(states, bearings)
  local n, before, after = states.rows, {}, {}
  for i = 1, n do before[i], after[i] = (i - 2) % n + 1, i % n + 1 end
  local turned = (bearings:rows_at(after) - bearings:rows_at(before)):wrap()
  return (states:rows_at(after) - states:rows_at(before)) / turned
end

-- The same ring with points between its own, so that neighbours are less than `apart` from one another.
local function finer(states, apart)
  local n, after = states.rows, {}
  for i = 1, n do after[i] = i % n + 1 end
  local step = states:rows_at(after) - states
  local parts = math.max(1, math.ceil(lengths(step):max() / apart))
  local fine = core.matrix(n * parts, states.cols)
  for k = 0, parts - 1 do fine:slice(k * n + 1, (k + 1) * n):copy(states + (k / parts) * step) end
  return fine
end

-- A ring with all that the tests need of it.
-- @param states a row for each of a grid of bearings
-- @param bearings of these states, one column
-- @number variance V
-- @treturn table `states`; `tangent`, their derivative by the bearing; `fine`, points no farther apart than
--   half a standard deviation of the noise
function ring.of(states, bearings, variance)
  local fine = finer(states, math.sqrt(variance) / 2)
  return { states = states, tangent = tangent(states, bearings), fine = fine }
end

-- The waking ring: the mean state at each bearing; and the ring that rests: what a network without noise and
-- input makes of it in `settle` steps.
-- @param bearings those that the waking states are sorted by
function ring.both(net, awake, bearings)
  local variance = net.sigma ^ 2 * net.dt
  local mean, grid = dynamics.mean_states(awake.states, bearings, { points = POINTS })
  local states, outputs = net:forward { state = mean, steps = ring.settle, sigma = 0 }
  local settled = ring.of(states:at(ring.settle):clone(), heading.bearing(outputs:at(ring.settle)), variance)
  return ring.of(mean, grid, variance), settled
end

-- sigma^2 dt grad log p at states, p the theory's density about a ring (Eq. 16).
function ring.score(r, variance, states)
  return variance * core.kde(r.fine, { bandwidth = math.sqrt(variance) }):score(states)
end

-- The nearest point of a ring to each state.
function ring.nearest(r, states)
  local best, squares = {}, r.fine:mul(r.fine):sum("columns"):t()
  for first = 1, states.rows, 1024 do
    local last = math.min(first + 1023, states.rows)
    local off = squares - 2 * states:slice(first, last) * r.fine:t()
    local at = (-off):argmax("columns")
    for i = 1, at.rows do best[#best + 1] = math.tointeger(at:get(i, 1)) end
  end
  return r.fine:rows_at(best)
end

-- a. Drift and score (Eq. 16) ------------------------------------------------------------------------

-- @treturn table `slope`, `explained` and `cosine` of the drift on the score at states
function ring.drift_on_score(net, r, states)
  return regression.alignment(net:drift(states), ring.score(r, net.sigma ^ 2 * net.dt, states))
end

-- States about a ring, as the theory has them.
function ring.about(r, variance, rng)
  return r.states + rng:normal(r.states.rows, r.states.cols, 0, math.sqrt(variance))
end

-- How strongly a step pulls back along a direction u: 1 - u'Ju, on average over some places of a ring.
-- @treturn table `normal`, random directions across the ring; `radial`, away from its middle in the plane of
--   two principal components; `tangent`
function ring.gains(net, r, pca, rng)
  local places = {}
  for i = 1, r.states.rows, 9 do places[#places + 1] = i end
  local states, along = r.states:rows_at(places), r.tangent:rows_at(places)
  along = along / lengths(along)
  local plane = pca.components:slice(1, 2)
  local radial = (states - r.states:mean("rows")) * plane:t() * plane
  radial = radial - along:mul(radial:mul(along):sum("columns"))
  local normal = rng:normal(states.rows, states.cols)
  normal = normal - along:mul(normal:mul(along):sum("columns"))
  local jacobians, gains = net:jacobian(states), {}
  for name, u in pairs { normal = normal, radial = radial, tangent = along } do
    u = u / lengths(u)
    local sum = 0
    for i = 1, u.rows do sum = sum + (u:row(i) * jacobians:at(i) * u:row(i):t()):get(1, 1) end
    gains[name] = 1 - sum / u.rows
  end
  return gains
end

-- Drift over score across the ring, in the plane of two principal components, with the score of the waking
-- states themselves: with x the distance from the ring's own radius at that angle, kappa the pull of a step
-- on it, this is kappa var(x) / V. Where a step shrinks x by a factor 1 - kappa and nothing else happens, it
-- is 1 / (2 - kappa).
function ring.radial_ratio(net, awake, pca, variance)
  local plane = pca:project(awake.states, 2)
  local moved = net:drift(awake.states) * pca.components:slice(1, 2):t()
  local radius, angle = lengths(plane), plane:column(2):atan2(plane:column(1))
  local mean, grid = dynamics.mean_states(radius, angle, { points = 72, width = 0.15 })
  local bins, own = ((angle - grid:get(1, 1)) * (72 / (2 * math.pi)) + 0.5):floor(), {}
  for i = 1, bins.rows do own[i] = math.tointeger(bins:get(i, 1)) % 72 + 1 end
  local x = radius - mean:rows_at(own)
  local outward = moved:mul(plane):sum("columns") / radius
  local square = x:mul(x):mean()
  local pull = -(outward - outward:mean()):mul(x):mean() / square
  return pull * square / variance, 1 / (2 - pull)
end

-- b. The input (Eq. 18) ------------------------------------------------------------------------------

-- What the input adds to a step, and what the outputs should do, at waking states.
local function input_term(net, task, awake, rows)
  local some = {}
  for name, value in pairs(awake) do
    if name ~= "batch" then some[name] = value:rows_at(rows) end
  end
  local from = task.cells:encode(some.truth)
  local to = task.cells:encode((some.truth + some.turn):wrap())
  local rest = net:drift(some.states)
  return some, rest, net:drift(some.states, { input = some.turn }) - rest, from, to
end

local function spread_rows(count, most)
  local rows, step = {}, math.max(1, count // most)
  for i = 1, count, step do rows[#rows + 1] = i end
  return rows
end

-- @treturn table `output` and `whole`, `slope` and `cosine` of the input's part of a step on the theory's, as
--   the readout sees it and in all directions; `shuffled`, slope and cosine under other trials' turns
function ring.input(net, task, awake, readout)
  local rows = spread_rows(awake.states.rows, 1000)
  local _, _, added, from, to = input_term(net, task, awake, rows)
  local wanted, others = to - from, {}
  for i = 1, #rows do others[i] = (i + #rows // 2) % #rows + 1 end
  local seen = added * readout:t()
  return {
    output = regression.alignment(seen, wanted),
    whole = regression.alignment(added, wanted * core.pseudoinverse(readout):t()),
    shuffled = regression.alignment(seen, wanted:rows_at(others)),
  }
end

-- By what share of a turn that is put in once the bearing has moved after 1, 2, ... steps, without noise.
function ring.pulse(net, r, steps, turn)
  local inputs = core.matrix(steps * r.states.rows, net.inputs):as_sequence(steps)
  local function bearings()
    local _, outputs = net:forward { state = r.states, inputs = inputs, sigma = 0 }
    return heading.bearing(outputs):as_sequence(steps)
  end
  local still = bearings()
  local first = inputs:slice(1, r.states.rows)
  first:copy(first + turn)
  local moved, gains = (bearings() - still):wrap(), {}
  for t = 1, steps do gains[t] = moved:slice((t - 1) * r.states.rows + 1, t * r.states.rows):mean() / turn end
  return gains
end

-- c. The bounds (Eqs. 3 to 14) -----------------------------------------------------------------------

local DRAWS = 32 -- of the noise at each state

-- The mean length of what is left, over draws of the noise: E |rest - D noise|, one row a state.
local function expected(rest, noise)
  local off = lengths(repeated(rest, DRAWS) - noise)
  local each = core.matrix(rest.rows, 1)
  for i = 1, rest.rows do each:set(i, 1, off:slice((i - 1) * DRAWS + 1, i * DRAWS):mean()) end
  return each
end

-- The loss of the next step and the theory's bounds on it, at waking states, as means over these:
-- `loss` L (3); `triangle` L2 (9); `assumed` L2 with the readout exact before the step (10, 11); `schwarz` L3
-- (12); `upper` (14), with its parts `signal` and `noise`; and `holds`, the share of states where the loss is
-- below the bound that assumes.
function ring.bounds(net, task, awake, readout, rng)
  local rows = spread_rows(awake.states.rows, 200)
  local some, drift, added, from, to = input_term(net, task, awake, rows)
  local _, singular = core.svd(readout)
  local norm, sd = singular:get(1, 1), net.sigma * math.sqrt(net.dt)
  local noise = rng:normal(#rows * DRAWS, net.units, 0, sd)
  local heard = noise * readout:t()
  local resting = (some.states + drift) * readout:t()
  local signal = lengths(to - from - added * readout:t())
  local loss = expected(to - resting - added * readout:t(), heard)
  local triangle = signal + expected(from - resting, heard)
  local assumed = signal + expected(-drift * readout:t(), heard)
  local squares = drift:mul(drift):sum("columns") + net.units * sd ^ 2
  local schwarz = signal + norm * expected(-drift, noise)
  local upper = signal + norm * squares:sqrt()
  return {
    loss = loss:mean(), triangle = triangle:mean(), assumed = assumed:mean(), schwarz = schwarz:mean(),
    upper = upper:mean(), signal = signal:mean(), noise = upper:mean() - signal:mean(),
    holds = loss:le(assumed):mean(),
  }
end

-- e. Diffusion ---------------------------------------------------------------------------------------

-- The median over places of a ring; nil if most have no such number, as where a ring has shrunk to a point,
-- which has no tangent.
function ring.median(places)
  local kept = {}
  for i = 1, places.rows do
    if places:row(i):is_finite() then kept[#kept + 1] = i end
  end
  return #kept > places.rows / 2 and statistics.quantile(places:rows_at(kept), 0.5) or nil
end

local BACK = 400 -- steps in which all but the slowest direction is forgotten

-- Variance that a step adds to the bearing of a noisy ring, by its linear response: noise counts as the
-- slowest left eigenvector z of the step sees it, z'r' = 1 for the tangent r'. And the least that any ring of
-- this size could have, V / |r'|^2. Medians over places of the ring.
function ring.diffusion(net, r, variance)
  local places = {}
  for i = 1, r.states.rows, 9 do places[#places + 1] = i end
  local states, along = r.states:rows_at(places), r.tangent:rows_at(places)
  local jacobians = net:jacobian(states)
  local predicted, least = core.matrix(states.rows, 1), core.matrix(states.rows, 1)
  for i = 1, states.rows do
    local z, u = along:row(i), along:row(i)
    for _ = 1, BACK do
      z = z * jacobians:at(i)
      z = z / lengths(z)
    end
    local scale = (z * u:t()):get(1, 1)
    predicted:set(i, 1, variance / scale ^ 2)
    least:set(i, 1, variance / u:mul(u):sum())
  end
  return ring.median(predicted), ring.median(least)
end

return ring
