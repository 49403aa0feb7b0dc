-- Trains one network of the paper and keeps it where the other experiments look for it; a training that
-- was interrupted goes on. Of a network that comes along, --verify trains it again and compares the bits.
--
--   rxlua experiments/train.lua --task spatial_navigation --setting code --biased --seed 3
--   rxlua experiments/train.lua --task head_direction --verify

local rx = require "reactivation"
local paper = require "krishna2024.paper"
local shipped = require "krishna2024.shipped"
local study = require "krishna2024.study"

local shared = study.options()
local opt = rx.arguments("Trains one network of the paper.", {
  { "task", "spatial_navigation", "what it learns", choices = paper.tasks },
  shared.cell, shared.setting, shared.seed, shared.biased,
  { "noiseless", false, "train without noise" },
  shared.units, shared.batches, shared.networks,
  { "verify", false, "train a network that comes along again, or so many batches of it; compare the bits" },
  { "threads", 0, "threads to use (0: all)", least = 0 },
  { "progress", "", "JSON file that tells other programs what is done" },
})
if opt.threads > 0 then rx.threads(opt.threads) end

local lengths = study.lengths(opt.task, opt)
local function network(how)
  how.task, how.seed, how.biased, how.noisy = opt.task, opt.seed, opt.biased, not opt.noiseless
  how.units, how.batches = lengths.units, lengths.batches
  how.progress = opt.progress == "" or opt.progress
  return study.network(opt, how)
end

if opt.verify and not shipped.like(network { untrained = true }) then
  io.stderr:write(("Error: --verify: no such network comes along; those that do are in %s\n"):format(
    shipped.folder))
  os.exit(1)
end
local run = network { shipped = not opt.verify }
local tests = run.history.test_loss
print(("%s: test loss %.4g after %d batches"):format(run.name, tests[#tests], #run.history.loss))
if opt.verify then print("the same: " .. shipped.verify(run)) end
