--- Linear regression that is held in check, and how well it does on what it has not seen.
-- @module reactivation.linear
-- @pragma nostrip

local check = require "reactivation.check"
local check_options = require "reactivation.check.options"
local core = require "reactivation.core"
local resampling = require "reactivation.analysis.resampling"

local function predict(fit, x)
  return x * fit.weights:t() + fit.intercept
end

local function squared(m)
  return m:mul(m):sum()
end

-- Mean squared error on the rows held out, each fold by what was fitted to the others; and the share of
-- the targets' variance that is explained there.
local function held_out(x, y, penalty, folds)
  local missed, spread = 0, 0
  resampling.each_fold({ x, y }, folds, function(training, held)
    local fit = {}
    fit.weights, fit.intercept = core.ridge(training[1], training[2], penalty)
    missed = missed + squared(predict(fit, held[1]) - held[2])
    spread = spread + squared(held[2] - training[2]:mean("rows"))
  end)
  return missed / (y.rows * y.cols), 1 - missed / spread
end

-- A number, or the one of a list that does best on what is held out.
local function choose(x, y, o)
  if type(o.penalty) == "number" then
    if not o.folds then return o.penalty end
    return o.penalty, held_out(x, y, o.penalty, o.folds)
  end
  local best, least, explained
  for _, penalty in ipairs(o.penalty) do
    local missed, share = held_out(x, y, penalty, o.folds)
    if not least or missed < least then best, least, explained = penalty, missed, share end
  end
  return best, least, explained
end

local function is_penalty(value)
  return check.is_finite(value) and value >= 0
end

local function check_penalty(penalty)
  local list = type(penalty) == "table" and penalty or { penalty }
  local whole = #list > 0
  for i = 1, #list do whole = whole and is_penalty(list[i]) end
  if not whole then
    check.complain("bad option 'penalty' (number of at least 0, or list of such, expected)")
  end
end

local function check_fit(x, y, options)
  check.argument("matrix", 1, "ridge", x)
  check.that(check.is_matrix(y) and y.rows == x.rows, 2, "ridge", ("matrix of %d rows"):format(x.rows), y)
  check.that(x.rows >= 2, 1, "ridge", "matrix of at least two rows", x)
  local o = check_options(options, { penalty = { "any", 1 }, folds = { "size" } })
  check_penalty(o.penalty)
  local parts = x.steps and x.batch or x.rows
  o.folds = o.folds or type(o.penalty) == "table" and math.min(5, parts) or nil
  if o.folds and (o.folds < 2 or o.folds > parts) then
    check.complain("bad option 'folds' (whole number from 2 to %d expected, got %d)", parts, o.folds)
  end
  return o
end

local regression = {}

--- Ridge regression: the weights w and intercept c with the least sum (y - x w' - c)^2 + penalty sum w^2.
-- @function rx.ridge
-- @tparam matrix x rows x features
-- @tparam matrix y rows x outputs
-- @tab[opt] options
--
-- * `penalty`: a number of at least 0 (1), or a list of them, of which the one is taken that does best on
--   what is held out
-- * `folds`: in how many blocks of rows, or of trials if x is a sequence, what is held out is cut (none; 5
--   for a list of penalties)
-- @treturn table `weights` (outputs x features), `intercept` (1 x outputs), `penalty`, and `predict`, a
--   function of new rows; with folds also `error`, the mean squared error on the rows held out, each by what
--   was fitted to the other folds, and `explained`, the share of variance explained there
-- @usage
-- local fit = rx.ridge(states, outputs, { penalty = { 0.01, 0.1, 1 }, folds = 5 })
-- print(fit.penalty, fit.error, fit.explained, fit.predict(states).cols)
function regression.ridge(x, y, options)
  local o = check_fit(x, y, options)
  local fit = {}
  fit.penalty, fit.error, fit.explained = choose(x, y, o)
  fit.weights, fit.intercept = core.ridge(x, y, fit.penalty)
  -- with a dot or a colon
  function fit.predict(a, b) return predict(fit, b or a) end
  return fit
end

--- How one field of vectors goes along with another, such as a drift with what theory expects.
-- @function rx.alignment
-- @tparam matrix found vectors, one a row
-- @tparam matrix expected as many, as long
-- @treturn table `slope`, of found on expected through 0; `explained`, the share of found's squares that this
--   explains; `cosine`, the mean over rows of the cosine of the angle between the two; rows of which one is 0
--   are left out of that
-- @usage
-- local score = rx.kde(states, { bandwidth = 0.2 }):score(states)
-- print(rx.alignment(net:forward(batch) - states, score).slope)
function regression.alignment(found, expected)
  check.argument("matrix", 1, "alignment", found)
  local fits = check.is_matrix(expected) and expected.rows == found.rows and expected.cols == found.cols
  check.that(fits, 2, "alignment", ("%d x %d matrix"):format(found.rows, found.cols), expected)
  local along, size = found:mul(expected):sum("columns"), expected:mul(expected):sum("columns")
  local own = found:mul(found):sum("columns")
  if not (size:sum() > 0 and own:sum() > 0) then
    check.complain("bad arguments to 'alignment' (vectors that are not all 0 expected)")
  end
  local slope = along:sum() / size:sum()
  local cosine, count = 0, 0
  for i = 1, found.rows do
    local lengths = math.sqrt(own:get(i, 1) * size:get(i, 1))
    if lengths > 0 then cosine, count = cosine + along:get(i, 1) / lengths, count + 1 end
  end
  return { slope = slope, explained = slope * along:sum() / own:sum(), cosine = cosine / count }
end

return regression
