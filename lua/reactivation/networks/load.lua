--- Networks that come back from files.
-- @module reactivation.network

local cells = require "reactivation.cells.cell"
local check = require "reactivation.check"
local core = require "reactivation.core"

local load = {}

--- A network from a checkpoint of `rx.train`, or from any file with its `network` settings and
-- `weights`.
-- @function rx.load_network
-- @string path
-- @param[opt] rng its generator, which stays where it is; by default one with seed 0
-- @tab[opt] options what a file cannot hold: `loss`, `penalty`, `constrain`
-- @return the network and all that the file holds; or nil and a message
-- @usage local net, run = rx.load_network("results/head_direction/checkpoint.h5")
function load.network(path, rng, options)
  check.that(type(path) == "string", 1, "load_network", "path", path)
  if rng ~= nil then check.argument("generator", 2, "load_network", rng) end
  if options ~= nil then check.argument("table", 3, "load_network", options) end
  local file, message = core.load(path)
  if not file then return nil, message end
  local settings = file.network
  local is_network = type(settings) == "table" and type(settings.cell) == "string"
    and type(file.weights) == "table"
  if not is_network or not next(file.weights) then return nil, path .. ": holds no network" end
  local make = cells.defined[settings.cell]
  if not make then
    return nil, ("%s: holds a network of the cell '%s', which is not defined here"):format(path,
                                                                                           settings.cell)
  end
  rng = rng or core.random(0)
  local all, position = { rng = rng }, rng.position
  for name, value in pairs(settings) do
    if name ~= "cell" then all[name] = value end
  end
  for name, value in pairs(options or {}) do all[name] = value end
  local made, net = pcall(make, all)
  if not made then return nil, path .. ": " .. net end
  local needs = file.recording and file.recording.constrained or ""
  if needs ~= "" and table.concat(net:constrained(), ", ") ~= needs then
    return nil, ("%s: its weights are under constraints (%s), which no file can hold: give them again, as " ..
                 "rx.load_network(path, rng, { constrain = ... })"):format(path, needs)
  end
  local ok, problem = pcall(load.restore, net, file.weights)
  if not ok then return nil, path .. ": " .. problem end
  rng:seek(position) -- as if it had drawn no weights
  return net, file
end

-- Give a network other weights: name -> matrix, all of them.
function load.restore(net, weights)
  for name, matrix in pairs(net.weights) do
    if not weights[name] then error("no weights '" .. name .. "'", 0) end
    local ok, problem = pcall(function() matrix:copy(weights[name]) end)
    if not ok then error(("weights '%s': %s"):format(name, problem), 0) end
  end
  for name in pairs(weights) do
    if net.weights[name] == nil then error(("weights '%s' are none of this network's"):format(name), 0) end
  end
end

return load
