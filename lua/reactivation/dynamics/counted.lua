-- A loop over something long tells how far it is, once it has taken two seconds: on a terminal in a line that
-- renews itself, elsewhere now and then.

local core = require "reactivation.core"
local duration = require "reactivation.runs.duration"

local PATIENCE = 2            -- seconds before the first line,
local RENEW, TELL = 0.2, 30   -- and between two, on a terminal and elsewhere

-- The numbers first, first + step, ... up to n.
-- @string noun what is counted, such as "starts"
-- @int n
-- @int[opt=1] step
-- @return an iterator
return function(noun, n, step)
  step = step or 1
  local began, terminal = core.now(), core.is_terminal()
  local told = terminal and began + PATIENCE - RENEW or began + PATIENCE - TELL
  local function tell(done)
    local now = core.now()
    if now - told < (terminal and RENEW or TELL) then return end
    told = now
    local left = done > 0 and (", %s left"):format(duration((now - began) * (n - done) / done)) or ""
    local line = ("%d of %d %s%s"):format(done, n, noun, left)
    io.stderr:write(terminal and "\r" .. line .. "\27[K" or line .. "\n")
  end
  local at = 1 - step
  return function()
    at = at + step
    if at > 1 then tell(math.min(at - 1, n)) end
    if at <= n then return at end
    if terminal and core.now() - began > PATIENCE then io.stderr:write("\r\27[K") end
  end
end
