-- Calls f(threads) on one thread and on all.

local rx = require "reactivation"
local machine = require "bench.machine"

return function(f)
  for _, threads in ipairs(machine.thread_counts) do
    rx.threads(threads)
    rx.random(0):normal(2000, 512) -- wakes them
    f(threads)
  end
  rx.threads(machine.threads)
end
