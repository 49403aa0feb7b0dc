-- How fast rxlua is, beside the limit and beside others; each part says what it measures.
--
--   make bench
--   ./rxlua tests/bench/bench.lua --only training,pytorch --rounds 15

package.path = "tests/?.lua;" .. package.path
package.cpath = "build/bench/?.so;" .. package.cpath

local rx = require "reactivation"
local core = require "reactivation.core"
local machine = require "bench.machine"

local NAMES = {
  "training", "pytorch", "quiescent", "memory", "kde", "pca", "analyses", "generation", "start", "growth",
}

local known = {}
for _, name in ipairs(NAMES) do known[name] = true end

local function part_names(text)
  local chosen = {}
  for name in text:gmatch("[^,]+") do
    if not known[name] then
      return nil, ("parts among %s expected, got '%s'"):format(table.concat(NAMES, ","), name)
    end
    chosen[name] = true
  end
  return chosen
end

local opt = rx.arguments("Measures rxlua beside its limit and beside other programs.", {
  { "only", "", ("parts of %s; all if none is named"):format(table.concat(NAMES, ",")), convert = part_names },
  { "rounds", 0, "how often all is measured; 0: as often as suits each part", least = 0 },
})

local MOST_LOAD = 0.2 -- of an idle machine

print(("%s: %.0f GFLOP/s at most on %d threads"):format(machine.processor, machine.peak / 1e9, machine.threads))
print(("rxlua's products in vectors of %s; %s"):format(machine.vectors, machine.library))
if machine.forced then
  print(("OPENBLAS_CORETYPE=%s in the environment forces OpenBLAS's kernel (%s): it may have faster ones here")
        :format(machine.forced, machine.kernel))
end
print("medians (least .. most); ratios are of neighbours in time")
if machine.load and machine.load > MOST_LOAD then
  print(("the machine was not idle (load %.2f): trust the ratios on one thread only"):format(machine.load))
end

local out, report, began = rx.folder("build/bench"), { machine = machine }, core.now()
for _, name in ipairs(NAMES) do
  if opt.only == "" or opt.only[name] then
    local part = require("bench." .. name)
    local results = part.measure(opt.rounds > 0 and opt.rounds or part.rounds)
    if results then
      part.show(results)
    else
      print(("\n%s: not found (%s)"):format(name, part.absent))
    end
    report[name] = results
    report.seconds = core.now() - began
    out:write("bench.json", report) -- as far as it got
    collectgarbage()
  end
end
print(("\n%s, after %.0f s"):format(out:path("bench.json"), report.seconds))
