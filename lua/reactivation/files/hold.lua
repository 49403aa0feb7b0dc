-- Hold a path for this program alone, until the lock that is returned is closed or collected. Raises, and
-- says who it is, if another program holds it, and still does after some seconds of patience (0); where that
-- has no end, it tells that it waits.
local core = require "reactivation.core"

local PAUSE = 0.05

return function(path, patience)
  local last = core.now() + (patience or 0)
  local lock, message = core.lock(path)
  if not lock and last == math.huge then io.stderr:write("waiting: ", message, "\n") end
  while not lock and core.now() < last do
    core.sleep(PAUSE)
    lock, message = core.lock(path)
  end
  if not lock then error(message, 0) end
  if message then io.stderr:write(message, "\n") end
  return lock
end
