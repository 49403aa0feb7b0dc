-- Numbers of a sweep over networks of several kinds, and their curves in a figure. A series is a function of
-- the place among the curve's abscissae, which gives a list of numbers: one a network.

local core = require "reactivation.core"

local kinds = {}

-- What the networks of a kind have under a name, in the order of the sweep; NaN where one has no such number.
-- @tab sweep as `rx.sweep` gives it, of configurations with a `kind`
-- @treturn function of kind and name
function kinds.of(sweep)
  return function(kind, name)
    local list = {}
    for i, value in ipairs(sweep.columns[name]) do
      if sweep.columns.kind[i] == kind then list[#list + 1] = value end
    end
    return list
  end
end

-- A series of what is known, `f` of the place.
function kinds.known(f)
  return function(i) return { f(i) } end
end

-- A panel of curves with bands.
-- @tab xs abscissae
-- @tab series one for each curve
-- @func band of a series' numbers at a place: what is drawn for them, and the ends of its band, low and high
-- @tab more of the panel, as `rx.figure` takes it
function kinds.curves(xs, series, band, more)
  local rows = { curves = {}, lower = {}, upper = {} }
  for i, x in ipairs(xs) do
    for _, part in pairs(rows) do part[i] = { x } end
    for _, values in ipairs(series) do
      local middle, low, high = band(values(i))
      table.insert(rows.curves[i], middle)
      table.insert(rows.lower[i], low)
      table.insert(rows.upper[i], high)
    end
  end
  local data = {}
  for name, part in pairs(rows) do data[name] = core.matrix(part) end
  for name, value in pairs(more) do data[name] = value end
  return { "curve", data }
end

return kinds
