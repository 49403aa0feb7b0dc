--- Batches whose targets are what cells answer at the truth.
-- @module reactivation.tasks.coded

local Coded = {}

-- Encoded when somebody looks at them: a network trains on `code` and `truth` without.
function Coded.__index(batch, name)
  if name ~= "targets" then return nil end
  batch.targets = batch.code:encode(batch.truth)
  return batch.targets
end

-- @tab batch with `code`, cells, and `truth`, where they should be active
-- @treturn table the same, which also has `targets`
return function(batch)
  return setmetatable(batch, Coded)
end
