--- Covariance of states and its principal components, also of more states than memory can hold.
--
-- What is called a source here is a matrix; an iterator of matrices, such as `net:stream` returns
-- (of each window it takes the first, the states); or the `rx.moments` of either.
-- @module reactivation.pca
-- @pragma nostrip

local check = require "reactivation.check"
local core = require "reactivation.core"
local public = require "reactivation.check.public"

local analysis = {}

local function moments_of_windows(iterator)
  local moments
  for window in iterator do
    if not check.is_matrix(window) then
      check.complain("iterator of matrices expected, got a %s", type(window))
    end
    moments = (moments or core.moments(window.cols)):add(window)
  end
  return moments or check.complain("iterator of at least one matrix expected, got none")
end

local function moments_of(source, name)
  if check.is_matrix(source) then return core.moments(source.cols):add(source) end
  if type(source) == "function" then return moments_of_windows(source) end
  if type(source) == "userdata" and source.covariance then return source end
  check.that(false, 1, name, "matrix, iterator of matrices or moments", source)
end

--- Mean and covariance of rows as they come, in double precision and in memory that does not grow.
-- @param source a source, or a number of columns: the moments of no rows yet
-- @function rx.moments
-- @return moments: `moments:add(matrix)` takes in more rows; `moments.count` of them came so far;
--   `moments.mean` is 1 x columns, `moments:covariance()` columns x columns, with divisor count - 1
-- @usage local moments = rx.moments(net.units)
-- for window in net:stream { init = batch.init, steps = 2000, reuse = true } do
--   moments:add(window)
-- end
function analysis.moments(source)
  if type(source) == "number" then return core.moments(source) end
  return moments_of(source, "moments")
end

local PCA = {}
PCA.__index = PCA

-- Of no variance there are no shares.
local function shares_of(variance, total)
  return total > 0 and variance / total or core.matrix(variance.rows, 1, 0 / 0)
end

--- Principal components of rows.
-- @function rx.pca
-- @param source their source
-- @return a table: `mean` (1 x features), `components` (one a row, largest variance first),
--   `variance` along them (features x 1) and `ratio`, each one's share of the whole, NaN if no rows vary
-- @usage local plane = rx.pca(states):project(states, 2)
-- @usage local pca = rx.pca(net:stream { init = batch.init, steps = 2000, reuse = true })
function analysis.pca(source)
  local pca = core.pca(moments_of(source, "pca"))
  pca.ratio = shares_of(pca.variance, pca.variance:sum())
  return setmetatable(pca, PCA)
end

-- The first k components, or all.
local function axes(pca, k)
  return k and pca.components:slice(1, k) or pca.components
end

--- Coordinates of rows on the first components.
-- @function pca:project
-- @param data rows x features
-- @int[opt] k how many components; all by default
-- @return rows x k
function PCA:project(data, k)
  return (data - self.mean) * axes(self, k):t()
end

--- Shares of the variance of other rows that lie along each of the first components.
-- @function pca:shares
-- @param source the source of these rows
-- @int[opt] k how many components; all by default
-- @return k x 1; of the rows that the components come from, it is `ratio`. NaN if these rows do not vary
-- @usage local cumulative = rx.pca(data):shares(points, 2):cumsum()
function PCA:shares(source, k)
  local covariance, along = moments_of(source, "shares"):covariance(), axes(self, k)
  local variance, total = (along * covariance):mul(along):sum("columns"), 0
  for i = 1, covariance.rows do total = total + covariance:get(i, i) end
  return shares_of(variance, total)
end

--- Share of the variance of other rows that lies along the first components together.
-- @function pca:explained
-- @param source the source of these rows
-- @int k how many components
-- @treturn number from 0 to 1; NaN if these rows do not vary
function PCA:explained(source, k)
  return self:shares(source, k):sum()
end

public.methods(PCA)

return analysis
