--- What kind of attractor a network at rest has, and how long it remembers.
-- @module reactivation.attractor

local check = require "reactivation.check"
local check_options = require "reactivation.check.options"
local core = require "reactivation.core"
local counted = require "reactivation.runs.counted"
local principal = require "reactivation.analysis.pca"
local slow_points = require "reactivation.dynamics.slow_points"
local statistics = require "reactivation.analysis.statistics"
local steps = require "reactivation.dynamics.steps"

local SPECTRA = 20     -- states at which the directions are counted,
local CHUNK = 8        -- between two looks at the clock
local MOST = 3         -- dimensions that are told apart
local FOREVER = 1e9    -- steps: the longest time constant that is told from standing still
local HELD = 0.1       -- share of the horizon below which a direction is forgotten
local NEAR = 0.2       -- share of the spread within which a point is about the states

local function norms(rows)
  return rows:mul(rows):sum("columns"):sqrt()
end

local function spread_of(rows)
  local off = rows - rows:mean("rows")
  return math.sqrt(off:mul(off):sum() / off.rows)
end

-- Running without noise ----------------------------------------------------------------------------

local function by_name(net, states)
  local list, units = {}, net.units
  for k, name in ipairs(net.cell.state) do
    list[name] = states:t():slice((k - 1) * units + 1, k * units):t()
  end
  return list
end

-- The states, all of a cell's side by side, after so many steps without noise; `each` is told after how many.
local function advance(net, states, count, each)
  local state, last = by_name(net, states), nil
  local run = { state = state, steps = count, sigma = 0, every = math.min(count, 20), reuse = true }
  local done = 0
  for _, _, all in net:stream(run) do
    last, done = all, done + all[net.cell.state[1]].steps
    if each then each(done) end
  end
  local parts = {}
  for k, name in ipairs(net.cell.state) do parts[k] = last[name]:at(last[name].steps) end
  return #parts == 1 and parts[1]:clone() or core.join(parts)
end

-- How many directions are remembered ----------------------------------------------------------------

-- The time constants of the slowest directions (steps), each the median over states.
local function time_constants(step, states)
  local some = statistics.thin(states, SPECTRA)
  local moduli, constants = core.matrix(some.rows, some.cols), {}
  for first in counted.numbers("spectra", some.rows, CHUNK) do
    local last = math.min(first + CHUNK - 1, some.rows)
    local real, imaginary = core.spectra(step, some:slice(first, last))
    moduli:slice(first, last):copy((real ^ 2 + imaginary ^ 2):sqrt())
  end
  for k = 1, math.min(MOST + 1, moduli.cols) do
    local modulus = moduli:column(k)
    local median = statistics.quantile(modulus, 0.5)
    constants[k] = median >= 1 and FOREVER or math.min(-1 / math.log(math.max(median, 1e-300)), FOREVER)
  end
  return constants
end

