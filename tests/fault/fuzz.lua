-- The loop of every fuzzer: tries, each from a seed of its own, until the time is over or one has gone wrong.
--
-- A fuzzer calls this with its name and a function of a seed, which tries one thing, for which the random
-- numbers of Lua begin at that seed. It returns a word that is counted, such as "refused", and raises where
-- something is wrong. FUZZ_SECONDS (60), FUZZ_TRIES (without end) and FUZZ_SEED (1, of the first try) tell it
-- how long to go on. What went wrong is told with the seed that shows it again; a crash tells none, but the
-- last line of the log is the seed from which a run of a hundred began.

local core = require "reactivation.core"

local function option(name, default)
  local text = os.getenv("FUZZ_" .. name)
  return text and assert(tonumber(text), "FUZZ_" .. name .. ": number expected") or default
end

local function tell(counts)
  local words = {}
  for word, count in pairs(counts) do words[#words + 1] = ("%d %s"):format(count, word) end
  table.sort(words)
  return table.concat(words, ", ")
end

return function(name, try)
  local first = math.tointeger(option("SEED", 1))
  local finish = core.now() + option("SECONDS", 60)
  local last = first + option("TRIES", math.huge) - 1
  local counts, seed = {}, first
  io.stdout:setvbuf("line")
  while seed <= last and core.now() < finish do
    if (seed - first) % 100 == 0 then io.write(("%s: from seed %d\r"):format(name, seed)) io.flush() end
    math.randomseed(seed)
    local ok, word = xpcall(try, debug.traceback, seed)
    if not ok then
      print(("\n%s: WRONG at seed %d: %s"):format(name, seed, word))
      print(("again: FUZZ_SEED=%d FUZZ_TRIES=1 ./rxlua tests/fault/%s.lua"):format(seed, name))
      os.exit(1)
    end
    counts[word], seed = (counts[word] or 0) + 1, seed + 1
  end
  print(("%s: %d tried: %s"):format(name, seed - first, tell(counts)))
end
