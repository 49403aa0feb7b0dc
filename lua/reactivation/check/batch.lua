-- What a task gives, checked where a mistake of its author would show first.

local check = require "reactivation.check"

local function complain(format, ...)
  check.complain("the task's batch: " .. format, ...)
end

local function check_matrix(batch, name, rows, cols)
  local value = rawget(batch, name)
  if not check.is_matrix(value) then
    complain("matrix expected as '%s', got %s", name, check.describe(value))
  end
  if rows and value.rows ~= rows then complain("'%s' of %d rows expected, got %d", name, rows, value.rows) end
  if cols and value.cols ~= cols then
    complain("'%s' of %d columns expected, as the network has them, got %d", name, cols, value.cols)
  end
end

-- A batch of a task for a network, in which all that a training needs is there and fits together.
return function(task, size, rng, net)
  if not check.can(task, "batch") then
    check.complain("task with a method 'batch' expected, got %s", check.describe(task))
  end
  local batch = task:batch(size, rng)
  if type(batch) ~= "table" then complain("table expected, got %s", check.describe(batch)) end
  check_matrix(batch, "inputs", nil, net.inputs)
  if not batch.inputs.steps then
    complain("sequence expected as 'inputs', got a %s; see as_sequence", check.describe(batch.inputs))
  end
  local rows = batch.inputs.rows
  if batch.init == nil and batch.state == nil then complain("'init' or 'state' expected, got neither") end
  check_matrix(batch, batch.init and "init" or "state")
  if batch.code and rawget(batch, "targets") == nil then
    check_matrix(batch, "truth", rows)
  else
    check_matrix(batch, "targets", rows, net.outputs)
    if batch.truth ~= nil then check_matrix(batch, "truth", rows) end
  end
  return batch
end
