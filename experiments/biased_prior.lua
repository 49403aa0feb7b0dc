-- Is a prior visited at rest as the theory says? Headings pulled towards 0 give the bearings a law that is
-- not even; networks that learned them rest, and so do networks that learned headings without a pull. Twice
-- the noise variance should give the waking law, the same noise its square. Long runs from even starts: those
-- from waking states bring the law along, and forget it slowly.
--
--   rxlua experiments/biased_prior.lua --quick
--   rxlua experiments/biased_prior.lua --each 32

local rx = require "reactivation"
local heading = require "krishna2024.heading"
local kinds = require "krishna2024.kinds"
local paper = require "krishna2024.paper"
local prior = require "krishna2024.prior"
local study = require "krishna2024.study"

local shared = study.options "head_direction"
shared.quick.preset = { each = 6, batches = 1000, steps = 10000 }
local experiment = rx.experiment(
  "biased_prior", "Asks whether networks at rest visit a prior that they learned.", {
    shared.setting,
    { "pull", 0.05, "of the heading towards 0 (rad a step)", word = "pull%g", least = 1e-3 },
    { "each", 32, "networks of each kind", least = 2 },
    { "units", 64, "units of a network", least = 1, word = "units%d" },
    { "batches", 4000, "length of a training", least = 1, word = "batches%d" },
    { "steps", 20000, "of a run at rest", least = 400, word = "steps%d" },
    { "at_once", rx.threads(), "networks trained at a time", least = 1 },
    shared.quick,
  })
local opt = experiment.options
local values = paper.head_direction

local CELLS, SIZE, RATE, LAST_RATE = 64, 32, 2e-3, 1e-4 -- of trainings
local TRIALS, SHORT_TRIALS, SHORT, SETTLE, LAG = 64, 1000, 200, 50, 20 -- of runs at rest
local RADIUS = 2                                        -- of the theory's own network
local FACTORS, THEORYS = { 1, 2 }, 2                    -- of the noise variance at rest; Eq. 19's

-- The law that is to be visited: bearings of all steps of trials as in training

local function head_direction(pull, cells)
  return rx.tasks.head_direction { steps = values.steps, cells = cells, width = values.width, pull = pull }
end

local LAW = prior.law(head_direction(opt.pull, 4):batch(4000, study.generator(1)).truth)

-- One network: trained, or the theory's own

