-- What the paper claims, each with the numbers that it is judged by and a bound that says when it holds. The
-- bounds are ours: the paper draws its curves and states few numbers.

local numbers = require "reactivation.runs.numbers"

local claims = {}

local function within(factor, a, b)
  return a < factor * b and b < factor * a
end

-- Each: the `figure` whose numbers it takes; `words`; `shown`, the numbers, by their labels there, with short
-- words for them and, where it is another one, their figure; when it holds, in words (`test`) and as a
-- function of the numbers of one network.
local list = {
  { figure = "1", words = "Noisy networks learn to keep track of a position (1b)",
    shown = { { "test loss, batch 2500", "loss" }, { "decoding distance, batch 2500", "decoding" } },
    test = "loss below 2e-5", holds = function(loss) return loss < 2e-5 end },
  { figure = "1", words = "Activity is low-dimensional, alike in both phases (1c)",
    shown = { { "10 PCs explain, awake", "ten PCs awake" }, { "10 PCs explain, quiescent", "at rest" } },
    test = "at least 0.7 in both, within 0.1 of each other",
    holds = function(awake, rest) return math.min(awake, rest) >= 0.7 and math.abs(awake - rest) < 0.1 end },
  { figure = "1", words = "Trajectories at rest are like those of waking (1d, e)",
    shown = { { "step distance, awake", "step awake" }, { "step distance, quiescent", "at rest" } },
    test = "pace within a factor of 2", holds = function(awake, rest) return within(2, awake, rest) end },
  { figure = "1", words = "States at rest lie where those of waking lie (1f, g)",
    shown = { { "state variance, awake", "variance awake" }, { "state variance, quiescent", "at rest" } },
    test = "variance within a quarter", holds = function(awake, rest) return within(1.25, awake, rest) end },
  { figure = "2", words = "Rest visits what waking visited, as often (1h to k)",
    shown = { { "KL(U^σ quiescent || U^σ awake)", "KL from waking" },
              { "KL(uniform quiescent || U^σ awake)", "of a uniform density" } },
    test = "closer than a uniform density", holds = function(own, uniform) return own < uniform end },
  { figure = "2", words = "Biased behaviour leaves biased rest (2a to e)",
    shown = { { "KL(B^σ quiescent || B^σ awake)", "KL from its own waking" },
              { "KL(B^σ quiescent || U^σ awake)", "from the unbiased" } },
    test = "closer to its own", holds = function(own, other) return own < other end },
  { figure = "2", words = "Training brings rest closer to waking than chance (2e)",
    shown = { { "KL(U^σ quiescent || U^σ awake)", "KL trained" },
              { "KL(R^σ quiescent || U^σ awake)", "untrained" } },
    test = "closer than untrained", holds = function(trained, random) return trained < random end },
  { figure = "2", words = "The same for biased walks (2e)",
    shown = { { "KL(B^σ quiescent || B^σ awake)", "KL trained" },
              { "KL(R^σ quiescent || B^σ awake)", "untrained" } },
    test = "closer than untrained", holds = function(trained, random) return trained < random end },
  { figure = "2", words = "Without noise in training, rest does not explore (2f)",
    shown = { { "total variance, U^σ", "total variance with noise" }, { "total variance, U", "without" } },
    test = "with noise more than twice as much",
    holds = function(noisy, without) return noisy > 2 * without end },
  { figure = "2", words = "The same for biased walks (2f)",
    shown = { { "total variance, B^σ", "total variance with noise" }, { "total variance, B", "without" } },
    test = "with noise more than twice as much",
    holds = function(noisy, without) return noisy > 2 * without end },
  { figure = "3", words = "Head direction: the states at rest lie on the waking ring (3c, d)",
    shown = { { "ring radius, awake", "radius awake" }, { "ring radius, quiescent", "at rest" } },
    test = "radius within a tenth", holds = function(awake, rest) return within(1.1, awake, rest) end },
  { figure = "3", words = "Head direction: the bearings are those of waking (3a, b)",
    shown = { { "bearings, KL(quiescent || awake)", "KL of bearings" } },
    test = "below 0.1 nats", holds = function(kl) return kl < 0.1 end },
  { figure = "C.1", words = "Doubling the noise at rest is not essential (C.1)",
    shown = { { "unbiased, KL(quiescent || awake)", "KL, noise as awake" },
              { "KL(quiescent || awake)", "doubled", figure = "1" } },
    test = "within a factor of 1.5", holds = function(same, doubled) return within(1.5, same, doubled) end },
  { figure = "C.2", words = "A GRU does the same (C.2)",
    shown = { { "unbiased, KL(quiescent || awake)", "KL, GRU" },
              { "unbiased, KL(quiescent || awake)", "ReLU", figure = "C.1" } },
    test = "within a factor of 2", holds = function(gru, rnn) return within(2, gru, rnn) end },
  { figure = "C.4", words = "A network that learned without noise hardly moves at rest (C.3, C.4)",
    shown = { { "step distance, unbiased, deterministic, quiescent", "step without noise" },
              { "step distance, unbiased, noisy, quiescent", "with" } },
    test = "less than a quarter", holds = function(without, noisy) return without < noisy / 4 end },
  { figure = "C.4", words = "Noise that it did not learn with makes it jump (C.3, C.4)",
    shown = { { "step distance, unbiased, deterministic, driven", "step driven" },
              { "step distance, unbiased, noisy, quiescent", "learned with noise" } },
    test = "more than four times", holds = function(driven, noisy) return driven > 4 * noisy end },
  { figure = "C.5", words = "Biased turning remains at rest, more slowly (C.5)" },
  { figure = "C.5-text", words = "The same under \"text\" (C.5)" },
}

