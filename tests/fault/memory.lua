-- Memory that runs out, at one request of a call or from it on: the call succeeds or says so, nothing crashes,
-- and the same call succeeds when there is memory again. Files that are whole are never called damaged.

-- luacheck: globals memory

assert(memory, "to be run by build/fault/memory, whose memory runs out when it is told to: make fuzz-memory")

local fuzz = require "tests.fault.fuzz"
local rx = require "reactivation"

local folder = os.tmpname()
os.remove(folder)
assert(os.execute("mkdir -p " .. folder))

local rng = rx.random(1)
local points, long = rng:normal(300, 2), rng:normal(3000, 40)
local place = rx.place_cells { centers = rng:uniform(16, 2, -1, 1) }
local heads = rx.head_direction_cells { cells = 8 }
local task = rx.tasks.head_direction { steps = 4, cells = 8 }

local function network(cell, options)
  local o = { inputs = 1, units = 8, outputs = 8, init = 8, sigma = 0.1, rng = rx.random(2) }
  for name, value in pairs(options or {}) do o[name] = value end
  return rx[cell or "rnn"](o)
end

local net, gated = network(), network "gru"
local batch = task:batch(5, rx.random(3))
local table_ = {
  m = points, list = { 1, 2, 3 }, deep = { x = { y = "text", z = true } }, words = { "a", "b" }, cells = place,
}
assert(rx.save(folder .. "/here.h5", table_))
assert(rx.save_csv(folder .. "/here.csv", points, { "x", "y" }))
local unsealed = assert(io.open(folder .. "/here.h5", "rb")):read("a"):sub(1, -17)
local file = assert(io.open(folder .. "/foreign.h5", "wb"))
file:write(unsealed)
file:close()

-- What is called; each gives something that is true.
local CALLS = {
  matrix = function() return rx.matrix { { 1, 2 }, { 3, 4 } } * rx.matrix(2, 2, 1) end,
  arithmetic = function() return (long:sin() + 1):mul(long):cumsum():sum("rows") end,
  product = function() return long:t() * long end,
  join = function() return rx.join { points, points } end,
  random = function() return rng:normal(500, 40) end,
  place = function() return place:decode(place:encode(points)) end,
  heads = function() return heads:decode(heads:encode(points:column(1))) end,
  forward = function() return net:forward(batch) end,
  gru = function() return gated:forward(batch) end,
  gradient = function() return net:gradient(batch) end,
  network = function() return network() end,
  kde = function() return rx.kde(points):density(points) end,
  pca = function() return rx.pca(long) end,
  histogram = function() return rx.histogram(points, -3, 3, 20) end,
  svd = function() return rx.svd(points) end,
  task = function() return task:batch(10, rng) end,
  train = function()
    return rx.train(network(), task, { batches = 2, size = 4, test_size = 4, progress = false })
  end,
  checkpoint = function()
    os.remove(folder .. "/run.h5")
    return rx.train(network(), task, { batches = 2, size = 4, test_size = 4, progress = false,
                                       checkpoint = folder .. "/run.h5" })
  end,
  save = function() return rx.save(folder .. "/new.h5", table_) end,
  load = function() return rx.load(folder .. "/here.h5") end,
  load_foreign = function() return rx.load(folder .. "/foreign.h5") end,
  load_csv = function() return rx.load_csv(folder .. "/here.csv") end,
  save_csv = function() return rx.save_csv(folder .. "/new.csv", points) end,
  load_npy = function() return rx.load_npy "tests/golden/arrays.npz" end,
  page = function() return rx.page(folder .. "/page.html", { title = "x", head = { "a" } }) end,
}

local names = {}
for name in pairs(CALLS) do names[#names + 1] = name end
table.sort(names)

-- How many requests a call makes: found once, with all there.
local requests = {}
local function requests_of(name)
  if not requests[name] then
    collectgarbage()
    memory.fail(math.maxinteger // 2, 1)
    local result, problem = CALLS[name]()
    requests[name] = memory.stop()
    assert(result, problem)
  end
  return requests[name]
end

rx.threads(1)

fuzz("memory", function()
  local name = names[math.random(#names)]
  local n = math.random(requests_of(name) + 5)
  local lasting = math.random() < 0.3
  memory.fail(n, lasting and 1 << 40 or 1)
  local ok, result, problem = pcall(CALLS[name])
  memory.stop()
  local failed = not ok or not result
  if failed then
    local words = tostring(not ok and result or problem)
    assert(words:find("not enough memory", 1, true) or words:find("Cannot allocate memory", 1, true),
           ("%s at request %d: %s"):format(name, n, words))
    assert(not words:find("damaged or cut", 1, true) or name == "load_foreign", words)
  end
  result, problem = CALLS[name]()
  assert(result, ("%s, after it failed at request %d: %s"):format(name, n, problem))
  return failed and "refused" or "done"
end)
os.execute("rm -rf " .. folder)
