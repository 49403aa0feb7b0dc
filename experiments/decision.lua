-- Perceptual decision by a network of excitatory and inhibitory units: 80% of them excite, 20% inhibit,
-- each reaches few others and never itself, rates are positive and cost something. It hears two noisy
-- inputs and says which was the stronger one; only its response counts. How near does it come to an
-- observer who makes the best of the inputs, and what does it look like inside? (After Song, Yang and Wang
-- 2016.)
--
--   rxlua experiments/decision.lua --quick
--   rxlua experiments/decision.lua --units 200 --density 0.1 --noise 0.2

local rx = require "reactivation"

local EXCITATORY = 0.8
local SHOWN = { -0.512, -0.128, 0.128, 0.512 } -- coherences whose rates are drawn
local FIXATION = 0.3                           -- before the stimulus, in what is drawn (s)

local experiment = rx.experiment("decision", "Trains excitatory and inhibitory units on a decision.", {
  { "seed", 0, "seed of all random numbers", word = "seed%d" },
  { "units", 100, "units of the network", least = 10, word = "%d-units" },
  { "density", 0.2, "share of the connections that exist", least = 0.01, word = "density-%g" },
  { "sigma", 0.05, "noise on the state, per square root of a second", least = 0, word = "sigma-%g" },
  { "noise", 0.15, "noise on the inputs, per square root of a second", least = 0.01, word = "noise-%g" },
  { "rate_cost", 1e-3, "of the mean squared rate, in the loss", least = 0, word = "cost-%g" },
  { "batches", 1000, "length of the training", least = 1, word = "%d-batches" },
  { "quick", false, "a shorter training, a minute or two", preset = { batches = 250 } },
  { "trials", 4000, "trials measured after it", least = 100 },
})
local opt = experiment.options

-- Network and task ------------------------------------------------------------------------------------

-- Rates with their noise inside the nonlinearity, where they stay positive; the second result is what they
-- cost.
local rates = rx.cell {
  name = "rates", state = { "r" }, settings = { rate_cost = 0 },
  weights = function(s)
    return { w_in = { s.units, s.inputs }, w_rec = { s.units, s.units }, b = { 1, s.units } }
  end,
  step = function(w, s, x, o)
    local drive = s.r * w.w_rec:t() + x * w.w_in:t() + w.b + o.tau / o.dt * o.noise
    local r = s.r + o.dt / o.tau * (drive:relu() - s.r)
    return { r = r, cost = o.rate_cost * (r ^ 2):mean("columns") }
  end,
}

local rng = rx.random(opt.seed)
local task = rx.tasks.perceptual_decision { noise = opt.noise }
local dale = rx.constraints.dale {
  excitatory = EXCITATORY, density = opt.density, self = false, rng = rng,
}
dale.encoder = function(w) return w:abs() end -- the first rates are positive too
local net = rates {
  inputs = task.inputs, units = opt.units, outputs = task.outputs, init = task.init,
  tau = 0.1, sigma = opt.sigma, rate_cost = opt.rate_cost,
  loss = rx.loss.cross_entropy, constrain = dale, initial = dale.initial, rng = rng,
}
local history = rx.train(net, task, {
  batches = opt.batches, size = 100, rate = rx.schedule.cosine(1e-2, 1e-3, opt.batches), test_every = 25,
  checkpoint = experiment.folder:path "checkpoint.h5",
})

-- What it answers, beside the ideal observer, on the same trials ---------------------------------------

local measured = rx.random(opt.seed, 1 << 57)

local function run(some_task, trials)
  local batch = some_task:batch(trials, measured)
  local input = { rng = measured }
  for name, value in pairs(batch) do input[name] = value end
  local states, outputs = net:forward(input)
  return batch, states, some_task:choices(outputs, batch)
end

local batch, states, choices = run(task, opt.trials)
local ideal = task:ideal_choices(batch)
local function accuracy(of) return of:eq(batch.info.answer):mean() end
local fit, problem = rx.psychometric(batch.info.coherence, choices)
local best = assert(rx.psychometric(batch.info.coherence, ideal))

