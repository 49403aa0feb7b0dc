--- Recordings of positions from tracking files.
-- @module reactivation.recordings

local check = require "reactivation.check"
local check_options = require "reactivation.check.options"
local core = require "reactivation.core"
local csv = require "reactivation.files.csv"

local MOST_LOST = 1000000 -- samples without a row in a gap

-- The world's mistakes: returned with the file's name by the function below.
local function refuse(format, ...)
  error(format:format(...), 0)
end

local function read_columns(path)
  local load = path:lower():find("%.[ct]sv$") and csv.load or core.load
  local columns, message = load(path, { lists = true })
  return columns or error(message:gsub("^" .. path:gsub("%p", "%%%0") .. ": ", ""), 0)
end

-- A column as a list, by its name, or by names with slashes where groups lie in groups; nil if there is none.
-- HDF5 may have it as one row or as rows of one.
local function column(columns, name)
  local found, list = columns, {}
  for word in name:gmatch("[^/]+") do found = type(found) == "table" and found[word] or nil end
  if type(found) ~= "table" then return nil end
  for _, value in ipairs(found) do
    if type(value) == "table" then
      table.move(value, 1, #value, #list + 1, list)
    else
      list[#list + 1] = value
    end
  end
  return list
end

-- A column of so many numbers.
local function numbers(columns, name, count)
  local list = column(columns, name)
  if not list then refuse("no column '%s'", name) end
  if count and #list ~= count then refuse("column '%s': %d numbers expected, got %d", name, count, #list) end
  for i, value in ipairs(list) do
    if type(value) ~= "number" then
      refuse("column '%s': number expected in row %d, got %s", name, i, check.describe(value))
    end
  end
  return list
end

-- The median of the steps of time, all recordings together.
local function find_interval(time)
  local steps = {}
  for i = 2, #time do
    if time[i] > time[i - 1] then steps[#steps + 1] = time[i] - time[i - 1] end
  end
  if 2 * #steps < #time - 1 or #steps == 0 then refuse("times that rise expected") end
  table.sort(steps)
  return steps[(#steps + 1) // 2]
end

-- Samples that have no row of their own, between two times.
local function lost(from, to, interval)
  local samples = math.floor((to - from) / interval + 0.5) - 1
  return samples == samples and math.max(0, math.min(samples, MOST_LOST)) or 0
end

-- The rows of each recording, with a row of NaN for each sample that is missing.
local function cut(x, y, time, which, scale)
  local interval, recordings = find_interval(time), {}
  for i = 1, #x do
    local begins = i == 1 or which and which[i] ~= which[i - 1]
    if begins then recordings[#recordings + 1] = {} end
    local rows = recordings[#recordings]
    for _ = 1, begins and 0 or lost(time[i - 1], time[i], interval) do rows[#rows + 1] = { 0 / 0, 0 / 0 } end
    rows[#rows + 1] = { scale * x[i], scale * y[i] }
  end
  return recordings, interval
end

local function load_recordings(path, o)
  local columns = read_columns(path)
  local x = numbers(columns, o.x)
  local y, time = numbers(columns, o.y, #x), numbers(columns, o.time, #x)
  local which = column(columns, o.recording)
  if which and #which ~= #x then refuse("column '%s': %d rows expected, got %d", o.recording, #x, #which) end
  local recordings, interval = cut(x, y, time, which, o.scale)
  for i, rows in ipairs(recordings) do recordings[i] = core.matrix(rows) end
  return recordings, interval
end

--- Recordings of positions from a tracking file, CSV or HDF5, for `rx.tasks.recorded`. Where tracking
-- failed a cell is empty or NaN; where a file leaves such samples out, by its times, they are put in.
-- @function rx.load_recordings
-- @string path ending in .csv, or .tsv, or else of an HDF5 file
-- @tab[opt] options the names of its columns: x ("x"), y ("y"), time ("time", s) and recording
--   ("recording"), which tells recordings apart and may be absent; in HDF5 "group/name". scale (1): metres
--   in a unit of x and y
-- @treturn table a list of n x 2 matrices (m); or nil and a message
-- @treturn number seconds between two samples: the median
-- @usage
-- assert(rx.save_csv("rat.csv", { time = { 0, 0.04, 0.12 }, x = { 10, 11, 12 }, y = { 5, 5, 5 } }))
-- local positions, interval = assert(rx.load_recordings("rat.csv", { scale = 0.01 }))
-- print(interval, positions[1]) -- the third of four samples is NaN
return function(path, options)
  check.argument("string", 1, "load_recordings", path)
  local o = check_options(options, {
    x = { "string", "x" }, y = { "string", "y" }, time = { "string", "time" },
    recording = { "string", "recording" }, scale = { "positive", 1 },
  })
  local ok, recordings, interval = pcall(load_recordings, path, o)
  if not ok then return nil, ("%s: %s"):format(path, recordings) end
  return recordings, interval
end
