-- From the call of a program to its end.

local layout = require "bench.layout"
local sampling = require "bench.sampling"

-- name, command, how often in a round
local PROGRAMS = {
  { "rxlua -e ''", arg[-1] .. " -e ''", 10 },
  { "lua5.4 -e ''", "lua5.4 -e ''", 10 },
  { "python3 -c 'import torch'", "/usr/bin/python3 -c 'import torch'", 1 },
}

local start = { name = "start", rounds = 5 }

-- Seconds, through a shell that is started once; nil if the program fails.
local function start_up(command, repeats)
  local loop = ("i=0; while [ $i -lt %d ]; do %s || exit 1; i=$((i+1)); done"):format(repeats, command)
  local ok
  local elapsed = sampling.seconds(function() ok = os.execute("{ " .. loop .. "; } 2>/dev/null") end)
  return ok and elapsed / repeats or nil
end

function start.measure(rounds)
  local samples = sampling.rounds(rounds, function(samples)
    for _, program in ipairs(PROGRAMS) do samples:add(start_up(program[2], program[3]), program[1]) end
  end)
  local results = {}
  for i, program in ipairs(PROGRAMS) do
    results[i] = { program = program[1], seconds = sampling.summary(samples:of(program[1])) }
  end
  return results
end

function start.show(results)
  local rows = { { "", "ms" } }
  for _, r in ipairs(results) do
    table.insert(rows, { r.program, r.seconds and layout.spread(r.seconds, "%.1f", 1e3) or "not found" })
  end
  layout.table("Start-up", rows)
end

return start
