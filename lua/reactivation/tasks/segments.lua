-- Recordings of positions, with gaps where tracking failed, as stretches without gaps at steps of another
-- length.

local segments = {}

local function is_tracked(row)
  return row[1] == row[1] and row[2] == row[2]
end

-- The row that lies between two rows, at a share of the way.
local function between(a, b, share)
  return { a[1] + share * (b[1] - a[1]), a[2] + share * (b[2] - a[2]) }
end

-- Fill gaps of up to `most` rows along straight lines.
local function bridge(rows, most)
  local last -- tracked row
  for i = 1, #rows do
    if is_tracked(rows[i]) then
      local gap = last and i - last - 1 or 0
      for k = 1, gap <= most and gap or 0 do rows[last + k] = between(rows[last], rows[i], k / (gap + 1)) end
      last = i
    end
  end
end

-- Stretches of a recording without a gap.
-- @param positions n x 2, NaN where tracking failed
-- @int bridged samples that a gap may have to be filled
-- @treturn table list of lists of rows
function segments.cut(positions, bridged)
  local rows, list, lost = positions:totable(), {}, true
  bridge(rows, bridged)
  for _, row in ipairs(rows) do
    local tracked = is_tracked(row)
    if tracked and lost then list[#list + 1] = {} end
    if tracked then table.insert(list[#list], row) end
    lost = not tracked
  end
  return list
end

-- A stretch, sampled every `interval`, every `dt` instead: on the straight lines between its samples.
-- @tab segment list of rows
-- @number interval s
-- @number dt s
-- @treturn table list of rows
function segments.resample(segment, interval, dt)
  local rows = {}
  local most = (#segment - 1) * interval / dt
  for k = 0, math.floor(most + 1e-6) do
    local place = math.min(k * dt / interval, #segment - 1)
    local before = math.min(math.floor(place), math.max(#segment - 2, 0))
    rows[k + 1] = between(segment[before + 1], segment[before + 2] or segment[1], place - before)
  end
  return rows
end

return segments