-- How many are slow: where the time constants fall most, among those that outlast the horizon's share.
local function dimensions(constants, horizon)
  local best, gap = 0, 1
  for k = 1, math.min(MOST, #constants) do
    local next_one = constants[k + 1] or 1
    if constants[k] > HELD * horizon and constants[k] / next_one > gap then
      best, gap = k, constants[k] / next_one
    end
  end
  return best, gap
end

-- Whether states go all around on the plane of their first two components.
local function around(pca, states)
  local plane = pca:project(states, 2)
  local radius, angles = norms(plane), plane:column(2):atan2(plane:column(1))
  local sorted = {}
  for i = 1, angles.rows do sorted[i] = angles:get(i, 1) end
  table.sort(sorted)
  local widest = sorted[1] + 2 * math.pi - sorted[#sorted]
  for i = 2, #sorted do widest = math.max(widest, sorted[i] - sorted[i - 1]) end
  local middle = statistics.quantile(radius, 0.5)
  return widest < math.pi / 2 and radius:min() > 0.25 * middle
end

-- What gives the angles of states around a ring that others lie on; nil if they lie on none.
local function angles_around(states)
  local pca = principal.pca(states)
  if not around(pca, states) then return nil end
  return function(rows)
    local plane = pca:project(rows, 2)
    return plane:column(2):atan2(plane:column(1))
  end
end

-- Memory --------------------------------------------------------------------------------------------

local function times_up_to(horizon)
  local times, t = {}, 1
  while t < horizon do
    times[#times + 1] = t
    t = math.max(t + 1, math.floor(t * 1.5))
  end
  times[#times + 1] = horizon
  return times
end

-- How far states get from where they settled, on average, over their spread; of a ring also by angle (rad).
local function memory_of(net, states, horizon, spread, angle_of)
  local memory = { times = times_up_to(horizon), error = {}, angle = angle_of and {} or nil }
  local at, done, began = states, 0, angle_of and angle_of(states)
  local progress <close> = counted.begin("steps", horizon)
  for i, t in ipairs(memory.times) do
    at = advance(net, at, t - done, function(more) progress:tell(done + more) end)
    done = t
    memory.error[i] = norms(at - states):mean() / spread
    if angle_of then memory.angle[i] = (angle_of(at) - began):wrap():abs():mean() end
  end
  return memory
end

-- Points ----------------------------------------------------------------------------------------------

local function count_kinds(slow)
  local stable, saddles = 0, 0
  for _, is_stable in ipairs(slow.stable) do
    if is_stable then stable = stable + 1 else saddles = saddles + 1 end
  end
  return stable, saddles
end

-- Whether stable points and saddles take turns around a ring.
local function alternate(slow, angle_of)
  local order, angles = {}, angle_of(slow.states)
  for k = 1, slow.states.rows do order[k] = k end
  table.sort(order, function(a, b) return angles:get(a, 1) < angles:get(b, 1) end)
  for i, k in ipairs(order) do
    if slow.stable[k] == slow.stable[order[i % #order + 1]] then return false end
  end
  return #order > 1
end

-- Rows of one below those of another: saddles lie where states come by, stable points where they end.
local function both(a, b)
  local all = core.matrix(a.rows + b.rows, a.cols)
  all:slice(1, a.rows):copy(a)
  all:slice(a.rows + 1, all.rows):copy(b)
  return all
end

-- The slow points about the states; those far from all are left out.
local function points_on(slow, states, spread)
  local kept = {}
  for k = 1, slow.states.rows do
    local near = norms(states - slow.states:row(k)):min()
    if near < NEAR * spread then kept[#kept + 1] = k end
  end
  local on = { states = slow.states:rows_at(kept), stable = {}, speed = slow.speed:rows_at(kept) }
  for i, k in ipairs(kept) do on.stable[i] = slow.stable[k] end
  return on
end

-- The verdict -----------------------------------------------------------------------------------------

local KINDS = { [0] = "points", "line", "plane", "space" }

local function sentence(v)
  if v.kind == "points" then
    return ("points: %d stable, %d saddles%s; nothing else is remembered for %d steps")
           :format(v.stable, v.saddles, v.alternating and ", taking turns around a ring" or "", v.horizon)
  end
  local text = v.kind
  if v.continuum then
    return text .. " of points that stand still, a continuum to the digits of the numbers"
  end
  text = ("%s, slow but not still: %d stable points and %d saddles on it%s"):format(
    text, v.stable, v.saddles, v.alternating and ", taking turns" or "")
  if v.turn then text = text .. ("; it turns at most %.2g rad a step"):format(v.turn) end
  return text
end

local function check_settled(settled, starts)
  local size = norms(settled):max()
  if not settled:is_finite() or size > 1e4 * (1 + norms(starts):max()) then
    check.complain("the network at rest grows without bound from these states: it has no attractor there")
  end
end

--- What kind of attractor a network at rest has (Sagodi et al. 2024): states run without noise until what is
-- forgotten soon is forgotten; then the directions that are remembered are counted, by the gap between the
-- time constants of the step's derivative, and the flow along them, its slow points, and what becomes of a
-- memory over time are found.
-- @function rx.attractor
-- @param net
-- @tparam matrix|table states such as waking states
-- @tab[opt] options `starts`: how many of them, at most (100); `settle`: steps before anything is looked at
--   (100); `horizon`: steps over which memory is followed (1000); a direction with a time constant of less
--   than a tenth of it is forgotten
-- @treturn table
--
-- * `verdict`, a sentence; `kind`: "points", "ring", "line", "plane" or "space"; `dimensions`
-- * `constants`, a list: the time constants (steps) of the slowest directions, 1e9 of one that does not
--   shrink at all; `gap`, by what factor those that are remembered outlast the next
-- * `states`, what was settled to; `drift`, how far a step takes them (mean and `fastest`), and of a ring
--   `turn`, how far around at most (rad)
-- * `stable`, `saddles`: how many slow points on it are of each kind; `alternating`, whether these take turns
--   around a ring, be it one along which states still move or one on which they have come to points;
--   `continuum`: whether every place on it stands still; `slow`, all of
--   `rx.slow_points`
-- * `memory`: `times`, `error`, the mean distance from the beginning over the spread, of a ring also `angle`
--   (rad); and `bound`, above which an error cannot be, since nothing on it is faster than `fastest`
-- @usage
-- local found = rx.attractor(net, states, { starts = 10, settle = 20, horizon = 50 })
-- print(found.verdict)
return function(net, states, options)
  check.argument("network", 1, "attractor", net)
  local o = check_options(options, {
    starts = { "size", 100 }, settle = { "size", 100 }, horizon = { "size", 1000 },
  })
  local starts = statistics.thin(steps.states(net, states, 2, "attractor"), o.starts)
  if spread_of(starts) == 0 then check.complain("states that differ expected, from which it can be told") end
  local early = advance(net, starts, math.max(o.settle // 5, 1))
  local settled = advance(net, early, math.max(o.settle - o.settle // 5, 1))
  check_settled(settled, starts)
  local step, spread = steps.of(net, false), spread_of(settled)
  local drift = core.drift(step, settled)
  local v = { states = settled, horizon = o.horizon }
  v.drift, v.fastest = norms(drift):mean(), norms(drift):max()
  v.constants = time_constants(step, settled)
  v.dimensions, v.gap = dimensions(v.constants, o.horizon)
  if spread < 1e-3 * spread_of(starts) then v.dimensions = 0 end
  v.kind = KINDS[v.dimensions]

  local angle_of = v.dimensions == 1 and angles_around(settled) or nil
  if angle_of then
    v.kind, v.turn = "ring", (angle_of(settled + drift) - angle_of(settled)):wrap():abs():max()
  end
  v.slow = slow_points(net, both(starts, settled), { starts = 2 * o.starts })
  local on = points_on(v.slow, both(early, settled), spread_of(early))
  v.stable, v.saddles = count_kinds(on)
  v.continuum = v.dimensions > 0 and v.fastest < 1e-6 * spread
  local passed = angle_of or v.dimensions == 0 and v.stable > 1 and angles_around(early) or nil
  v.alternating = passed ~= nil and alternate(on, passed)
  v.memory = memory_of(net, settled, o.horizon, math.max(spread, 1e-30), angle_of)
  v.memory.bound = {}
  for i, t in ipairs(v.memory.times) do v.memory.bound[i] = t * v.fastest / math.max(spread, 1e-30) end
  v.verdict = sentence(v)
  return v
end
