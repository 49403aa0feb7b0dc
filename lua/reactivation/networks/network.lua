--- What networks do that needs no C: long runs by windows, and coming back from a file.
-- @module reactivation.network

local check = require "reactivation.check"
local core = require "reactivation.core"
local check_options = require "reactivation.check.options"

local network = {}

-- The kinds of network that a file may name.
local cells = { rnn = core.rnn, gru = core.gru }

--- A long run in windows of `every` steps, in the memory of one window. The states are those that
-- `forward` would give, to the last bit.
-- @function net:stream
-- @tab options those of `forward`; `every`, the steps of a window (50); `reuse` (false): write each
--   window over the one before, for the least memory, where no window is kept
-- @return an iterator: states, outputs of each window, as sequences
-- @usage
--   for states, outputs in net:stream { init = batch.init, steps = 2000, every = 50 } do
--     print(states.steps, outputs:mean())
--   end
function core.network_methods.stream(net, options)
  local run = {}
  check.that(type(options) == "table", 1, "stream", "table of options", options)
  for name, value in pairs(options) do run[name] = value end
  local how = check_options({ every = run.every, reuse = run.reuse },
                            { every = { "size", 50 }, reuse = { "boolean", false } })
  local inputs, noise = run.inputs, run.noise
  local steps = run.steps or (inputs and inputs.steps)
  run.every, run.reuse = nil, nil
  check_options({ steps = steps }, { steps = { "size" } })
  if not steps then
    check.complain("bad option 'steps' (whole number of at least 1 expected, got nothing)")
  end

  local start = run.init or run.state
  local batch = check.is_matrix(start) and start.rows or 0 -- or forward tells what is wrong
  local function window(sequence, first, last)
    if not sequence then return nil end
    return sequence:slice((first - 1) * batch + 1, last * batch):as_sequence(last - first + 1)
  end
  local done, states, outputs = 0, nil, nil
  return function()
    if done >= steps then return nil end
    local last = math.min(done + how.every, steps)
    local count = last - done
    if not how.reuse then
      states, outputs = nil, nil
    elseif states and count < states.steps then
      states, outputs = window(states, 1, count), window(outputs, 1, count)
    end
    run.steps = count
    run.inputs, run.noise = window(inputs, done + 1, last), window(noise, done + 1, last)
    states, outputs = net:forward(run, states, outputs)
    done, run.init, run.state = last, nil, states:at(count)
    return states, outputs
  end
end

--- A network from a checkpoint of `rx.train`, or from any file with its `network` settings and
-- `weights`.
-- @function rx.load_network
-- @string path
-- @param[opt] rng its generator, which stays where it is; by default one with seed 0
-- @return the network and all that the file holds; or nil and a message
-- @usage local net, run = rx.load_network("results/head_direction/checkpoint.h5")
function network.load(path, rng)
  check.that(type(path) == "string", 1, "load_network", "path", path)
  local file, message = core.load(path)
  if not file then return nil, message end
  local settings = file.network
  if type(settings) ~= "table" or type(file.weights) ~= "table" or not cells[settings.cell] then
    return nil, path .. ": holds no network"
  end
  rng = rng or core.random(0)
  local options, position = { rng = rng }, rng.position
  for name, value in pairs(settings) do
    if name ~= "cell" then options[name] = value end
  end
  local made, net = pcall(cells[settings.cell], options)
  if not made then return nil, path .. ": " .. net end
  local ok, problem = pcall(network.restore, net, file.weights)
  if not ok then return nil, path .. ": " .. problem end
  rng:seek(position) -- as if it had drawn no weights
  return net, file
end

-- Give a network other weights: name -> matrix, all of them.
function network.restore(net, weights)
  for name, matrix in pairs(net.weights) do
    if not weights[name] then error("no weights '" .. name .. "'", 0) end
    local ok, problem = pcall(function() matrix:copy(weights[name]) end)
    if not ok then error(("weights '%s': %s"):format(name, problem), 0) end
  end
end

return network
