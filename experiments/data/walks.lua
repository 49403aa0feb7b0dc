-- Makes walks.csv, which stands in for an animal's tracking data: three recordings of unequal length at 20
-- Hz, in a box of one metre, by an animal that likes one corner. Where tracking failed the cells are empty.
--
--   rxlua experiments/data/walks.lua

local rx = require "reactivation"

local MINUTES, INTERVAL, BOX = { 2.5, 1.5, 1 }, 0.05, 1
local SPEED, KEPT = 0.15, 0.7    -- sd of the velocity's components (m/s); how long it lasts (s)
local ANCHOR, SPREAD = 0.15, 0.35 -- where the animal likes to be, in x and y (m), and how narrowly
local ERROR, ORIGIN = 0.002, 0.6 -- of the tracker (m)
local LOST = 1 / 8               -- gaps a second; each lasts between one sample and 1.5 s, mostly short

local rng = rx.random(5)

-- One coordinate: a velocity that decays and is driven by noise, a spring to the anchor, and walls that throw
-- back. Without walls positions are normal around the anchor with standard deviation SPREAD.
local function coordinate(samples)
  local position, velocity, path = ANCHOR, 0, {}
  local decay, pull = INTERVAL / KEPT, INTERVAL * (SPEED / SPREAD) ^ 2
  for i, draw in ipairs(rng:normal(samples, 1, 0, SPEED * math.sqrt(2 * decay)):totable()) do
    velocity = velocity - decay * velocity - pull * (position - ANCHOR) + draw[1]
    position = position + INTERVAL * velocity
    if math.abs(position) > BOX / 2 then
      position, velocity = (position > 0 and BOX or -BOX) - position, -velocity
    end
    path[i] = { position }
  end
  return rx.matrix(path)
end

local function walk(samples)
  return rx.join { coordinate(samples), coordinate(samples) } + rng:normal(samples, 2, ORIGIN, ERROR)
end

-- For each sample whether it was tracked.
local function tracked(samples)
  local draws, kept, left = rng:uniform(samples, 2):totable(), {}, 0
  for i, draw in ipairs(draws) do
    if draw[1] < LOST * INTERVAL then left = 1 + math.floor(29 * draw[2] ^ 4) end
    kept[i], left = left == 0, math.max(left - 1, 0)
  end
  return kept
end

local lines = { "recording,time,x,y" }
for recording, minutes in ipairs(MINUTES) do
  local samples = math.floor(60 * minutes / INTERVAL)
  local positions, kept = walk(samples):totable(), tracked(samples)
  for i, position in ipairs(positions) do
    local place = kept[i] and ("%.3f,%.3f"):format(position[1], position[2]) or ","
    lines[#lines + 1] = ("%d,%.2f,%s"):format(recording, (i - 1) * INTERVAL, place)
  end
end

local path = (arg[0]:match("^(.*)/[^/]*$") or ".") .. "/walks.csv"
local file = assert(io.open(path, "w"))
file:write(table.concat(lines, "\n"), "\n")
file:close()
print(("%s: %d samples"):format(path, #lines - 1))
