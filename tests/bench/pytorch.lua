-- The same training step in PyTorch on the CPU (pytorch.py), as one writes it today, as it comes and
-- with memory kept (python.lua), and as the published code writes the sequence; and that both compute
-- the same.

local rx = require "reactivation"
local layout = require "bench.layout"
local machine = require "bench.machine"
local models = require "bench.models"
local npy = require "bench.npy"
local on_threads = require "bench.on_threads"
local python = require "bench.python"
local sampling = require "bench.sampling"

local PUBLISHED_ROUNDS = 1 -- slow, and only for the record

-- How both are compared: training steps in a row, and the largest relative difference of a loss.
local SMALL = { units = 16, cells = 24, size = 10, steps = 7 }
local UPDATES, LARGEST_DIFFERENCE = 3, 1e-5

local pytorch = { name = "pytorch", rounds = 7, absent = "python3-torch" }

-- What both start from: the draws of a batch and the batch.
local draws = {}

function draws.spatial_navigation(task, size, rng)
  local drawn = task:draw(size, rng)
  local first, displacements, positions = task:walk(drawn)
  drawn.centers = task.cells.centers
  return drawn, {
    init = task.cells:encode(first), inputs = displacements, targets = task.cells:encode(positions),
  }
end

function draws.head_direction(task, size, rng)
  local batch = task:batch(size, rng)
  local turn = batch.inputs:reshape(batch.inputs.steps, size)
  return { start = batch.truth:at(1) - batch.inputs:at(1), turn = turn }, batch
end

-- The losses of a few training steps on one batch, with the same weights and noise, in either
-- program: the largest difference, relative to rxlua's. Raises if they do not compute the same.
local function difference(child, name)
  local model = models[name](SMALL)
  local kind = name == "head_direction" and name or "spatial_navigation"
  local given, batch = draws[kind](model.task, SMALL.size, rx.random(1))
  for weight, matrix in pairs(model.net.weights) do given[weight] = matrix end
  batch.noise = rx.random(2):normal(SMALL.steps * SMALL.size, SMALL.units)
  given.noise = batch.noise
  local folder = rx.folder("build/bench/losses").name
  for what, matrix in pairs(given) do npy.write(("%s/%s.%s.npy"):format(folder, name, what), matrix) end

  local largest = 0
  for theirs in child:ask("losses", name, folder, UPDATES):gmatch("%S+") do
    local ours, _, gradient = model.net:gradient(batch)
    model.optimizer:update(model.net.parameters, gradient)
    local apart = math.abs(tonumber(theirs) / ours - 1)
    if apart ~= apart or apart > LARGEST_DIFFERENCE then
      error(("%s: the loss is %g in rxlua, %s in PyTorch"):format(name, ours, theirs), 0)
    end
    largest = math.max(largest, apart)
  end
  return largest
end

function pytorch.measure(rounds)
  -- a process for each network, as a training has: what another left in the allocator changes its speed
  local children, keeping, built, differences = {}, {}, {}, {}
  for _, name in ipairs(models.names) do
    children[name], built[name] = python.start("pytorch.py"), models[name]()
    if not children[name] then return nil end
    keeping[name] = python.start_keeping_memory("pytorch.py")
    differences[name] = difference(children[name], name)
  end
  local round = -1 -- the first is not counted
  local samples = sampling.rounds(rounds, function(samples)
    round = round + 1
    on_threads(function(threads)
      for _, name in ipairs(models.names) do
        collectgarbage()
        samples:add(built[name]:step().step, name, threads, "rxlua")
        samples:add(children[name]:ask("step", name, threads), name, threads, "idiomatic")
        samples:add(keeping[name]:ask("step", name, threads), name, threads, "keeping")
        if round >= 1 and round <= PUBLISHED_ROUNDS then
          samples:add(children[name]:ask("assigned_step", name, threads), name, threads, "published")
        end
      end
    end)
  end)

  local any = children[models.names[1]]
  local results = { version = any:ask("version"), blas = any:ask("blas"), steps = {}, losses = {} }
  for _, name in ipairs(models.names) do
    results.losses[name] = differences[name]
    for _, threads in ipairs(machine.thread_counts) do
      local function of(who) return samples:of(name, threads, who) end
      local ours = of("rxlua")
      table.insert(results.steps, {
        name = built[name].name, threads = threads, rxlua = sampling.summary(ours),
        idiomatic = sampling.summary(of("idiomatic")), published = sampling.summary(of("published")),
        times = sampling.ratio(of("idiomatic"), ours),
        keeping = sampling.summary(of("keeping")), keeping_times = sampling.ratio(of("keeping"), ours),
      })
    end
    children[name]:close()
    keeping[name]:close()
  end
  return results
end

function pytorch.show(results)
  local rows = {
    { "", "threads", "rxlua", "PyTorch", "PyTorch/rxlua", "memory kept", "kept/rxlua", "as the published code" },
  }
  for _, r in ipairs(results.steps) do
    table.insert(rows, {
      r.name, r.threads, layout.spread(r.rxlua, "%.3f"), layout.spread(r.idiomatic, "%.3f"),
      layout.spread(r.times, "%.2f"), layout.spread(r.keeping, "%.3f"), layout.spread(r.keeping_times, "%.2f"),
      layout.spread(r.published, "%.2f"),
    })
  end
  layout.table(("Training step (s) of rxlua and of PyTorch %s"):format(results.version), rows)
  print("PyTorch computes on " .. results.blas)
  for _, name in ipairs(models.names) do
    print(("%s: the losses of %d steps on the same weights and draws differ by %.0e at most")
          :format(name, UPDATES, results.losses[name]))
  end
end

return pytorch