local function psychometric()
  local points, curves = {}, {}
  for observer, of in ipairs { fit or { shares = rx.matrix(1, 3, 0 / 0) }, best } do
    for _, row in ipairs(of.shares:totable()) do
      local coherence, share, count = table.unpack(row)
      points[#points + 1] = { coherence, share, math.sqrt(share * (1 - share) / count), observer }
    end
  end
  for i = 0, 100 do
    local c = 0.56 * (i / 50 - 1)
    curves[i + 1] = { c, fit and fit.probability(c) or 0 / 0, best.probability(c) }
  end
  return { "psychometric", {
    shares = rx.matrix(points), fits = rx.matrix(curves), labels = { "network", "ideal observer" },
    xlabel = "coherence", ylabel = "first chosen", xmin = -0.56, xmax = 0.56,
  } }
end

-- Who reaches whom: the weights that the network uses, excitatory units first ---------------------------

local used = net:effective()
local function connectivity()
  local reach = rx.quantile(used.w_rec:abs(), 0.99)
  return { "heat_map", {
    values = used.w_rec, downward = true, equal = true, diverging = true, cbmin = -reach, cbmax = reach,
    xlabel = "from unit", ylabel = "to unit", cblabel = "weight",
  } }
end

-- Rates of the excitatory units that speak for the first output, by coherence, from the trial's beginning ---

-- 1 for such units, a column.
local function speakers()
  local excitatory, readout = math.floor(EXCITATORY * opt.units + 0.5), used.w_out:t()
  local prefer = readout:column(1):gt(readout:column(2))
  for j = excitatory + 1, opt.units do prefer:set(j, 1, 0) end
  return prefer
end

local function activity()
  local prefer, curves = speakers(), {}
  for c, coherence in ipairs(SHOWN) do
    local one = rx.tasks.perceptual_decision {
      coherences = { math.abs(coherence) }, noise = opt.noise,
      least_fixation = FIXATION, most_fixation = FIXATION,
    }
    local shown, rate = run(one, opt.trials // 10)
    local meant = shown.info.coherence:mul(coherence):gt(0)
    for t = 1, one.steps do
      curves[t] = curves[t] or { t * one.settings.dt - FIXATION }
      curves[t][c + 1] = (rate:at(t) * prefer):mul(meant):sum() / (prefer:sum() * meant:sum())
    end
  end
  local labels = {}
  for c, coherence in ipairs(SHOWN) do labels[c] = ("%g"):format(coherence):gsub("-", "−") end
  local data = rx.matrix(curves)
  return { "curve", {
    curves = data, labels = labels, xlabel = "time from the stimulus (s)", ylabel = "mean rate",
    ymin = 0, ymax = 1.4 * data:column(#SHOWN + 1):max(), key = "top right",
  } }
end

local function learning()
  local least = {}
  for i in ipairs(history.test_batch) do least[i] = 1 - task:ideal_accuracy() end
  local data = rx.curves(history.test_batch, { history.test_error }, { least })
  data.xlabel, data.ylabel, data.ymin = "batch", "wrong answers", 0
  data.labels = { "network", "ideal observer" }
  return { "curve", data }
end

experiment:draw("decision.svg", { learning(), psychometric(), connectivity(), activity(), columns = 2 })

-- What was found

local spectrum = rx.eigen(used.w_rec)
local radius = math.sqrt((spectrum.real ^ 2 + spectrum.imaginary ^ 2):max())
experiment:finish(("decision, %d units, %d batches"):format(opt.units, opt.batches), {
  { "right answers", { accuracy(choices) } },
  { "right answers, ideal observer", { accuracy(ideal) } },
  { "their ratio", { accuracy(choices) / accuracy(ideal) } },
  { "threshold (sd of the fit)", { fit and fit.sd or 0 / 0 } },
  { "threshold, ideal observer", { best.sd } },
  { "bias (mean of the fit)", { fit and fit.mean or 0 / 0 } },
  { "mean rate", { states:mean() } },
  { "least rate", { states:min() } },
  { "connections that exist", { 1 - used.w_rec:eq(0):mean() } },
  { "spectral radius", { radius } },
})
if problem then print("no psychometric curve of the network: " .. problem) end
