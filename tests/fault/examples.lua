-- Right calls of every public function and method, met while the examples of the reference run.

local lfs = require "lfs"
require "krishna2024" -- of whose functions the reference tells once it is loaded
local public = require "reactivation.check.public"
local reference = require "reactivation.prompt.reference"
local rx = require "reactivation"
local support = require "tests.spec.support"

-- Calls of a function that are kept, since examples show its options one after the other.
local MOST_CALLS = 4

-- What examples need not show, since a line of the reference tells it.
local FURTHER = [[
local m = rx.matrix { { 1, 2 }, { 3, 4 } }
m:set(1, 1, m:get(1, 2))
m:clone():reshape(4, 1):slice(1, 2):totable()
local _ = m:atan2(m), m:cos(), m:sin(), m:exp(), m:log(), m:tanh(), m:floor(), m:is_finite(), m:min()
local _ = m:lt(m), m:le(m), m:gt(m), m:ge(m), m:eq(m), m:mul(m), m:copy(m:clone())
local v = rx.variable(m)
local _ = v:t(), v:abs(), v:sqrt(), v:exp(), v:log(), v:sin(), v:cos(), v:tanh(), v:floor(), v:wrap(), v:sigmoid()
local _ = v:relu(), v:softmax(), v:log_softmax(), v:clamp(0, 1), v:columns(1, 2), v:column(1), v:sum("rows"), v:mean()
local _ = v:max "columns", v:min "columns", v:mul(m), v:atan2(m), v:lt(m), v:le(m), v:eq(m), v:gt(m), v:ge(m)
v:backward(m)
local kernels = rx.kde(points)
local _ = kernels:sample(3, rng), kernels:log_density(points), kernels:density(points)
local box = rx.uniform_density { dimensions = 3 }
local _ = box:sample(3, rng), box:density(points)
local _ = rx.moments(points):covariance(), rx.pca(points):explained(data, 2), rx.pca(points):project(points)
local heads = rx.head_direction_cells { cells = 8 }
local _ = heads:decode(heads:encode(bearings), 2)
local place = rx.place_cells { centers = rng:uniform(5, 2) }
local _ = place:decode(place:encode(rng:uniform(4, 2)), 2)
local other = rx.tasks.spatial_navigation { steps = 3, cells = 8 }
local _ = other:walk(other:draw(2, rng)), other:decode(rng:uniform(4, 8)), other:batch(2, rng)
local _ = task:decode(outputs), task:distance(bearings, bearings), task:batch(2, rng)
local out = rx.folder "further"
local _ = out:path "n.json", out:write("n.json", { 1, 2 }), out:announce("n.json", {}), out:save("n.h5", { a = 1 })
net:forward(batch, rx.matrix(15, 4):as_sequence(3), rx.matrix(15, 8):as_sequence(3))
net:gradient(batch, rx.matrix(1, net.parameters.cols))
net:step(states:at(1), batch.inputs:at(1))
net:dynamics(true)
rx.adam():update(net.parameters, select(3, net:gradient(batch)))
rx.quantile(radius, 0.1, 0.9)
local walks = rx.tasks.recorded { positions = { rng:normal(60, 2, 0, 0.02):cumsum() }, interval = 0.02, steps = 10,
                               cells = 8 }
walks:decode(rng:uniform(4, 8))
for _, name in ipairs { "perceptual_decision", "delayed_comparison", "delayed_match", "flip_flop" } do
  local t = rx.tasks[name] {}
  local b = t:batch(4, rng)
  local o = rng:normal(b.truth.rows, t.outputs):as_sequence(b.truth.steps)
  t:distance(t:decode(o), b.truth)
  if t.choices then t:choices(o, b) end
  if t.by_pair then t:by_pair(t:choices(o, b), b) end
  if t.encode then t:encode(rx.matrix(2, 1, 20)) end
end
]]

-- Functions in C tell no hook of their arguments: others stand in their place while the examples run. Returns a
-- function that puts them back.
local function watch(container, name, f, seen)
  container[name] = function(...)
    if debug.getinfo(2, "S").source == "=example" then seen(f, table.pack(...)) end
    return f(...)
  end
  return function() container[name] = f end
end

