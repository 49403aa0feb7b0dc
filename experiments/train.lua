-- Trains one network of the paper and keeps it where the other experiments look for it; a training that
-- was interrupted goes on.
--
--   rxlua experiments/train.lua --task spatial_navigation --setting code --biased --seed 3

local rx = require "reactivation"
local krishna2024 = require "krishna2024"
local core = require "reactivation.core"

local opt = rx.arguments("Trains one network of the paper.", {
  { "task", "spatial_navigation", "what it learns", choices = { "head_direction", "spatial_navigation" } },
  { "cell", "rnn", "kind of network: rnn or gru", choices = { "rnn", "gru" } },
  { "setting", "tonic", "noise and biases: text, code or tonic", choices = { "text", "code", "tonic" } },
  { "seed", 0, "seed of all random numbers" },
  { "biased", false, "the biased form of the task" },
  { "noiseless", false, "train without noise" },
  { "units", 0, "units of the network (0: the paper's)", least = 0 },
  { "batches", 0, "length of the training (0: the paper's)", least = 0 },
  { "networks", "results/networks", "folder of the trained networks" },
  { "threads", 0, "threads to use (0: all)", least = 0 },
  { "child", false, "end when the program that started this one does" },
})
if opt.child then core.end_with_parent() end
if opt.threads > 0 then rx.threads(opt.threads) end

local run = krishna2024.trained {
  task = opt.task, cell = opt.cell, setting = opt.setting, seed = opt.seed, biased = opt.biased,
  noisy = not opt.noiseless, units = opt.units > 0 and opt.units or nil,
  batches = opt.batches > 0 and opt.batches or nil, networks = opt.networks,
}
local tests = run.history.test_loss
print(("%s: test loss %.4g after %d batches"):format(run.name, tests[#tests], #run.history.loss))
