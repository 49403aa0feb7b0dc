-- Calls of every public function and method, with one to three of their arguments or options something else: each
-- is answered, or refused in words, at the caller's line.

local fuzz = require "tests.fault.fuzz"
local examples = require "tests.fault.examples"
local lfs = require "lfs"
local rx = require "reactivation"
local support = require "tests.spec.support"

local function nothing() end

-- Steps of Lua after which a call is given up, which was asked for much: a number above the greatest side of a
-- matrix may be one of repetitions.
local MOST_STEPS = 2e7

-- Call f quietly, and so that it can neither end the program nor go on for long.
local exit, say = os.exit, print
local function quietly(f, ...)
  -- luacheck: push ignore 121 122
  os.exit, print = function() error("the program would end", 0) end, nothing
  debug.sethook(function() error("given up", 0) end, "", MOST_STEPS)
  local got = table.pack(pcall(f, ...))
  debug.sethook()
  os.exit, print = exit, say
  -- luacheck: pop
  return table.unpack(got, 1, got.n)
end

local top, remove = support.scratch()
arg = { [0] = "script" } -- luacheck: ignore 121
local list = examples(top)

-- Numbers, texts, tables and objects, of which each function expects at most a few.
local function new_pool()
  local rng = rx.random(math.random(1000))
  local m = rng:normal(6, 4)
  return {
    false, true, 0, 1, 2, 3, -1, 1.5, 2.9999999999999996, 2 ^ 31, 2 ^ 53, math.maxinteger,
    math.mininteger, 0 / 0, 1 / 0, -1 / 0, 1e-310, 1e300, "", "x", "rows", "a\0b", "\xff%s%n", "'`\"$",
    {}, { 1 }, { {} }, { { 1, 2 }, { 3, 4 } }, { { 1 }, { 1, 2 } }, { 1, nil, 3, 4 }, { { "x" } }, { m, m },
    { x = 1, 2 }, { rng = rng }, { steps = 2 }, { -1 }, { 0 / 0 },
    setmetatable({}, { __index = function() error("a trap", 0) end }),
    nothing, coroutine.create(nothing), io.stdout, rx.matrix(0, 0), rx.matrix(0, 4), rx.matrix(4, 0),
    rx.matrix(1, 1, 2), rx.matrix(1, 4, 0 / 0), rx.matrix(2, 3), rx.matrix(3, 4, 1 / 0), m, m:t(),
    m:slice(2, 3), m:as_sequence(2), rx.matrix(0, 4):as_sequence(3), rng:normal(6, 1):as_sequence(3),
    rng:uniform(5, 4), rng, rx.adam(), rx.head_direction_cells { cells = 4 },
    rx.tasks.head_direction { steps = 3, cells = 4 },
  }
end

local pool = new_pool()

local function copy(t)
  local new = {}
  for name, value in pairs(t) do new[name] = value end
  return new
end

-- One argument, or one field of one that is a table, becomes something else.
local function spoil(arguments)
  local i, value = math.random(arguments.n + (math.random() < 0.1 and 1 or 0)), pool[math.random(#pool)]
  arguments.n = math.max(arguments.n, i)
  local old = arguments[i]
  if type(old) == "table" and not getmetatable(old) and next(old) ~= nil and math.random() < 0.7 then
    local fields = {}
    for name in pairs(old) do fields[#fields + 1] = name end
    table.sort(fields, function(a, b) return tostring(a) < tostring(b) end)
    arguments[i] = copy(old)
    arguments[i][fields[math.random(#fields)]] = math.random() < 0.9 and value or nil
  else
    arguments[i] = value
  end
end

-- What is wrong with the words of an error; those of a function in an example are its author's.
local function fault(message)
  if type(message) ~= "string" then return "raised a " .. type(message) end
  message = message:gsub("example:%d+: attempt to", "")
  for _, words in ipairs { "attempt to", "lua/reactivation", "lua/krishna", "'?'" } do
    if message:find(words, 1, true) and not message:find("a trap", 1, true) then return message end
  end
end

fuzz("calls", function(seed)
  if seed % 500 == 0 then pool = new_pool() end
  if seed % 20 == 0 then collectgarbage() end
  local of = list[math.random(#list)]
  if of.name == "threads" then return "left out" end
  local right = of[math.random(#of)]
  local arguments = table.move(right, 1, right.n, 1, { n = right.n })
  if right.n == 0 then arguments.n, arguments[1] = 1, pool[math.random(#pool)] end
  for _ = 1, math.random(3) do spoil(arguments) end
  lfs.chdir(right.folder)
  local ok, message = quietly(of.f, table.unpack(arguments, 1, arguments.n))
  if ok then return "answered" end
  local wrong = fault(message)
  if wrong then error(of.name .. ": " .. wrong) end
  return "refused"
end)

lfs.chdir("/")
remove()
