--- What can be read from activity: linear and Bayesian decoding, measured on what they have not seen.
-- @module reactivation.decoding

local check = require "reactivation.check"
local check_options = require "reactivation.check.options"
local core = require "reactivation.core"
local resampling = require "reactivation.analysis.resampling"
local regression = require "reactivation.analysis.regression"

local decoding = {}

-- Mean distance between what was decoded and the truth, one a row.
local function mean_error(decoded, truth, cyclic)
  local off = decoded - truth
  if cyclic then off = off:wrap() end
  return off:mul(off):sum("columns"):sqrt():mean()
end

-- Mean error on rows held out, each fold by what was fitted to the others.
local function held_out(activity, truth, folds, cyclic, fit)
  local sum, rows = 0, 0
  resampling.each_fold({ activity, truth }, folds, function(training, held)
    local decoder = fit(training[1], training[2])
    sum = sum + held[1].rows * mean_error(decoder.predict(held[1]), held[2], cyclic)
    rows = rows + held[1].rows
  end)
  return sum / rows
end

-- What everything comes to that knows the truth's law, but no activity.
local function blind_error(truth, cyclic)
  if not cyclic then return mean_error(truth, truth:mean("rows"), false) end
  local x, y = truth:cos():mean(), truth:sin():mean()
  return mean_error(truth, core.matrix(1, 1, math.atan(y, x)), true)
end

local function check_truth(activity, truth, name, cyclic, most)
  check.argument("matrix", 1, name, activity)
  check.that(check.is_matrix(truth) and truth.rows == activity.rows and truth.cols >= 1, 2, name,
             ("matrix of %d rows"):format(activity.rows), truth)
  if cyclic or most then
    check.that(truth.cols <= (cyclic and 1 or most), 2, name,
               cyclic and "matrix of 1 column" or ("matrix of 1 to %d columns"):format(most), truth)
  end
end

-- A decoder that also says how well it does.
local function measured(activity, truth, o, fit)
  local decoder = fit(activity, truth)
  decoder.error = held_out(activity, truth, o.folds, o.cyclic, fit)
  decoder.blind = blind_error(truth, o.cyclic)
  return decoder
end

--- Decoding by ridge regression; of angles, of their cosine and sine.
-- @function rx.linear_decoder
-- @tparam matrix activity rows x units; of a sequence whole trials are held out
-- @tparam matrix truth rows x coordinates, or angles
-- @tab[opt] options `penalty`, as for `rx.ridge` (1); `folds` of what is held out (5); `cyclic` (false)
-- @treturn table `predict`, a function of activity; `error`, the mean distance from the truth on rows held
--   out; `blind`, that of always guessing the mean
-- @usage
-- local decoder = rx.linear_decoder(states, bearings, { cyclic = true })
-- print(decoder.error, decoder.blind, decoder.predict(states).rows)
function decoding.linear(activity, truth, options)
  local o = check_options(options, {
    penalty = { "any", 1 }, folds = { "size", 5 }, cyclic = { "boolean", false },
  })
  check_truth(activity, truth, "linear_decoder", o.cyclic)
  local function fit(x, y)
    local targets = o.cyclic and core.join { y:cos(), y:sin() } or y
    local weights = regression.ridge(x, targets, { penalty = o.penalty })
    local function predict(new)
      local found = weights.predict(new)
      return o.cyclic and found:column(2):atan2(found:column(1)) or found
    end
    return { predict = predict, weights = weights.weights, intercept = weights.intercept }
  end
  return measured(activity, truth, o, fit)
end

-- Bayes ------------------------------------------------------------------------------------------

