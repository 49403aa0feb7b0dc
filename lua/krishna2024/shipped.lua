-- The trained networks that come along: a file for each in networks/, which holds what its checkpoint held
-- but for the moments of the optimizer, and the `bits` of its weights in short (packaging/networks.lua
-- writes them).

local beside = require "reactivation.files.beside"
local bits = require "reactivation.files.bits"
local core = require "reactivation.core"
local lfs = require "lfs"
local load_network = require "reactivation.networks.load"
local recording = require "reactivation.training.recording"

local shipped = {}

-- Their folder.
shipped.folder = beside(debug.getinfo(1, "S").source:match("^@(.*)/[^/]+$"), "networks")

local function agree(a, b)
  for name in pairs(a) do
    if a[name] ~= b[name] then return false end
  end
  return true
end

local function same_settings(a, b)
  return agree(a, b) and agree(b, a)
end

-- What comes along of a network that learns the same by the same equations, however long; nil if nothing
-- does.
-- @tab run `net`, `task` and `name`, as krishna2024.trained makes them
-- @treturn table what its file holds
-- @treturn string its path
function shipped.like(run)
  local path = ("%s/%s.h5"):format(shipped.folder, run.name)
  if not lfs.attributes(path, "mode") then return nil end
  local file, problem = core.load(path)
  if not file then error(problem, 0) end
  local same = same_settings(file.network, run.net.settings) and same_settings(file.task, run.task.settings)
    and file.generator.seed == run.net.rng.seed and file.recording.step == recording.of(run.net).step
  if same then return file, path end
end

local told = {} -- experiments ask for their networks again and again: each is told once

local function tell(name, file)
  if told[name] then return end
  told[name] = true
  io.stderr:write(("%s comes along with rxlua: trained by version %s, bits %s\n"):format(
    name, file.machine.version, file.bits))
end

-- Give a network the weights, history and random numbers of the one that comes along, if that was trained
-- alike.
-- @tab run as above
-- @int batches how long it was to be trained
-- @param shown whether it is told whose the network is
-- @treturn boolean whether there is one
function shipped.take(run, batches, shown)
  local file, path = shipped.like(run)
  if not file or file.batch ~= batches then return false end
  load_network.restore(run.net, file.weights)
  run.net.rng:seek(file.generator.position)
  run.history, run.path = file.history, path
  if shown then tell(run.name, file) end
  return true
end

-- Compare a network that was trained here with the one that comes along, bit for bit: the losses of the
-- batches that both learned from, and where these are all, the weights. It raises where they differ.
-- @tab run of krishna2024.trained
-- @treturn string what was compared
function shipped.verify(run)
  local file = shipped.like(run)
  local losses, kept = run.history.loss, file.history.loss
  local batches = math.min(#losses, #kept)
  for batch = 1, batches do
    if losses[batch] ~= kept[batch] then
      error(("%s: batch %d: loss %.9g, but the network that comes along had %.9g"):format(
        run.name, batch, losses[batch], kept[batch]), 0)
    end
  end
  local found = #losses == #kept and bits { run.net.parameters }
  if found and found ~= file.bits then
    error(("%s: weights of bits %s, but those of the network that comes along are %s"):format(
      run.name, found, file.bits), 0)
  end
  return ("%d losses%s as those of the network that comes along, bit for bit"):format(
    batches, found and " and the weights, " .. found .. "," or "")
end

return shipped
