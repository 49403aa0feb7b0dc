-- How fast a training step is, beside the limit: its matrix products alone (products.c). All
-- variants take turns in every round, so that what else the machine does falls on all of them;
-- ratios are of neighbours in time, and every number is a median with its least and its most.
--
--   make bench
--   ./rxlua tests/bench/bench.lua --rounds 15

package.cpath = "build/bench/?.so;" .. package.cpath
package.path = "tests/bench/?.lua;" .. package.path

local rx = require "reactivation"
local core = require "reactivation.core"
local kde = require "kde"
local products = require "products" -- built by `make bench`
local paper = rx.paper.head_direction

local opt = rx.arguments("Measures training steps against their matrix products alone.", {
  { "rounds", 7, "how often all is measured", least = 1 },
})

local now = core.now
local SIZE, STEPS, CELLS = paper.size, paper.steps, paper.cells
local NORMALS, DRAWS = 1 << 20, 4 -- numbers in a draw, and draws in a measurement
local STARTS = 10                 -- of each program in a measurement
local rng = rx.random(0)

-- What is measured

local function model(name, cell, task, units, repeats)
  return {
    name = name, cell = cell, task = task, units = units,
    repeats = repeats, -- steps in a round
    net = rx[cell] {
      inputs = task.inputs, units = units, outputs = task.outputs, init = task.init,
      dt = paper.dt, tau = paper.tau, sigma = paper.sigma, rng = rng,
    },
    optimizer = rx.adam { rate = paper.rate },
    products = products.new {
      cell = cell, units = units, outputs = task.outputs, init = task.init, batch = SIZE, steps = STEPS,
    },
  }
end

local head_direction = rx.tasks.head_direction { steps = STEPS, cells = CELLS, dt = paper.dt }
local spatial = rx.tasks.spatial_navigation { steps = STEPS, cells = CELLS, dt = paper.dt }
local models = {
  model("head direction", "rnn", head_direction, 128, 3),
  model("spatial RNN", "rnn", spatial, 512, 1),
  model("spatial GRU", "gru", spatial, 512, 1),
}

-- Multiplications and additions of the products, as 10^9.
local function work(m)
  local rows, task = STEPS * SIZE, m.task
  local recurrent = m.cell == "gru" and 3 * m.units or m.units
  return 2 * m.units * (3 * rows * recurrent + 3 * rows * task.outputs + 2 * SIZE * task.init) / 1e9
end

local function seconds(f, ...)
  local began = now()
  f(...)
  return now() - began
end

-- One step as rx.train makes it, and its parts. The next steps need the memory again: so freeing
-- it is part of the step.
local function training_step(m)
  local began = now()
  local batch = m.task:batch(SIZE, rng)
  batch.rng = rng
  local made = now()
  local _, _, gradient = m.net:gradient(batch)
  local known = now()
  m.optimizer:update(m.net.parameters, gradient)
  local moved = now()
  batch, gradient = nil, nil -- luacheck: no unused
  collectgarbage()
  local freed = now()
  return {
    step = freed - began,
    batch = made - began, gradient = known - made, optimizer = moved - known, freeing = freed - moved,
  }
end

-- The run without its gradient, on a batch made before.
local function forward(m)
  local batch = m.task:batch(SIZE, rng)
  return { forward = seconds(m.net.forward, m.net, batch) }
end

local function limit(layout)
  return function(m) return { [layout] = seconds(m.products.step, m.products, layout) } end
end

-- Neighbours in time: a step between the two layouts of its limit.
local variants = { limit "stored", training_step, limit "transposed", forward }

