-- What a checkpoint holds of the equations of a network, so that an edited cell or loss does not go on as
-- if it were the old one.

local check = require "reactivation.check"

local recording = {}

-- What was recorded of a network's step and loss, and the names of its constrained weights; nothing of what
-- records nothing.
function recording.of(net)
  if not check.can(net, "recording") then return nil end
  local step, loss = net:recording()
  local names = net:constrained()
  return { step = step, loss = loss, constrained = table.concat(names, ", ") }
end

local function lines_of(text)
  local lines = {}
  for line in (text .. "\n"):gmatch("(.-)\n") do lines[#lines + 1] = line end
  return lines
end

-- Complains with the first line that differs.
function recording.compare(path, what, saved, now)
  if not saved or not now or saved == now then return end
  local old, new = lines_of(saved), lines_of(now)
  local i = 1
  while old[i] == new[i] do i = i + 1 end
  error(("%s: made with another %s, whose line %d is '%s', but this run's is '%s'; use another checkpoint " ..
         "or delete this one"):format(path, what, i, old[i] or "nothing", new[i] or "nothing"), 0)
end

return recording
