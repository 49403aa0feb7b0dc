--- Recorded walks: keep track of a position along trajectories of one's own, such as an animal's.
--
-- Recordings are cut where tracking failed and resampled to the steps of the network, along straight lines
-- between their samples; what is left is moved so that the box lies around 0. A trial is a part of the walks
-- without a gap, beginning at any step alike. Input and target are those of spatial navigation: the
-- displacement (m), and the activity of place cells scattered over the box.
-- @module reactivation.tasks.recorded

local check = require "reactivation.check"
local core = require "reactivation.core"
local check_options = require "reactivation.check.options"
local public = require "reactivation.check.public"
local coded = require "reactivation.tasks.coded"
local place_coded = require "reactivation.tasks.place_coded"
local segments = require "reactivation.tasks.segments"
local trials = require "reactivation.tasks.trials"

local Recorded = {}
Recorded.__index = Recorded

-- One coordinate of windows of the walks, time-major.
local function windows(coordinate, starts, steps)
  local by_trial = core.matrix(starts.rows, steps)
  for b = 1, starts.rows do
    local first = math.tointeger(starts:get(b, 1))
    by_trial:row(b):copy(coordinate:slice(first, first + steps - 1):reshape(1, steps))
  end
  return by_trial:t():reshape(steps * starts.rows, 1)
end

--- A batch of trials.
-- @function task:batch
-- @int size trials
-- @param rng generator
-- @treturn table `init`, `inputs`, `code` and `truth`, the positions (m), for `net:gradient`; `targets`
function Recorded:batch(size, rng)
  check.method("batch", self, { "size", size }, { "generator", rng })
  local steps = self.settings.steps
  local starts = trials.among(rng, size, self.starts)
  local path = core.join { windows(self.x, starts, steps + 1), windows(self.y, starts, steps + 1) }
  local first, positions = path:slice(1, size), path:slice(size + 1, path.rows):as_sequence(steps)
  return coded {
    init = self.cells:encode(first),
    inputs = positions - path:slice(1, steps * size),
    code = self.cells,
    truth = positions,
  }
end

--- Positions (m) from the network's outputs: the mean of the centres of the three most active cells.
-- @function task:decode
-- @param outputs rows x cells
-- @return rows x 2
Recorded.decode = place_coded.decode

-- Positions, as the options give them: a list of recordings.
local function check_recordings(list)
  local function complain(...) check.complain("bad option 'positions' (%s expected, got %s)", ...) end
  if #list == 0 then complain("list of recordings", "an empty one") end
  for i, recording in ipairs(list) do
    local what = ("n x 2 matrix as recording %d"):format(i)
    if not check.is_matrix(recording) or recording.cols ~= 2 or recording.rows == 0 then
      complain(what, check.describe(recording))
    end
    if recording:abs():eq(math.huge):sum() > 0 then complain(what, "infinite numbers") end
  end
end

-- The stretches of all recordings that hold a trial, at steps of dt; and the time of the longest of all.
local function cut(settings, recordings)
  local bridged = math.floor(settings.bridge / settings.interval + 1e-6)
  local kept, longest = {}, 0
  for _, recording in ipairs(recordings) do
    for _, segment in ipairs(segments.cut(recording, bridged)) do
      local rows = segments.resample(segment, settings.interval, settings.dt)
      longest = math.max(longest, #rows - 1)
      if #rows > settings.steps then kept[#kept + 1] = rows end
    end
  end
  return kept, longest * settings.dt
end

-- The least and the greatest coordinate, 1 or 2, of all stretches.
local function extent(stretches, coordinate)
  local least, most = math.huge, -math.huge
  for _, rows in ipairs(stretches) do
    for _, row in ipairs(rows) do
      least, most = math.min(least, row[coordinate]), math.max(most, row[coordinate])
    end
  end
  return least, most
end

-- Where the box lies: as the settings say, or as small as the walks allow.
local function place_box(settings, stretches)
  local west, east = extent(stretches, 1)
  local south, north = extent(stretches, 2)
  local x = settings.center_x or (west + east) / 2
  local y = settings.center_y or (south + north) / 2
  local side = 2 * math.max(east - x, x - west, north - y, y - south)
  if settings.box and side > settings.box * (1 + 1e-6) then
    check.complain("bad option 'box' (at least %.4g m expected, for walks from %.4g to %.4g and %.4g to " ..
                   "%.4g m around %.4g, %.4g; got %.4g)", side, west, east, south, north, x, y, settings.box)
  end
  settings.box, settings.center_x, settings.center_y = settings.box or side, x, y
end

-- All stretches one after the other, around the centre of the box; the rows at which a trial may begin; and
-- the length of all (m).
local function join(settings, stretches)
  local walks, starts, walked = {}, {}, 0
  for _, rows in ipairs(stretches) do
    for k, row in ipairs(rows) do
      local before = rows[math.max(k - 1, 1)]
      walked = walked + math.sqrt((row[1] - before[1]) ^ 2 + (row[2] - before[2]) ^ 2)
      walks[#walks + 1] = { row[1] - settings.center_x, row[2] - settings.center_y }
      if k + settings.steps <= #rows then starts[#starts + 1] = #walks end
    end
  end
  return core.matrix(walks), starts, walked
end

public.methods(Recorded)

--- The task of recorded walks.
-- @function rx.tasks.recorded
-- @tab options positions: a list of recordings, n x 2 matrices (m) of any length, NaN where tracking failed;
--   interval (s), between their samples; bridge (0 s): how long a gap may be to be filled by a straight line;
--   steps (100), dt (0.02 s); box (m, its side) and center_x, center_y (m), by default the least square that
--   holds the walks; cells (512), width (0.2 m), tuning (as for `rx.place_cells`), rng (scatters the place
--   cells; seed 0)
-- @return a task; its `walks`, samples x 2, are all positions (m) that are left of the recordings, around the
--   centre of the box, and its settings say where that lies, and how far was `walked` (m)
-- @usage
-- local walk = rng:normal(500, 2, 0, 0.02):cumsum() -- 500 samples, 40 ms apart
-- walk:row(200):copy(rx.matrix(1, 2, 0 / 0))        -- once the animal was lost
-- local task = rx.tasks.recorded { positions = { walk }, interval = 0.04, steps = 50, cells = 64 }
-- print(task.settings.box, task:batch(10, rng).truth:max())
return function(options)
  local settings = check_options(options, {
    positions = { "list", required = true },
    interval = { "positive", required = true },
    bridge = { "not negative", 0 },
    steps = { "size", 100 },
    dt = { "positive", 0.02 },
    box = { "positive" },
    center_x = { "number" },
    center_y = { "number" },
    cells = { "size", 512 },
    width = { "positive", 0.2 },
    tuning = { core.place_tunings, core.place_tunings[1] },
    rng = { "generator" },
  })
  local recordings = settings.positions
  check_recordings(recordings)
  local stretches, longest = cut(settings, recordings)
  if #stretches == 0 then
    check.complain("bad option 'positions' (%g s without a gap expected for a trial; the longest are %.3g s)",
                   settings.steps * settings.dt, longest)
  end
  place_box(settings, stretches)
  local walks, starts, walked = join(settings, stretches)
  settings.positions, settings.recordings = nil, #recordings
  settings.samples, settings.walked = walks.rows, walked
  local task = place_coded.new(settings)
  task.walks, task.x, task.y, task.starts = walks, walks:column(1), walks:column(2), starts
  return setmetatable(task, Recorded)
end