local function normals_per_second()
  return NORMALS * DRAWS / seconds(function()
    for _ = 1, DRAWS do rng:normal(NORMALS // CELLS, CELLS) end
  end)
end

-- Seconds from the call of a program to its end, through a shell that is started once.
local function start_up(program)
  local loop = ("i=0; while [ $i -lt %d ]; do %s -e '' || exit 1; i=$((i+1)); done"):format(STARTS, program)
  local ok
  local elapsed = seconds(function() ok = os.execute(loop .. " 2>/dev/null") end)
  return ok and elapsed / STARTS or nil
end

-- Measuring

local samples = {} -- name -> list of numbers, in order of time

local function keep(name, value)
  if not value then return end -- its program is absent
  local list = samples[name] or {}
  list[#list + 1], samples[name] = value, list
end

local function key(m, threads, what)
  return ("%s, %d, %s"):format(m.name, threads, what)
end

local function measure_model(m, threads, record)
  for _ = 1, m.repeats do
    for _, variant in ipairs(variants) do
      collectgarbage()
      for what, value in pairs(variant(m)) do record(key(m, threads, what), value) end
    end
  end
end

local function discard() end

local function read_line(path, pattern)
  local file = io.open(path)
  local found = file and file:read("a"):match(pattern)
  if file then file:close() end
  return found
end

local all = rx.threads()
local thread_counts = all > 1 and { 1, all } or { 1 }
local machine = {
  processor = read_line("/proc/cpuinfo", "model name%s*: ([^\n]*)") or "unknown",
  threads = all,
  load = tonumber(read_line("/proc/loadavg", "^%S+")), -- before this program's own
  library = products.library(),
}
local busy = machine.load and machine.load > 0.2

local programs = { rxlua = arg[-1], lua = "lua5.4" }
local began = now()
for round = 0, opt.rounds do -- the first is not counted: it takes memory and starts threads
  local record = round > 0 and keep or discard
  for _, threads in ipairs(thread_counts) do
    rx.threads(threads)
    normals_per_second() -- wakes the threads
    for _, m in ipairs(models) do measure_model(m, threads, record) end
    record("normals, " .. threads, normals_per_second())
    record("kde, " .. threads, kde.rxlua())
  end
  record("kde, scipy", kde.scipy())
  for name, program in pairs(programs) do record("start, " .. name, start_up(program)) end
end
rx.threads(all)

-- From samples to numbers

local function median(list)
  local sorted = table.move(list, 1, #list, 1, {})
  table.sort(sorted)
  local middle = (#sorted + 1) / 2
  return (sorted[math.floor(middle)] + sorted[math.ceil(middle)]) / 2
end

local function summary(list)
  return {
    median = median(list), least = math.min(table.unpack(list)), most = math.max(table.unpack(list)),
    samples = list,
  }
end

-- Ratios of what was measured at about the same time.
local function ratios(above, below)
  local list = {}
  for i, a in ipairs(above) do list[i] = a / below[i] end
  return list
end

local function samples_of(m, threads)
  return setmetatable({}, { __index = function(_, what) return samples[key(m, threads, what)] end })
end

-- The faster layout is the limit.
local function limit_of(m, threads)
  local s = samples_of(m, threads)
  local layout = median(s.stored) <= median(s.transposed) and "stored" or "transposed"
  return s[layout], layout
end

local PARTS = { "batch", "gradient", "optimizer", "freeing", "forward" }

local function result(m, threads)
  local s = samples_of(m, threads)
  local fastest, layout = limit_of(m, threads)
  local shares = {}
  for _, part in ipairs(PARTS) do shares[part] = summary(ratios(s[part], s.step)) end
  return {
    name = m.name, cell = m.cell, units = m.units, outputs = m.task.outputs, inputs = m.task.inputs,
    batch = SIZE, steps = STEPS, threads = threads,
    step = summary(s.step), limit = summary(fastest), layout = layout,
    limit_gflops = work(m) / median(fastest),
    ratio = summary(ratios(s.step, fastest)), shares = shares,
  }
end

local function speed_up(m)
  local fastest_one, fastest_all = limit_of(m, 1), limit_of(m, all)
  return {
    name = m.name,
    step = summary(ratios(samples_of(m, 1).step, samples_of(m, all).step)),
    limit = summary(ratios(fastest_one, fastest_all)),
  }
end

local report = {
  machine = machine, rounds = opt.rounds, training = {}, speed_up = {}, normals = {}, start = {},
}
for _, m in ipairs(models) do
  for _, threads in ipairs(thread_counts) do
    report.training[#report.training + 1] = result(m, threads)
  end
  if all > 1 then report.speed_up[#report.speed_up + 1] = speed_up(m) end
end
for i, threads in ipairs(thread_counts) do
  report.normals[i] = { threads = threads, per_second = summary(samples["normals, " .. threads]) }
end
report.kde = { points = kde.points, queries = kde.queries, rxlua = {} }
local scipy = samples["kde, scipy"]
for i, threads in ipairs(thread_counts) do
  local list = samples["kde, " .. threads]
  report.kde.rxlua[i] = {
    threads = threads, seconds = summary(list), speed_up = scipy and summary(ratios(scipy, list)),
  }
end
if scipy then
  report.kde.scipy, report.kde.difference = summary(scipy), kde.difference()
end
for name in pairs(programs) do
  local list = samples["start, " .. name]
  report.start[name] = list and summary(list)
end
report.seconds = now() - began

-- The table

local function spread(s, form, scale)
  scale = scale or 1
  return (form .. " (" .. form .. " .. " .. form .. ")"):format(
    scale * s.median, scale * s.least, scale * s.most)
end

local function line(...)
  print((("%-16s%-9s" .. ("%-26s"):rep(2) .. "%-11s%s"):format(...):gsub("%s+$", "")))
end

print(("%s, %s\nbatch %d, %d steps, %d outputs; %d rounds: median (least .. most)"):format(
  machine.processor, machine.library, SIZE, STEPS, CELLS, opt.rounds))
if busy then
  print(("the machine was not idle (load %.2f): trust the ratios on one thread only"):format(machine.load))
end

print("\nTraining step (s), and its matrix products alone")
line("", "threads", "step", "limit", "GFLOP/s", "step/limit")
for _, r in ipairs(report.training) do
  line(r.name, r.threads, spread(r.step, "%.3f"), spread(r.limit, "%.3f"), ("%.0f"):format(r.limit_gflops),
       spread(r.ratio, "%.2f"))
end

print("\nShares of the step (%); forward, a run of its own that stores its outputs, is no part of the sum")
local form = "%-16s%-9s" .. ("%-11s"):rep(#PARTS - 1) .. "%s"
print(form:format("", "threads", table.unpack(PARTS)))
for _, r in ipairs(report.training) do
  local shares = {}
  for i, part in ipairs(PARTS) do shares[i] = ("%.1f"):format(100 * r.shares[part].median) end
  print(form:format(r.name, r.threads, table.unpack(shares)))
end

if all > 1 then
  print(("\nSpeed-up of %d threads over one"):format(all))
  line("", "", "step", "limit", "", "")
  for _, s in ipairs(report.speed_up) do
    line(s.name, "", spread(s.step, "%.2f"), spread(s.limit, "%.2f"), "", "")
  end
end

print("\nNormal random numbers (million per second)")
for _, n in ipairs(report.normals) do
  line("", n.threads, spread(n.per_second, "%.0f", 1e-6), "", "", "")
end

print(("\nDensity of %d points at %d others (ms)"):format(kde.points, kde.queries))
for _, k in ipairs(report.kde.rxlua) do
  local times = k.speed_up and spread(k.speed_up, "%.1f") .. " times as fast as SciPy" or ""
  line("rx.kde", k.threads, spread(k.seconds, "%.1f", 1e3), times, "", "")
end
if report.kde.scipy then
  print(("%-16s%-9s%-26slargest relative difference %.1e"):format(
    "SciPy", "", spread(report.kde.scipy, "%.0f", 1e3), report.kde.difference))
else
  print("SciPy           not found (python3-scipy)")
end

print("\nStart-up (ms)")
for _, name in ipairs { "rxlua", "lua" } do
  local s = report.start[name]
  line(programs[name] .. " -e ''", "", s and spread(s, "%.1f", 1e3) or "not found", "", "", "")
end

local out = rx.folder("build/bench")
out:write("bench.json", report)
print(("\n%s, after %.0f s"):format(out:path("bench.json"), report.seconds))
