--- Numbers at equal distances.
-- @module reactivation.range

local check = require "reactivation.check"

local MOST = 1e6 -- numbers
local ROOM = 1e-9 -- of a step, that the last number may lie beyond: steps such as 0.1 are no sums of halves

--- Numbers from the first to the last one, for what varies in a sweep.
-- @function rx.range
-- @number first
-- @number last
-- @number[opt] step between two (1), so that there are at most a million
-- @treturn table list
-- @usage local seeds = rx.range(0, 4) -- { 0, 1, 2, 3, 4 }
-- @usage local sigmas = rx.range(0, 0.4, 0.1)
return function(first, last, step)
  check.argument("number", 1, "range", first)
  check.argument("number", 2, "range", last)
  check.that(step == nil or check.is_finite(step) and step > 0, 3, "range", "number above 0", step)
  step = step or 1
  check.that(last >= first, 2, "range", ("number of at least %s"):format(first), last)
  local steps = (last - first) / step + ROOM
  check.that(steps < MOST, 3, "range", ("step that makes at most %d numbers"):format(MOST), step)
  local list = {}
  for i = 0, math.floor(steps) do list[i + 1] = first + i * step end
  return list
end