-- The centres of the bins that were visited, one a row, and their numbers.
local function visited_bins(occupancy, o, dims)
  local width = (o.cyclic and 2 * math.pi or o.box) / o.bins
  local function center(i) return (i - 0.5 - o.bins / 2) * width end
  local centers, numbers = {}, {}
  for i = 1, occupancy.rows do
    for j = 1, occupancy.cols do
      if occupancy:get(i, j) > 0 then
        centers[#centers + 1] = dims == 2 and { center(i), center(j) } or { center(j) }
        numbers[#numbers + 1] = (i - 1) * occupancy.cols + j
      end
    end
  end
  if #centers == 0 then check.complain("no position lies within the box of side %g", o.box) end
  return core.matrix(centers), numbers
end

-- From activity and truth: of each visited bin its centre, its share of the time and the mean activity (bins
-- x units); and each unit's variance about these (1 x units).
local function learn(x, y, o)
  local side = o.cyclic and 2 * math.pi or o.box
  local occupancy, rates = core.bin_rates(y, x, side, o.bins, o.cyclic)
  local _, squares = core.bin_rates(y, x:mul(x), side, o.bins, o.cyclic)
  local centers, numbers = visited_bins(occupancy, o, y.cols)
  local cells = occupancy.rows * occupancy.cols
  local function visited(m, rows) return m:reshape(rows, cells):t():rows_at(numbers) end
  local means, share = visited(rates, x.cols), visited(occupancy, 1)
  share = share / share:sum()
  local variance = (visited(squares, x.cols) - means:mul(means)):mul(share):sum("rows")
  return { centers = centers, share = share, means = means, variance = variance }
end

-- Log likelihood of activity (rows x units) in each bin (rows x bins), but for what is the same in all bins.
local likelihoods = {}

function likelihoods.gaussian(x, learned)
  -- a unit that never varies beside its means would decide alone
  local least = 1e-6 * math.max(learned.variance:max(), 1e-30)
  local weighted = learned.means / (learned.variance + least)
  return x * weighted:t() - 0.5 * weighted:mul(learned.means):sum("columns"):t()
end

function likelihoods.poisson(x, learned, time)
  local rates = learned.means + 1e-6 * learned.means:max()
  return x * rates:log():t() - time * rates:sum("columns"):t()
end

-- Each row's exponentials, of sum 1.
local function normalized(logs)
  local share = (logs - logs:max("columns")):exp()
  return share / share:sum("columns")
end

local function posterior_mean(posterior, centers, cyclic)
  if not cyclic then return posterior * centers end
  return (posterior * centers:sin()):atan2(posterior * centers:cos())
end

--- Decoding by Bayes' rule: what places, binned, are likely given the activity, with the shares of time spent
-- in each as the prior.
-- @function rx.bayesian_decoder
-- @tparam matrix activity rows x units; of a sequence whole trials are held out
-- @tparam matrix truth rows x 1 or 2 coordinates, or angles
-- @tab[opt] options `noise` of the units about their mean in a bin, each by itself: "gaussian" (the default),
--   with each one's variance, or "poisson", of counts in `time` seconds (1), of which the activity is the
--   rate; `box` (2.2) and `bins` (20); or `cyclic` (false) and `bins` (36); `folds` of what is held out (5)
-- @treturn table `predict`, a function of activity: the posterior mean of each row, and second the posterior,
--   rows x bins; `centers` of these bins, those that were visited; `error`, the mean distance from the truth
--   on rows held out; `blind`, that of always guessing the mean
-- @usage
-- local decoder = rx.bayesian_decoder(states, bearings, { cyclic = true, bins = 12 })
-- local decoded, posterior = decoder.predict(states)
-- print(decoder.error, decoder.blind, decoded.rows, posterior.cols)
function decoding.bayesian(activity, truth, options)
  local o = check_options(options, {
    noise = { { "gaussian", "poisson" }, "gaussian" }, time = { "positive", 1 }, box = { "positive", 2.2 },
    bins = { "size" }, cyclic = { "boolean", false }, folds = { "size", 5 },
  })
  check_truth(activity, truth, "bayesian_decoder", o.cyclic, 2)
  o.bins = o.bins or (o.cyclic and 36 or 20)
  if o.noise == "poisson" and activity:min() < 0 then
    check.complain("bad argument #1 to 'bayesian_decoder' (rates of at least 0 expected, got %g)",
                   activity:min())
  end
  local function fit(x, y)
    local learned = learn(x, y, o)
    local prior = learned.share:log():t()
    local function predict(new)
      local counts = o.noise == "poisson" and o.time * new or new
      local posterior = normalized(likelihoods[o.noise](counts, learned, o.time) + prior)
      return posterior_mean(posterior, learned.centers, o.cyclic), posterior
    end
    return { predict = predict, centers = learned.centers }
  end
  return measured(activity, truth, o, fit)
end

return decoding
