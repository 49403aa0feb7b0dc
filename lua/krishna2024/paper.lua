--- The paper's settings, where they stand once: Tables A.1 and A.2 of Krishna and others, 2024.
-- @module krishna2024.paper
-- @pragma nostrip

local paper = {}

--- Table A.1: spatial position. Times in seconds, lengths in metres, `sigma` per square root of a
-- second.
paper.spatial_navigation = {
  dt = 0.02,
  tau = 0.1,
  sigma = 0.01 / math.sqrt(0.02),
  units = 512,
  cells = 512,
  width = 0.2,
  size = 200,
  batches = 2500,
  steps = 100,
  quiescent_steps = 200,
  rate = 1e-3,
}

--- Table A.2: head direction.
paper.head_direction = {
  dt = 0.02,
  tau = 0.04,
  sigma = 0.1 / math.sqrt(0.02),
  units = 128,
  cells = 512,
  width = math.pi / 6,
  size = 200,
  batches = 20000,
  steps = 100,
  quiescent_steps = 200,
  rate = 1e-3,
}

--- The names of the tasks.
paper.tasks = { "head_direction", "spatial_navigation" }

--- The names of the cells, the first one that of every figure but C.2.
paper.cells = { "rnn", "gru" }

--- Networks and trainings for a quick look: minutes, not hours.
paper.quick = {
  spatial_navigation = { units = 256, batches = 400 },
  head_direction = { units = 128, batches = 2000 },
}

--- Three readings of the noise, which differ in what fixes the size of the attractor at rest:
-- "text", the paper's equations; "code", its published code, whose uniform noise has a mean that
-- drives every unit; "tonic", normal noise and a constant drive that each unit learns.
paper.noise = {
  text = { noise = "gaussian", bias = false },
  code = { noise = "uniform", bias = false },
  tonic = { noise = "gaussian", bias = true },
}

--- The names of these readings, in the order of tables and figures.
paper.settings = { "text", "code", "tonic" }

--- What the paper states or its figures show, for the rows of our own numbers.
paper.published = {
  test_loss = "near 1e-5 (1b)",
  explained = "0.9 at the axis' end (1c)",
  total_variance = "0 to 0.02 (axis of 2f)",
  ring_radius = "as awake (3c, d)",
  turning = "of the same sign, slower (C.5e)",
}

return paper