local function is_c(f)
  return type(f) == "function" and debug.getinfo(f, "S").what == "C"
end

-- Methods of the types in C: their table is what __index closes over.
local function each_method(f)
  for type_name, metatable in pairs(debug.getregistry()) do
    if type(type_name) == "string" and type_name:find("^rx%.") and type(metatable.__index) == "function" then
      local _, methods = debug.getupvalue(metatable.__index, 1)
      local names = {}
      for name in pairs(methods) do names[#names + 1] = name end
      for _, name in ipairs(names) do f(methods, name, type_name:sub(4) .. ":" .. name) end
    end
  end
end

-- Watch all in C; returns their names, function -> name, and what ends it.
local function watch_c(seen)
  local names, endings = {}, {}
  for name, f in pairs(rx) do
    if is_c(f) then
      names[f] = name
      endings[#endings + 1] = watch(rx, name, f, seen)
    end
  end
  each_method(function(methods, name, full)
    local f = methods[name]
    if is_c(f) then
      names[f] = full
      endings[#endings + 1] = watch(methods, name, f, seen)
    end
  end)
  return names, function() for _, finish in ipairs(endings) do finish() end end
end

-- The arguments of the call that a hook was told of.
local function arguments_of(level)
  local info = debug.getinfo(level + 1, "u")
  local arguments = { n = 0 }
  local function add(i)
    local name, value = debug.getlocal(level + 2, i)
    if name then arguments.n, arguments[arguments.n + 1] = arguments.n + 1, value end
    return name
  end
  for i = 1, info.nparams do add(i) end
  local i = -1
  while info.isvararg and add(i) do i = i - 1 end
  return arguments
end

-- Run code whose calls are told.
local function run(code, names, seen)
  local chunk = assert(load(code, "=example", "t", setmetatable({ print = function() end }, { __index = _G })))
  debug.sethook(function()
    local f = debug.getinfo(2, "f").func
    if names[f] and debug.getinfo(3, "S").source == "=example" then seen(f, arguments_of(2)) end
  end, "c")
  local ok, problem = pcall(chunk)
  debug.sethook()
  assert(ok, problem)
end

-- Trainings are short here.
local function shorten_trainings()
  local train = rx.train
  rx.train = function(net, task, options)
    local short = {}
    for name, value in pairs(options) do short[name] = value end
    short.batches, short.size, short.test_size, short.progress = 1, 2, 2, false
    return train(net, task, short)
  end
  return train, function() rx.train = train end
end

local function usages()
  local list = { FURTHER }
  for _, entry in ipairs(reference.read()) do
    for _, part in ipairs(entry.parts) do
      if part.tag == "usage" then list[#list + 1] = table.concat(part.lines, "\n") end
    end
  end
  return list
end

-- A list of { name, f, arguments, ... }, in the order of names, and of the names that no example calls. Each
-- example has a folder of its own within a given one, the `folder` of its arguments.
return function(top)
  local calls, here = {}, lfs.currentdir()
  local function seen(f, arguments)
    calls[f], arguments.folder = calls[f] or {}, lfs.currentdir()
    if #calls[f] < MOST_CALLS then table.insert(calls[f], arguments) end
  end
  local names, unwatch = watch_c(seen)
  local lua_names = {}
  for f, name in pairs(public.names) do lua_names[f] = name end
  local train, lengthen = shorten_trainings()
  lua_names[rx.train], lua_names[train] = "train", nil
  for i, code in ipairs(usages()) do
    lfs.mkdir(("%s/%d"):format(top, i))
    lfs.chdir(("%s/%d"):format(top, i))
    run(support.given .. code, lua_names, seen)
  end
  lfs.chdir(here)
  calls[train], lua_names[train] = calls[rx.train], "train"
  lua_names[rx.train] = nil
  lengthen()
  unwatch()
  for f, name in pairs(lua_names) do names[f] = name end

  local list, missing = {}, {}
  for f, name in pairs(names) do
    local of = calls[f]
    if of then
      of.name, of.f = name, f
      list[#list + 1] = of
    else
      missing[#missing + 1] = name
    end
  end
  table.sort(list, function(a, b) return a.name < b.name end)
  table.sort(missing)
  return list, missing
end
