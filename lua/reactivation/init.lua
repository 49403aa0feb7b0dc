--- Recurrent networks that integrate, rest and replay: the library's one table.
--
--     local rx = require "reactivation"
--
-- @module reactivation

local core = require "reactivation.core"
local density = require "reactivation.density"
local network = require "reactivation.network"
local pca = require "reactivation.pca"
local statistics = require "reactivation.statistics"

local rx = {
  _VERSION = "rxlua 0.1.0",

  -- numerics
  matrix = core.matrix,
  join = core.join,
  random = core.random,
  rnn = core.rnn,
  load_network = network.load,
  adam = core.adam,
  head_direction_cells = core.head_direction_cells,

  -- statistics
  moments = pca.moments,
  pca = pca.pca,
  kde = density.kde,
  kl = density.kl,
  uniform_density = density.uniform,
  total_variance = statistics.total_variance,
  step_distance = statistics.step_distance,
  histogram = statistics.histogram,
  histogram_divergence = statistics.histogram_divergence,
  quantile = statistics.quantile,
  thin = statistics.thin,

  -- training, files, figures, scripts
  train = require "reactivation.train",
  schedule = require "reactivation.schedule",
  save = core.save,
  load = core.load,
  figure = require "reactivation.figure",
  arguments = require "reactivation.arguments",
  folder = require "reactivation.folder",
  threads = core.threads,

  paper = require "reactivation.paper",
  tasks = {
    head_direction = require "reactivation.tasks.head_direction",
  },
}

return rx
