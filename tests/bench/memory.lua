-- Peak resident memory, of each work in a process of its own: what the system counts as VmHWM.

local Child = require "bench.child"
local layout = require "bench.layout"
local machine = require "bench.machine"
local python = require "bench.python"

local WORKS = {
  { "spatial RNN, training", "step", "spatial_rnn" },
  { "spatial GRU, training", "step", "spatial_gru" },
  { "spatial RNN, 200 trajectories of 1000 quiescent steps", "rest", "spatial_rnn", 200, 1000 },
}
local PROGRAMS = {
  { "rxlua", Child.rxlua },
  { "PyTorch", function() return python.start("pytorch.py") end },
}

local memory = { name = "memory", rounds = 3 }

-- Peaks in MB: of the program that has only started, and after it did the work a few times.
local function peaks(start, work, repeats)
  local child = start()
  if not child then return nil end
  local began = child:ask("peak_memory")
  for _ = 1, repeats do child:ask(work[2], work[3], machine.threads, table.unpack(work, 4)) end
  local peak = child:ask("peak_memory")
  child:close()
  return { start = began / 1e3, peak = peak / 1e3 }
end

function memory.measure(rounds)
  local results = {}
  for _, work in ipairs(WORKS) do
    for _, program in ipairs(PROGRAMS) do
      local found = peaks(program[2], work, work[2] == "step" and rounds or 1)
      if found then
        found.work, found.program = work[1], program[1]
        table.insert(results, found)
      end
    end
  end
  return results
end

function memory.show(results)
  local rows = { { "", "", "peak", "at the start" } }
  for _, r in ipairs(results) do
    table.insert(rows, { r.work, r.program, ("%.0f"):format(r.peak), ("%.0f"):format(r.start) })
  end
  layout.table("Peak resident memory (MB)", rows)
end

return memory
