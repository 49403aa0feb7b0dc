-- Collection at every allocation, with finalizers that change the tables which a call was given: what comes is
-- what came without them, what comes of the changed tables, or an error in words. Under the sanitizers, or with
-- MALLOC_PERTURB_, memory that was read too late shows.

local fuzz = require "tests.fault.fuzz"
local rx = require "reactivation"

rx.threads(1)
local folder = os.tmpname()
os.remove(folder)
assert(os.execute("mkdir -p " .. folder))

local rng = rx.random(1)
local net = rx.rnn { inputs = 1, units = 6, outputs = 5, init = 5, rng = rx.random(2) }
local points, other = rng:normal(40, 2), rng:normal(40, 2)

-- Each gives fresh arguments, tables among them, for a function; and what to compare of its results.
local CALLS = {
  join = { rx.join, function() return { points:clone(), other:clone() } end },
  matrix = { rx.matrix, function() return { { 1, 2, 3 }, { 4, 5, 6 } } end },
  rnn = { rx.rnn, function() return { inputs = 2, units = 4, outputs = 3, rng = rx.random(5) } end,
          function(made) return made.parameters end },
  gru = { rx.gru, function() return { inputs = 2, units = 4, outputs = 3, rng = rx.random(5) } end,
          function(made) return made.parameters end },
  forward = { function(run) return net:forward(run) end, function()
    return { init = rx.random(3):normal(3, 5), inputs = rx.random(4):normal(12, 1):as_sequence(4) }
  end },
  gradient = { function(run) return select(3, net:gradient(run)) end, function()
    return { init = rx.random(3):normal(3, 5), inputs = rx.random(4):normal(12, 1):as_sequence(4),
             targets = rx.random(5):normal(12, 5):as_sequence(4), noise = rx.random(6):normal(12, 6) }
  end },
  place_cells = { rx.place_cells, function() return { centers = rx.random(1):uniform(7, 2), width = 0.3 } end,
                  function(cells) return cells:encode(points) end },
  heads = { rx.head_direction_cells, function() return { cells = 6, width = 0.5, tuning = "density" } end,
            function(cells) return cells:encode(points:column(1)) end },
  adam = { rx.adam, function() return { rate = 0.1, beta1 = 0.8 } end,
           function(adam) return rx.matrix(1, 1, adam.rate) end },
  kde = { function(o) return rx.kde(points, o) end, function()
    return { bandwidth = 0.3, weights = rx.random(2):uniform(40, 1) }
  end, function(kde) return kde:density(other) end },
  rows_at = { function(list) return points:rows_at(list) end, function() return { 3, 1, 2 } end },
  save = { function(t) assert(rx.save(folder .. "/a.h5", t)) return rx.load(folder .. "/a.h5") end, function()
    return { m = points:clone(), deep = { other:clone(), { x = points:clone() } }, list = { 1, 2, 3 } }
  end, function(file) return file.m end },
  load = { function(names) return rx.load("tests/golden/adam.h5", names) end,
           function() return { "start", "weights" } end, function(file) return file.start end },
}

local names = {}
for name in pairs(CALLS) do names[#names + 1] = name end
table.sort(names)

-- What a finalizer may do to a table: empty it, or put other matrices and words into it.
local function spoil(t, depth)
  local how = math.random(3)
  for key, value in pairs(t) do
    if type(value) == "table" and depth < 3 and math.random() < 0.7 then
      spoil(value, depth + 1)
    elseif how == 1 then
      t[key] = nil
    elseif how == 2 then
      t[key] = type(value) == "userdata" and rx.matrix(math.random(0, 90), math.random(0, 9), 7) or "other"
    else
      t[key] = math.random(100)
    end
  end
end

local function digest(name, ...)
  local value = (CALLS[name][3] or function(x) return x end)(...)
  if type(value) ~= "userdata" then return value end -- what a changed table led to
  return value.rows, value.cols, value:sum()
end

local function equal(a, b)
  return a[1] == b[1] and a[2] == b[2] and a[3] == b[3]
end

-- Their inner tables may change between two of them.
local NESTED = { save = true, matrix = true }

local right = {}
for _, name in ipairs(names) do right[name] = { digest(name, CALLS[name][1](CALLS[name][2]())) } end

-- A finalizer that acts at a collection to come while the call runs, and one after the other until it ends.
local running, spoilt
local function watch(arguments, left)
  setmetatable({}, { __gc = function()
    if running ~= arguments then return end
    if left == 0 then
      spoil(arguments, 1)
      spoilt = true
    end
    watch(arguments, left - 1)
  end })
end

fuzz("collect", function()
  local name = names[math.random(#names)]
  local arguments = CALLS[name][2]()
  collectgarbage("incremental", 1, 1000, 63) -- a whole collection at every allocation
  collectgarbage()
  running, spoilt = arguments, false
  if arguments then watch(arguments, math.random(0, 12)) end
  local results = table.pack(pcall(CALLS[name][1], arguments))
  running = nil
  collectgarbage "generational"
  if not results[1] then
    assert(type(results[2]) == "string" and not results[2]:find("attempt to", 1, true), results[2])
    return "refused"
  end
  if not results[2] then return "refused" end
  local got = { digest(name, table.unpack(results, 2, results.n)) }
  if not spoilt or equal(got, right[name]) then return spoilt and "right" or "right, unspoilt" end
  local again = table.pack(pcall(CALLS[name][1], arguments))
  assert(type(got[1]) == "table" or again[1] and equal(got, { digest(name, table.unpack(again, 2, again.n)) })
         or NESTED[name],
         ("%s: %s x %s, sum %s"):format(name, got[1], got[2], got[3]))
  return "changed"
end)
os.execute("rm -rf " .. folder)
