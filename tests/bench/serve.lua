-- rxlua as a program that is asked (child.lua), so that its memory holds what was asked for alone.

package.path = "tests/?.lua;" .. package.path

local rx = require "reactivation"
local core = require "reactivation.core"
local models = require "bench.models"

local commands, built = {}, {}

local function model(name)
  built[name] = built[name] or models[name]()
  return built[name]
end

function commands.step(name, threads)
  local asked = model(name)
  rx.threads(threads)
  return asked:step().step
end

-- Seconds of a run at rest from its first activity to decoded positions.
function commands.rest(name, threads, trials, steps)
  local asked = model(name)
  rx.threads(threads)
  local init = asked.task:batch(trials, asked.rng).init
  local sigma = rx.quiescent_sigma(asked.net, "scaled")
  local began = core.now()
  rx.decoded(asked.net, asked.task, { init = init, steps = steps, sigma = sigma })
  return core.now() - began
end

-- Peak resident memory of this process so far, in kB.
function commands.peak_memory()
  for line in io.lines("/proc/self/status") do
    local peak = line:match("^VmHWM:%s*(%d+)")
    if peak then return peak end
  end
end

io.stdout:setvbuf("line")
print("ready")
for line in io.lines() do
  local words = {}
  for word in line:gmatch("%S+") do table.insert(words, math.tointeger(tonumber(word)) or word) end
  if #words == 0 then break end
  print(commands[words[1]](table.unpack(words, 2)))
end
