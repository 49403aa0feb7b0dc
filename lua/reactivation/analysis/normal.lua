-- The normal distribution, to the accuracy of doubles also far out in its tails.

local normal = {}

local ROOT = math.sqrt(2 * math.pi)
local TAIL = 3     -- from here on the continued fraction
local TERMS = 100

local function density(x)
  return math.exp(-x * x / 2) / ROOT
end

-- Mills' ratio, of what lies above x to the density at x, by Laplace's continued fraction; x >= TAIL.
local function mills(x)
  local below = x
  for k = TERMS, 1, -1 do below = x + k / below end
  return 1 / below
end

-- The share below x less a half, by its series (Marsaglia 2004, Journal of Statistical Software 11(4)).
local function beside_half(x)
  local sum, term, k = x, x, 1
  local last
  repeat
    k = k + 2
    last, term = sum, term * x * x / k
    sum = sum + term
  until sum == last
  return sum * density(x)
end

-- The share of the standard normal distribution that lies below x.
function normal.below(x)
  if x <= -TAIL then return density(x) * mills(-x) end
  if x >= TAIL then return 1 - density(x) * mills(x) end
  return 0.5 + beside_half(x)
end

-- Its logarithm.
function normal.log_below(x)
  if x <= -TAIL then return -x * x / 2 - math.log(ROOT) + math.log(mills(-x)) end
  return math.log(normal.below(x))
end

-- The derivative of that: the density at x over the share below it.
function normal.slope(x)
  return x <= -TAIL and 1 / mills(-x) or density(x) / normal.below(x)
end

return normal
