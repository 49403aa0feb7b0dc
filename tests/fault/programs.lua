-- Programs by chance, as no compiler makes them: the core refuses each, or runs it without touching what is not
-- its own. Under the sanitizers a search for what its checks let through.

local core = require "reactivation.core"
local fuzz = require "tests.fault.fuzz"
local rx = require "reactivation"

local PLACES = {
  "weight", "field", "result", "before", "after", "d_before", "d_after", "kept", "window", "scratch", "seed",
}
local KINDS = { "copy", "combine", "map", "row_sum", "row_mean", "row_most", "product", "noise", "encode", "total" }
local WORDS = {
  combine = { "add", "sub", "mul", "div", "pow", "lt", "max", "where" },
  map = { "abs", "exp", "tanh", "relu", "square", "softmax", "log_softmax" },
  noise = { "state", "output" },
}
local UNITS, OUTPUTS, STEPS, BATCH = 3, 2, 4, 5

local function one_of(list) return list[math.random(#list)] end

-- Blocks that mostly fit a run of these sizes.
local function new_block()
  local place = one_of(PLACES)
  local block = { place = place, index = math.random(2), rows = math.random(3), cols = math.random(1, 4) }
  if math.random() < 0.9 then
    if place == "weight" then block.index, block.rows, block.cols = 1, UNITS, UNITS end
    if place == "field" then block.cols = 1 end
    if place == "result" then block.index, block.cols = 1, OUTPUTS end
    if place == "seed" then block.cols = 1 end
    if place:find "before" or place:find "after" then block.index, block.cols = 1, UNITS end
  end
  return block
end

local function operand(blocks)
  if math.random() < 0.1 then return nil end
  local b = math.random(#blocks)
  if math.random() < 0.8 then return { b, 1, blocks[b].cols } end
  return { b, math.random(1, 3), math.random(1, 4) }
end

local function new_list(blocks)
  local list = {}
  for i = 1, math.random(0, 5) do
    local kind = one_of(KINDS)
    list[i] = {
      kind = kind, what = WORDS[kind] and one_of(WORDS[kind]), out = operand(blocks), a = operand(blocks),
      b = operand(blocks), number = math.random() - 0.5, adds = math.random() < 0.5, transposed = math.random() < 0.5,
    }
  end
  return list
end

local function new_program()
  local blocks = {}
  for i = 1, math.random(6) do blocks[i] = new_block() end
  local outers = {}
  for i = 1, math.random(0, 1) do
    outers[i] = { left = operand(blocks), right = operand(blocks), weight = math.random(2) }
  end
  for _ = 1, 20 do -- most are refused: another list, of the same blocks
    local made, program = pcall(core.program, {
      blocks = blocks, forward = new_list(blocks), backward = new_list(blocks), outers = outers,
    })
    if made then return program end
  end
end

local workspace = core.workspace()

fuzz("programs", function(seed)
  local step, read = new_program(), new_program()
  if not step or not read then return "no program" end
  local rng = rx.random(seed)
  local run = {
    steps = STEPS, batch = BATCH, units = UNITS, states = 1, step = step, read = read, start = { false },
    weights = { rng:normal(UNITS, UNITS) }, gradients = { rx.matrix(UNITS, UNITS) },
    fields = { rng:normal(STEPS * BATCH, 1), false }, seed = 1, position = 0, sigma = 1, input_sigma = 0,
    output_sigma = 1, inputs = 1, outputs = OUTPUTS, step_seed = 1, read_seed = 1,
  }
  local ran
  if math.random() < 0.5 then
    ran = pcall(core.gradient, workspace, run)
  else
    ran = pcall(core.forward, workspace, run, { rx.matrix(STEPS * BATCH, UNITS) }, rx.matrix(STEPS * BATCH, OUTPUTS))
  end
  return ran and "ran" or "refused"
end)
