-- Signals at any moment of a training: its checkpoint is whole, and the run that goes on from it ends with the
-- weights of one that was never stopped.

local core = require "reactivation.core"
local fuzz = require "tests.fault.fuzz"
local rx = require "reactivation"

local program = arg[-1]
local folder = os.tmpname()
os.remove(folder)
assert(os.execute("mkdir -p " .. folder))

local CELLS = { "rnn", "cells.lstm" } -- of one state, and of two

local SCRIPT = [[
  local rx = require "reactivation"
  rx.threads(1)
  local net = rx.%s { inputs = 1, units = 10, outputs = 12, sigma = 0.3, rng = rx.random(3) }
  rx.train(net, rx.tasks.head_direction { steps = 8, cells = 12 }, {
    batches = 300, size = 5, test_size = 5, checkpoint = arg[1], checkpoint_every = 5, progress = false,
    rate = function(n) print(n) io.stdout:flush() return 1e-3 end,
  })
]]

local function command(cell, path) return ("%s %s/%s.lua %s"):format(program, folder, cell, path) end

-- What each ends with when nothing stops it, and how long that takes.
local right, durations = {}, {}
for _, cell in ipairs(CELLS) do
  local file, whole = assert(io.open(("%s/%s.lua"):format(folder, cell), "wb")), folder .. "/whole.h5"
  file:write(SCRIPT:format(cell))
  file:close()
  local began = core.now()
  assert(os.execute(command(cell, whole) .. " >/dev/null"))
  right[cell], durations[cell] = assert(rx.load(whole)), core.now() - began
  os.remove(whole)
end

local function same(a, b)
  return a.rows == b.rows and a.cols == b.cols and a:eq(b):sum() == a.rows * a.cols
end

local function stop(cell, path)
  local how = math.random(5)
  if how == 5 then -- nobody reads on
    os.execute(("%s 2>/dev/null | head -n %d >/dev/null"):format(command(cell, path), math.random(1, 200)))
  else
    local signal = ({ "KILL", "INT", "TERM", "HUP" })[how]
    os.execute(("%s >/dev/null 2>&1 & sleep %.3f; kill -%s $! 2>/dev/null; wait")
               :format(command(cell, path), math.random() * durations[cell], signal))
  end
end

fuzz("signals", function(seed)
  local path, before = ("%s/%d.h5"):format(folder, seed), 0
  local cell = CELLS[math.random(#CELLS)]
  for _ = 1, math.random(3) do
    stop(cell, path)
    local run, message, code = rx.load(path)
    assert(run or code == 2, message)
    local reached = run and run.batch or 0
    assert(reached >= before, "a later checkpoint is an earlier one")
    before = reached
  end
  assert(os.execute(command(cell, path) .. " >/dev/null"))
  local run = assert(rx.load(path))
  for name, weights in pairs(right[cell].weights) do assert(same(weights, run.weights[name]), name) end
  assert(not io.open(path .. ".lock"), "a lock was left")
  os.remove(path)
  return before > 0 and before < 300 and "stopped and ended" or "ended"
end)
os.execute("rm -rf " .. folder)
