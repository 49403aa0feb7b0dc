-- What several specs share.
local lfs = require "lfs"
local rx = require "reactivation"

local support = {}

-- What the code of @usage may take as given.
support.given = [[
local rx = require "reactivation"
local krishna2024 = require "krishna2024"
local rng = rx.random(1)
local task = rx.tasks.head_direction { steps = 3, cells = 8 }
local net = rx.rnn { inputs = 1, units = 4, outputs = 8, sigma = 0.5, rng = rng }
local batch = task:batch(5, rng)
local states, outputs = net:forward(batch)
local bearings, radius = batch.truth, rng:uniform(30, 1)
local points, data = rng:normal(30, 3), rng:normal(30, 3)
local awake_counts, asleep_counts = rng:uniform(6, 2), rng:uniform(6, 2)
local awake = rx.histogram(bearings, -math.pi, math.pi, 4)
local asleep = awake
]]

function support.golden(name)
  return assert(rx.load("tests/golden/" .. name .. ".h5"))
end

-- The largest difference between two matrices, relative to the largest entry of the expected one.
function support.relative_error(expected, actual)
  assert(expected.rows == actual.rows and expected.cols == actual.cols,
         ("%d x %d expected, got %d x %d"):format(expected.rows, expected.cols, actual.rows, actual.cols))
  local scale = expected:abs():max()
  return (expected - actual):abs():max() / (scale > 0 and scale or 1)
end

-- The message with which f fails; nil if it does not.
function support.message(f, ...)
  local ok, message = pcall(f, ...)
  return not ok and tostring(message) or nil
end

function support.same(a, b)
  return a.rows == b.rows and a.cols == b.cols and a:eq(b):sum() == a.rows * a.cols
end

-- The slope of the loss at one weight: signed, from a step h to either side.
function support.slope(net, batch, matrix, i, j, h)
  local w = matrix:get(i, j)
  matrix:set(i, j, w + h)
  local above = net:gradient(batch)
  matrix:set(i, j, w - h)
  local below = net:gradient(batch)
  matrix:set(i, j, w)
  return (above - below) / (2 * h)
end

function support.read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

-- Run a command; returns its output (standard output and error together) and its status.
function support.run(command)
  local pipe = assert(io.popen(command .. " 2>&1; echo \" $?\"", "r"))
  local text = pipe:read("a")
  pipe:close()
  local output, status = text:match("^(.*) (%d+)\n$")
  return output, tonumber(status)
end

-- A text as one word of a shell's command.
function support.quote(text)
  return "'" .. text:gsub("'", [['\'']]) .. "'"
end

function support.absolute(path)
  return path:find("^/") and path or lfs.currentdir() .. "/" .. path
end

-- In a shell's command, from any folder: rxlua, and rxlua with one of the experiments.
support.program = support.quote(support.absolute(os.getenv("RXLUA") or "./rxlua"))

function support.experiment(name)
  return support.program .. " " .. support.quote(support.absolute("experiments/" .. name .. ".lua"))
end

-- A fresh folder under build/, removed by the returned function.
function support.scratch()
  local name = os.tmpname()
  os.remove(name)
  os.execute("mkdir -p " .. name)
  return name, function() os.execute("rm -rf " .. name) end
end

return support
