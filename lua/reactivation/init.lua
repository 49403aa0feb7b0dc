--- Recurrent networks that integrate, rest and replay: the library's one table.
-- Each page of this reference tells about some of its functions.
-- @module reactivation
-- @usage local rx = require "reactivation"

local core = require "reactivation.core"
local csv = require "reactivation.files.csv"
local density = require "reactivation.analysis.density"
local cells = require "reactivation.cells.cell"
local variable = require "reactivation.programs.variable"
local public = require "reactivation.check.public"
local decoding = require "reactivation.analysis.decoding"
local maps = require "reactivation.analysis.maps"
local movement = require "reactivation.analysis.movement"
local paths = require "reactivation.analysis.paths"
local pca = require "reactivation.analysis.pca"
local along = require "reactivation.dynamics.along"
local pictures = require "reactivation.figures.pictures"
local phases = require "reactivation.networks.phases"
local regression = require "reactivation.analysis.regression"
local resampling = require "reactivation.analysis.resampling"
local seeds = require "reactivation.analysis.seeds"
local statistics = require "reactivation.analysis.statistics"

local rx = {
  _VERSION = "rxlua " .. core.version,
  version = core.version,

  -- numerics
  matrix = core.matrix,
  join = core.join,
  random = core.random,
  adam = core.adam,
  head_direction_cells = core.head_direction_cells,
  place_cells = core.place_cells,

  -- networks
  cell = cells.cell,
  rnn = require "reactivation.cells.rnn",
  gru = require "reactivation.cells.gru",
  cells = {
    lstm = require "reactivation.cells.lstm",
    adapting = require "reactivation.cells.adapting",
    low_rank = require "reactivation.cells.low_rank",
    plastic = require "reactivation.cells.plastic",
  },
  loss = require "reactivation.networks.loss",
  initial = require "reactivation.networks.initial",
  check_gradient = require "reactivation.networks.check_gradient",
  constraints = require "reactivation.networks.constraints",
  variable = variable.new,
  load_network = require("reactivation.networks.load").network,

  -- linear algebra
  solve = core.solve,
  svd = core.svd,
  pseudoinverse = core.pseudoinverse,
  eigen = core.eigen,
  ridge = regression.ridge,
  alignment = regression.alignment,

  -- statistics
  moments = pca.moments,
  pca = pca.pca,
  kde = core.kde,
  kl = density.kl,
  uniform_density = density.uniform,
  histogram = statistics.histogram,
  histogram_divergence = statistics.histogram_divergence,
  quantile = statistics.quantile,
  circular_mean = statistics.circular_mean,
  thin = statistics.thin,
  halves = resampling.halves,
  sampling_floor = resampling.sampling_floor,
  bootstrap = resampling.bootstrap,
  psychometric = require "reactivation.analysis.psychometric",
  mean_sd = seeds.mean_sd,
  curves = seeds.curves,

  -- networks at rest
  slow_points = require "reactivation.dynamics.slow_points",
  flow = require "reactivation.dynamics.flow",
  attractor = require "reactivation.dynamics.attractor",
  rest = require "reactivation.dynamics.rest",

  -- trajectories, and units by place and bearing
  total_variance = paths.total_variance,
  step_distance = paths.step_distance,
  mean_squared_displacement = paths.mean_squared_displacement,
  wasserstein = paths.wasserstein,
  movement = movement.movement,
  mean_states = along.mean_states,
  fokker_planck = along.fokker_planck,
  compare_phases = movement.compare_phases,
  coverage = maps.coverage,
  rate_maps = maps.rate_maps,
  tuning = maps.tuning,
  spatial_information = maps.spatial_information,
  grid_score = maps.grid_score,
  shuffled = maps.shuffled,
  linear_decoder = decoding.linear,
  bayesian_decoder = decoding.bayesian,

  -- training, files, figures, scripts
  train = require "reactivation.training.train",
  schedule = require "reactivation.training.schedule",
  save = core.save,
  load = core.load,
  load_csv = csv.load,
  save_csv = csv.save,
  load_recordings = require "reactivation.files.recordings",
  load_npy = require "reactivation.files.npy",
  figure = require "reactivation.figures.figure",
  paths = pictures.paths,
  heat_map = pictures.heat_map,
  groups = pictures.groups,
  arguments = require "reactivation.runs.arguments",
  folder = require "reactivation.runs.folder",
  experiment = require "reactivation.runs.experiment",
  jobs = require "reactivation.runs.jobs",
  sweep = require "reactivation.sweeps.sweep",
  range = require "reactivation.sweeps.range",
  report = require "reactivation.runs.report",
  page = require "reactivation.runs.page",
  threads = core.threads,
  machine = core.machine,

  -- tasks, and the two phases of a network that learned one
  phases = phases.both,
  decoded = phases.decoded,
  quiescent_sigma = phases.quiescent_sigma,
  tasks = {
    head_direction = require "reactivation.tasks.head_direction",
    spatial_navigation = require "reactivation.tasks.spatial_navigation",
    recorded = require "reactivation.tasks.recorded",
    perceptual_decision = require "reactivation.tasks.perceptual_decision",
    delayed_comparison = require "reactivation.tasks.delayed_comparison",
    delayed_match = require "reactivation.tasks.delayed_match",
    flip_flop = require "reactivation.tasks.flip_flop",
  },
}

return public.functions(rx)
