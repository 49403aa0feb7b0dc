-- Whatever a function is given, it answers or raises an error that says what it expected: no crash,
-- no error of another kind. The sanitizer build makes this a search for faults in C.

local rx = require "reactivation"

local CALLS = 4000

local function new_network()
  return rx.rnn { inputs = 1, units = 3, outputs = 4, init = 4, bias = true, rng = rx.random(2) }
end

-- Numbers, texts, tables and objects, of which each function expects at most a few.
local function new_values()
  local rng = rx.random(1)
  local m = rng:normal(6, 4)
  return {
    false, true, 0, 1, 2, 3, 4, -1, 1.5, 2 ^ 31, 2 ^ 53, math.maxinteger, math.mininteger, 0 / 0, 1 / 0,
    1e-310, "", "x", "rows", "a\0b", "\xff%s%n",
    {}, { 1 }, { {} }, { { 1, 2 }, { 3, 4 } }, { { 1 }, { 1, 2 } }, { { "x" } }, { m, m }, { x = 1, 2 },
    { units = 3 }, { batches = 2 }, { state = rx.matrix(2, 3), steps = 2 }, { rate = -1 },
    setmetatable({}, { __index = function() error("a trap", 0) end }),
    print, coroutine.create(print), io.stdout,
    rx.matrix(0, 0), rx.matrix(0, 4), rx.matrix(4, 0), rx.matrix(1, 1, 2), rx.matrix(1, 4, 0 / 0),
    rx.matrix(2, 3), rx.matrix(3, 4, 1 / 0), m, m:t(), m:slice(2, 3), m:as_sequence(2),
    rx.matrix(0, 4):as_sequence(3), rng:normal(6, 1):as_sequence(3), rng:uniform(5, 4), rng, new_network(),
    rx.adam(), rx.head_direction_cells { cells = 4 }, rx.tasks.head_direction { steps = 3, cells = 4 },
  }
end

-- Options that are right, of which one or two become something else.
local RIGHT = {
  rnn = { inputs = 1, units = 3, outputs = 4, init = 4, rng = rx.random(2) },
  adam = { rate = 1e-3, beta1 = 0.9, clip = 1 },
  head_direction_cells = { cells = 4, width = 1, tuning = "peak" },
  forward = { init = rx.matrix(2, 4), steps = 3, sigma = 1 },
  gradient = { init = rx.matrix(2, 4), inputs = rx.matrix(6, 1):as_sequence(3), targets = rx.matrix(6, 4) },
}

local FUNCTIONS = {
  "matrix", "join", "random", "rnn", "adam", "head_direction_cells", "histogram", "histogram_divergence",
  "quantile", "thin", "load", "load_network",
}

local METHODS = {
  { function(values) return values[math.random(#values)] end,
    "get", "set", "row", "slice", "column", "at", "trial", "as_sequence", "copy", "clone", "totable", "t",
    "mul", "atan2", "lt", "le", "gt", "ge", "eq", "sqrt", "wrap", "cumsum", "sum", "mean", "min", "max",
    "is_finite" },
  { function() return rx.random(3) end, "uniform", "normal", "rayleigh", "seek" },
  { new_network, "forward", "gradient", "step" },
  { function() return rx.adam() end, "update", "state", "restore" },
  { function() return rx.head_direction_cells { cells = 4 } end, "encode", "decode" },
}

-- All that can be called: name and a function of the pool that gives the function to call.
local function new_targets()
  local targets = {}
  for _, name in ipairs(FUNCTIONS) do
    targets[#targets + 1] = { name, function() return rx[name] end }
  end
  for _, methods in ipairs(METHODS) do
    for i = 2, #methods do
      targets[#targets + 1] = { methods[i], function(values)
        local object
        repeat
          object = methods[1](values)
        until methods[1] == new_network or type(object) == "userdata" and object ~= io.stdout
        local method = object[methods[i]]
        return method and function(...) return method(object, ...) end
      end }
    end
  end
  return targets
end

describe("hostile arguments", function()
  it("are answered or refused in words, by every function and method", function()
    math.randomseed(7)
    local targets, values = new_targets(), new_values()
    local refused = 0
    for call = 1, CALLS do
      if call % 200 == 0 then values = new_values() end
      local name, get = table.unpack(targets[math.random(#targets)])
      local arguments = { n = math.random(0, 4) }
      for i = 1, arguments.n do arguments[i] = values[math.random(#values)] end
      if RIGHT[name] and math.random() < 0.8 then
        local options, keys = {}, {}
        for key, value in pairs(RIGHT[name]) do
          options[key], keys[#keys + 1] = value, key
        end
        table.sort(keys)
        for _ = 1, math.random(2) do options[keys[math.random(#keys)]] = values[math.random(#values)] end
        arguments = { n = 1, options }
      end
      local found, f = pcall(get, values)
      if found and f then
        local ok, problem = pcall(f, table.unpack(arguments, 1, arguments.n))
        if not ok then
          refused = refused + 1
          assert.are.equal("string", type(problem), name)
          assert.is_nil(problem:find("attempt to", 1, true), name .. ": " .. problem)
        end
      end
    end
    assert.is_true(refused > CALLS / 4 and refused < CALLS)
  end)
end)

describe("the statistics of the library", function()
  local function refusal(f, ...)
    local arguments = table.pack(...)
    local ok, problem = pcall(function() f(table.unpack(arguments, 1, arguments.n)) end)
    assert.is_false(ok)
    return assert(problem:match("hostile_spec.lua:%d+: bad argument (.*)$"), problem)
  end

  it("say what they expected", function()
    local m = rx.matrix(2, 3, 1)
    assert.are.equal("#1 to 'histogram' (matrix expected, got nil)", refusal(rx.histogram))
    assert.are.equal("#3 to 'histogram' (finite number above 1 expected, got 1)",
                     refusal(rx.histogram, m, 1, 1, 4))
    assert.matches("#4 to 'histogram' %(whole number from 1 to %d+ expected, got 0%)",
                   refusal(rx.histogram, m, 0, 1, 0))
    assert.matches("#4 to 'histogram' ", refusal(rx.histogram, m, 0, 1, 1 << 40))
    assert.are.equal("#1 to 'quantile' (matrix with at least one element expected, got 0 x 3 matrix)",
                     refusal(rx.quantile, rx.matrix(0, 3), 0.5))
    assert.matches("#1 to 'quantile' %(matrix without NaN", refusal(rx.quantile, rx.matrix(1, 2, 0 / 0), 0.5))
    assert.are.equal("#3 to 'quantile' (share from 0 to 1 expected, got 1.5)",
                     refusal(rx.quantile, m, 0, 1.5))
    assert.are.equal("#2 to 'thin' (whole number of at least 1 expected, got 0)", refusal(rx.thin, m, 0))
    local three, four = rx.histogram(m, 0, 2, 3), rx.histogram(m, 0, 2, 4)
    assert.are.equal("#2 to 'histogram_divergence' (histogram of 3 bins expected, got 4)",
                     refusal(rx.histogram_divergence, three, four))
    assert.are.equal("#1 to 'histogram_divergence' (histogram expected, got table)",
                     refusal(rx.histogram_divergence, {}, four))
  end)
end)
