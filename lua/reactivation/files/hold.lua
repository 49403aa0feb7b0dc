-- Hold a path for this program alone, until the lock that is returned is closed or collected. Raises, and
-- says who it is, if another program holds it.
local core = require "reactivation.core"

return function(path)
  local lock, message = core.lock(path)
  if not lock then error(message, 0) end
  if message then io.stderr:write(message, "\n") end
  return lock
end
