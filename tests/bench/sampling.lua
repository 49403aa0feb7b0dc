-- Samples taken in rounds, and what is said of them. In every round all variants take their turn, so
-- that what else the machine does falls on all of them; ratios are of samples of the same round.

local core = require "reactivation.core"

local sampling = {}

function sampling.seconds(f, ...)
  local began = core.now()
  f(...)
  return core.now() - began
end

local Samples = {}
Samples.__index = Samples

-- Samples have a name made of words and numbers. What an absent program did not measure is left out.
local function key(...) return table.concat({ ... }, ", ") end

function Samples:add(value, ...)
  if not value then return end
  local name = key(...)
  self[name] = self[name] or {}
  table.insert(self[name], value)
end

-- In order of time; nil if there are none.
function Samples:of(...) return self[key(...)] end

-- Call round(samples) so often, after once that is not counted, since it takes memory, starts
-- threads and builds what is measured.
function sampling.rounds(count, round)
  round(setmetatable({}, Samples))
  local samples = setmetatable({}, Samples)
  for _ = 1, count do round(samples) end
  return samples
end

function sampling.median(list)
  local sorted = table.move(list, 1, #list, 1, {})
  table.sort(sorted)
  local middle = (#sorted + 1) / 2
  return (sorted[math.floor(middle)] + sorted[math.ceil(middle)]) / 2
end

-- Of a list of samples; nil of none.
function sampling.summary(list)
  return list and {
    median = sampling.median(list), least = math.min(table.unpack(list)), most = math.max(table.unpack(list)),
    samples = list, -- in order of time
  }
end

function sampling.ratios(above, below)
  if not (above and below) then return nil end
  local list = {}
  for i, a in ipairs(above) do list[i] = a / below[i] end
  return list
end

function sampling.ratio(above, below)
  return sampling.summary(sampling.ratios(above, below))
end

return sampling