local function trained(c, folder)
  local rng, law = rx.random(c.seed), paper.noise[opt.setting]
  local task = head_direction(c.kind == "pulled" and opt.pull or nil, CELLS)
  local net = rx.rnn {
    inputs = task.inputs, units = opt.units, outputs = CELLS, dt = values.dt, tau = values.tau,
    sigma = values.sigma, noise = law.noise, bias = law.bias, rng = rng,
  }
  local history = rx.train(net, task, {
    batches = opt.batches, size = SIZE, rate = rx.schedule.cosine(RATE, LAST_RATE, opt.batches),
    checkpoint = folder:path "checkpoint.h5", progress = folder:path "progress.json",
  })
  local awake = task:batch(TRIALS, study.generator(c.seed))
  return {
    net = net, decoder = heading.decoder, loss = history.test_loss[#history.test_loss],
    error = history.test_error[#history.test_error],
    start = function(bearings) return { init = task.cells:encode(bearings) } end,
    waking = { state = net:forward(awake):at(values.steps) },
    ring_speed = prior.ring_speed(net, task, study.generator(c.seed)),
  }
end

local function ideal(c)
  local net, decoder = prior.ideal(LAW, {
    radius = RADIUS, sigma = values.sigma, dt = values.dt, rng = rx.random(c.seed),
  })
  local function start(bearings) return { init = rx.join { bearings:cos(), bearings:sin() } } end
  return { net = net, decoder = decoder, loss = 0, error = 0, start = start, ring_speed = RADIUS }
end

-- What it does at rest

local function rest(of, from, steps, factor, rng)
  local run = { steps = steps, sigma = math.sqrt(factor) * of.net.sigma, rng = rng }
  for name, value in pairs(from) do run[name] = value end
  return rx.decoded(of.net, of.decoder, run)
end

-- Steps until which memories are followed, each twice as far as the one before
local times = { 1 }
while 2 * times[#times] <= opt.steps do times[#times + 1] = 2 * times[#times] end

local function follow(found, name, bearings)
  for i, t in ipairs(times) do
    found[("%s_%d"):format(name, i)] = prior.part(bearings, t // 2 + 1, t):cos():mean()
  end
end

-- Long runs: the law of their second half, and whether it still changes
local function long_run(found, of, factor, rng)
  local bearings = rest(of, of.start(prior.even(TRIALS)), opt.steps, factor, rng)
  local half, quarter = opt.steps // 2, opt.steps // 4
  local law = prior.law(prior.part(bearings, half + 1, opt.steps))
  found["cos_" .. factor], found["exponent_" .. factor] = prior.mean_cosine(law), prior.exponent(law, LAW)
  found["gain_" .. factor] = prior.gain(law, prior.expected(LAW, factor))
  found["change_" .. factor] = prior.part(bearings, half + quarter + 1, opt.steps):cos():mean()
                               - prior.part(bearings, half + 1, half + quarter):cos():mean()
  for b, p in ipairs(law) do found[("law_%d_%d"):format(factor, b)] = p end
  if factor == THEORYS then follow(found, "even", bearings) end
end

-- Short runs: where drift and diffusion would lead in the end
local function short_run(found, of, factor, rng)
  local bearings = rest(of, of.start(prior.even(SHORT_TRIALS)), SHORT, factor, rng)
  local local_law = rx.fokker_planck(prior.part(bearings, SETTLE + 1, SHORT),
                                     { lag = LAG, bins = prior.bins, cyclic = true })
  local law = local_law.density:totable()[1]
  found["short_cos_" .. factor], found["short_exponent_" .. factor] =
    prior.mean_cosine(law), prior.exponent(law, LAW)
  found["drift_" .. factor] = prior.slope(local_law.drift:totable()[1], prior.score(LAW))
  found["diffusion_" .. factor] = local_law.diffusion:mean()
end

local function measure(c, folder)
  local of = (c.kind == "ideal" and ideal or trained)(c, folder)
  local rng = study.generator(c.seed + 1000)
  local found = { loss = of.loss, error = of.error, ring_speed = of.ring_speed }
  for _, factor in ipairs(FACTORS) do
    long_run(found, of, factor, rng)
    short_run(found, of, factor, rng)
  end
  if of.waking then follow(found, "waking", rest(of, of.waking, opt.steps, THEORYS, rng)) end
  return found
end

local asked = { { kind = "ideal", seed = 0 } }
for seed = 0, opt.each - 1 do
  for _, kind in ipairs { "pulled", "control" } do asked[#asked + 1] = { kind = kind, seed = seed } end
end
local fixed = {
  setting = opt.setting, pull = opt.pull, units = opt.units, batches = opt.batches, steps = opt.steps,
}
local sweep = rx.sweep(experiment.folder:path "networks", asked, measure, {
  at_once = opt.at_once, fixed = fixed,
})
if #sweep.failed > 0 then error(("%d networks are missing"):format(#sweep.failed), 0) end

-- Over networks: the numbers of a kind, their mean, and how certain it is

local rng = study.generator(2)

local of_kind = kinds.of(sweep)

-- Pairs of networks that began alike
local function differences(name)
  local pulled, control, list = of_kind("pulled", name), of_kind("control", name), {}
  for i, value in ipairs(pulled) do list[i] = value - control[i] end
  return list
end

local function certainty(list)
  return rx.bootstrap(list, nil, { rng = rng })
end

-- Bands are 95% intervals of means over networks; of what is known there is none
local function curves(xs, series, more)
  return kinds.curves(xs, series, function(list)
    if #list == 1 then return list[1], list[1], list[1] end
    local mean = certainty(list)
    return mean.estimate, mean.low, mean.high
  end, more)
end

local function by_number(kind, format)
  return function(i) return of_kind(kind, format:format(i)) end
end

local function known(numbers)
  return kinds.known(function(i) return numbers[i] end)
end

-- The figure

local function densities(factor)
  local format = "law_" .. factor .. "_%d"
  return curves(prior.centers, {
    known(prior.expected(LAW, factor)), by_number("pulled", format),
    by_number("control", format),
  }, {
    title = ("rest, noise variance x %d"):format(factor), labels = { "theory", "pulled", "control" },
    xlabel = "bearing (rad)", ylabel = "density (1/rad)", ymin = 0,
    ymax = 1.6 * math.max(table.unpack(prior.expected(LAW, factor))), -- room for the labels
  })
end

-- Numbers of every network beside what the theory says
local function each_network(name, expected, title, ylabel)
  local groups, labels = {}, {}
  for _, kind in ipairs { "pulled", "control" } do
    for _, factor in ipairs(FACTORS) do
      groups[#groups + 1] = of_kind(kind, name .. "_" .. factor)
      labels[#labels + 1] = ("%s %d"):format(kind, factor)
    end
  end
  for _, factor in ipairs(FACTORS) do
    groups[#groups + 1], labels[#labels + 1] = { expected(factor) }, ("theory %d"):format(factor)
  end
  return { "box", {
    values = rx.groups(groups), labels = labels, title = title, ylabel = ylabel, reference = 0,
    colours = { "active", "active", "quiescent", "quiescent", "#404040", "#404040" },
  } }
end

local function cosine(factor) return prior.mean_cosine(prior.expected(LAW, factor)) end
local function power(factor) return 2 / factor end

-- Mean log densities at rest against that awake, bins by rising density
local function log_on_log()
  local order, xs = {}, {}
  for b = 1, prior.bins do order[b] = b end
  table.sort(order, function(a, b) return LAW[a] < LAW[b] end)
  for i, b in ipairs(order) do xs[i] = math.log(LAW[b]) end

  local function expected(factor)
    local law = prior.expected(LAW, factor)
    return kinds.known(function(i) return math.log(law[order[i]]) end)
  end

  local function rested(factor)
    return function(i)
      local list = of_kind("pulled", ("law_%d_%d"):format(factor, order[i]))
      for n, p in ipairs(list) do list[n] = math.log(p) end
      return list
    end
  end
  return curves(xs, { expected(2), expected(1), rested(2), rested(1) }, {
    labels = { "theory, x 2", "theory, x 1", "rest, x 2", "rest, x 1" },
    xlabel = "log density awake", ylabel = "log density at rest", key = "top left", ymax = 3.5,
  })
end

local function forgetting()
  return curves(times, {
    by_number("pulled", "waking_%d"), by_number("pulled", "even_%d"),
    by_number("control", "waking_%d"),
  }, {
    labels = { "pulled, from waking", "pulled, from even", "control, from waking" },
    xlabel = "steps at rest", ylabel = "<cos bearing>", logx = true, ymax = 1.3,
  })
end

experiment:draw("biased_prior.svg", {
  densities(2), densities(1),
  each_network("cos", cosine, "each network", "<cos bearing> at rest"),
  log_on_log(), forgetting(),
  each_network("short_exponent", power, "by short runs", "power of the waking law"),
  columns = 3,
})

-- What was found

local rows = {}

local function add(label, name, unit)
  local apart = differences(name)
  rows[#rows + 1] = {
    label, { of_kind("pulled", name), of_kind("control", name), apart, of_kind("ideal", name) }, unit,
  }
  local mean = certainty(apart)
  local text = "%s: pulled less control %.3f, between %.3f and %.3f"
  if not unit then print(text:format(label, mean.estimate, mean.low, mean.high)) end
end

add("decoding error awake", "error", "rad")
add("ring, per radian", "ring_speed", "1/rad")
for _, factor in ipairs(FACTORS) do
  local text = (", noise variance x %d"):format(factor)
  add(("<cos bearing>, theory %.3f%s"):format(cosine(factor), text), "cos_" .. factor)
  add(("power of the waking law, theory %d%s"):format(power(factor), text), "exponent_" .. factor)
  add(("its likelihood over an even law's%s"):format(text), "gain_" .. factor, "nats")
  add(("<cos bearing>, later less earlier%s"):format(text), "change_" .. factor)
  add(("<cos bearing> by short runs%s"):format(text), "short_cos_" .. factor)
  add(("power by short runs%s"):format(text), "short_exponent_" .. factor)
  add(("drift along the score of the law%s"):format(text), "drift_" .. factor, "rad^2")
  add(("diffusion%s"):format(text), "diffusion_" .. factor, "rad^2")
end
experiment:finish(("a biased prior, %s, %d batches"):format(opt.setting, opt.batches), rows,
                  { "pulled", "control", "pulled less control", "ideal" })
