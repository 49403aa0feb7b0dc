-- Trains one network of the paper and keeps it where the other experiments look for it; a training that
-- was interrupted goes on.
--
--   rxlua experiments/train.lua --task spatial_navigation --setting code --biased --seed 3

local rx = require "reactivation"
local paper = require "krishna2024.paper"
local study = require "krishna2024.study"

local shared = study.options()
local opt = rx.arguments("Trains one network of the paper.", {
  { "task", "spatial_navigation", "what it learns", choices = paper.tasks },
  shared.cell, shared.setting, shared.seed, shared.biased,
  { "noiseless", false, "train without noise" },
  shared.units, shared.batches, shared.networks,
  { "threads", 0, "threads to use (0: all)", least = 0 },
  { "progress", "", "JSON file that tells other programs what is done" },
})
if opt.threads > 0 then rx.threads(opt.threads) end

local lengths = study.lengths(opt.task, opt)
local run = study.network(opt, {
  task = opt.task, seed = opt.seed, biased = opt.biased, noisy = not opt.noiseless,
  units = lengths.units, batches = lengths.batches, progress = opt.progress == "" or opt.progress,
})
local tests = run.history.test_loss
print(("%s: test loss %.4g after %d batches"):format(run.name, tests[#tests], #run.history.loss))
