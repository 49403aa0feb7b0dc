--- Psychometric functions: how choices follow a stimulus.
-- @module reactivation.psychometric

local check = require "reactivation.check"
local core = require "reactivation.core"
local normal = require "reactivation.analysis.normal"

local ITERATIONS, PRECISE = 100, 1e-18
local ROUNDED = 1e-6 -- a gain in log-likelihood below which rounding may hide it

-- Choices by stimulus: a list of { x, yes, no }, by rising x.
local function count(stimulus, choices)
  local at, levels = {}, {}
  for i = 1, stimulus.rows do
    local x, chosen = stimulus:get(i, 1) + 0, choices:get(i, 1)
    check.that(check.is_finite(x), 1, "psychometric", "finite numbers", x)
    check.that(chosen == 1 or chosen == 0 or chosen == -1, 2, "psychometric", "1 or, for the other, 0 or -1",
               chosen)
    if not at[x] then
      at[x] = { x = x, yes = 0, no = 0 }
      levels[#levels + 1] = at[x]
    end
    local which = chosen == 1 and "yes" or "no"
    at[x][which] = at[x][which] + 1
  end
  table.sort(levels, function(a, b) return a.x < b.x end)
  return levels
end

-- Give each level its `z`, the stimulus from 0 at the lowest level to 1 at the highest.
local function scale(levels)
  local first, last = levels[1].x, levels[#levels].x
  for _, level in ipairs(levels) do level.z = (level.x - first) / (last - first) end
  return first, last - first
end

-- The least and the greatest stimulus that met a choice.
local function range(levels, which)
  local least, most = math.huge, -math.huge
  for _, level in ipairs(levels) do
    if level[which] > 0 then least, most = math.min(least, level.x), math.max(most, level.x) end
  end
  return least, most
end

-- Why no finite slope is likelier than all others, if so (Silvapulle 1981).
local function unbounded(levels)
  local yes_least, yes_most = range(levels, "yes")
  local no_least, no_most = range(levels, "no")
  if yes_least > yes_most or no_least > no_most then return "all choices are the same" end
  if yes_least >= no_most or no_least >= yes_most then
    return "no stimuli between which choices change met both: every steep enough slope fits"
  end
end

-- Log-likelihood of a + b z, its gradient and Fisher information.
local function likelihood(levels, a, b)
  local log, by_a, by_b, aa, ab, bb = 0, 0, 0, 0, 0, 0
  for _, level in ipairs(levels) do
    local z, at = level.z, a + b * level.z
    local up, down = normal.slope(at), normal.slope(-at)
    local off, weight = level.yes * up - level.no * down, (level.yes + level.no) * up * down
    log = log + level.yes * normal.log_below(at) + level.no * normal.log_below(-at)
    by_a, by_b = by_a + off, by_b + off * z
    aa, ab, bb = aa + weight, ab + weight * z, bb + weight * z * z
  end
  return log, by_a, by_b, aa, ab, bb
end

-- The most likely a and b by Fisher's scoring: the log-likelihood is concave, and steps that lower it are
-- halved.
local function fit(levels)
  local a, b = 0, 0
  local log, by_a, by_b, aa, ab, bb = likelihood(levels, a, b)
  for _ = 1, ITERATIONS do
    local determinant = aa * bb - ab * ab
    local step_a = (bb * by_a - ab * by_b) / determinant
    local step_b = (aa * by_b - ab * by_a) / determinant
    local gain = by_a * step_a + by_b * step_b
    if gain < PRECISE then break end
    while gain > ROUNDED and likelihood(levels, a + step_a, b + step_b) < log do
      step_a, step_b = step_a / 2, step_b / 2
    end
    a, b = a + step_a, b + step_b
    log, by_a, by_b, aa, ab, bb = likelihood(levels, a, b)
  end
  local determinant = aa * bb - ab * ab
  return a, b, log, { aa = bb / determinant, ab = -ab / determinant, bb = aa / determinant }
end

local function shares(levels)
  local rows = {}
  for i, level in ipairs(levels) do
    local total = level.yes + level.no
    rows[i] = { level.x, level.yes / total, total }
  end
  return core.matrix(rows)
end

--- The cumulative normal that makes choices most likely: P(yes) = Phi((x - mean) / sd).
--
-- Its `mean` is the stimulus at which both choices are met alike, its `sd` how far from there one of them
-- prevails (.84 to .16); it is negative where "yes" falls with the stimulus.
-- @function rx.psychometric
-- @param stimulus n x 1
-- @param choices n x 1: 1 for "yes"; 0 or -1 for "no"
-- @treturn table `mean`, `sd` and their standard errors `mean_error` and `sd_error` (by Fisher's
--   information); `log_likelihood`; `probability(x)`, the curve; `shares`, levels x 3: each stimulus,
--   the share of "yes" and the number of choices. Or nil and a message where no such curve is the most
--   likely: where all choices are the same or a stimulus parts them
-- @usage
-- local coherence = rng:uniform(1000, 1, -0.5, 0.5)
-- local fit = rx.psychometric(coherence, (coherence + rng:normal(1000, 1, 0, 0.2)):gt(0))
-- print(fit.mean, fit.sd, fit.probability(0.1))
return function(stimulus, choices)
  check.argument("matrix", 1, "psychometric", stimulus)
  check.argument("matrix", 2, "psychometric", choices)
  check.that(stimulus.cols == 1 and stimulus.rows > 0, 1, "psychometric", "n x 1 matrix", stimulus)
  check.that(choices.cols == 1 and choices.rows == stimulus.rows, 2, "psychometric",
             ("%d x 1 matrix"):format(stimulus.rows), choices)
  local levels = count(stimulus, choices)
  local problem = unbounded(levels)
  if problem then return nil, problem end
  local first, span = scale(levels)
  local a, b, log, covariance = fit(levels)
  local by_a, by_b = -1 / b, a / (b * b) -- of the mean
  local variance = by_a ^ 2 * covariance.aa + 2 * by_a * by_b * covariance.ab + by_b ^ 2 * covariance.bb
  return {
    mean = first - span * a / b, mean_error = span * math.sqrt(variance),
    sd = span / b, sd_error = span * math.sqrt(covariance.bb) / (b * b),
    log_likelihood = log, shares = shares(levels),
    probability = function(x) return normal.below(a + b * (x - first) / span) end,
  }
end
