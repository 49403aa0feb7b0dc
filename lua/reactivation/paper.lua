--- The paper's settings, where they stand once: Tables A.1 and A.2 of Krishna and others, 2024.
-- @module reactivation.paper
-- @pragma nostrip

local paper = {}

--- Table A.2: head direction. Times in seconds, `sigma` per square root of a second.
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

--- Three readings of the noise, which differ in what fixes the size of the attractor at rest:
-- "text", the paper's equations; "code", its published code, whose uniform noise has a mean that
-- drives every unit; "tonic", normal noise and a constant drive that each unit learns.
paper.noise = {
  text = { noise = "gaussian", bias = false },
  code = { noise = "uniform", bias = false },
  tonic = { noise = "gaussian", bias = true },
}

--- The quiescent noise of the paper has twice the variance of the waking one (Eq. 19).
paper.quiescent_scale = math.sqrt(2)

return paper