-- What the two of Figure C.5 share.
for i = #list - 1, #list do
  list[i].shown = { { "mean angular velocity, biased, awake", "awake" },
                    { "mean angular velocity, biased, quiescent, second half", "at rest, second half" } }
  list[i].test = "of the same sign, and between a tenth and the whole"
  list[i].holds = function(awake, rest) return rest > awake / 10 and rest < awake end
end

-- Label -> number, of the folders of a figure.
local function by_label(folders)
  local found = {}
  for _, number in ipairs(folders and numbers.gather(folders) or {}) do found[number.label] = number end
  return found
end

-- The numbers of a claim; nil where one was not measured.
local function measured(claim, found)
  local list_of = {}
  for i, shown in ipairs(claim.shown) do
    local number = found[shown.figure or claim.figure][shown[1]]
    if not number then return nil end
    list_of[i] = number
  end
  return list_of
end

local function words_of(claim, list_of)
  local words = {}
  for i, number in ipairs(list_of) do
    words[i] = ("%s %s"):format(claim.shown[i][2], numbers.for_people(number.values, number.unit))
  end
  return table.concat(words, ", ")
end

-- In how many networks a claim holds.
local function count(claim, list_of)
  local held, networks = 0, #list_of[1].values
  for k = 1, networks do
    local values = {}
    for i, number in ipairs(list_of) do values[i] = number.values[k] end
    if claim.holds(table.unpack(values)) then held = held + 1 end
  end
  return ("%d of %d"):format(held, networks)
end

-- A table of the claims whose numbers were measured.
-- @tab folders name of a figure -> list of the folders of its numbers
-- @treturn table titles of the columns
-- @treturn table rows, lists of words
function claims.table(folders)
  local found, rows = {}, {}
  for _, claim in ipairs(list) do
    for _, name in ipairs { claim.figure, "1", "C.1" } do
      found[name] = found[name] or by_label(folders[name])
    end
    local list_of = measured(claim, found)
    if list_of then
      rows[#rows + 1] = { claim.words, words_of(claim, list_of), claim.test, count(claim, list_of) }
    end
  end
  return { "the claim", "found", "it holds if", "and does in" }, rows
end

return claims
