-- What takes long tells how far it is, once it has taken two seconds: on a terminal in a line that renews
-- itself, elsewhere now and then. What goes on within it is then silent.

local core = require "reactivation.core"
local duration = require "reactivation.runs.duration"

local PATIENCE = 2            -- seconds before the first line,
local RENEW, TELL = 0.2, 30   -- and between two, on a terminal and elsewhere

local counted = {}

local Progress = {}
Progress.__index = Progress

local outermost

-- How much is done, and from the speed so far how long the rest takes.
function Progress:tell(done)
  local now = core.now()
  if outermost ~= self or now - self.told < (self.terminal and RENEW or TELL) then return end
  self.told, self.shown = now, true
  local left = done > 0 and (", %s left"):format(duration((now - self.began) * (self.n - done) / done)) or ""
  local line = ("%d of %d %s%s"):format(done, self.n, self.noun, left)
  io.stderr:write(self.terminal and "\r" .. line .. "\27[K" or line .. "\n")
end

function Progress:__close()
  if outermost ~= self then return end
  outermost = nil
  if self.terminal and self.shown then io.stderr:write("\r\27[K") end
end

-- Begin to count up to n; to be closed.
-- @string noun what is counted, such as "starts"
-- @int n
function counted.begin(noun, n)
  local self = setmetatable({
    noun = noun, n = n, began = core.now(), terminal = core.is_terminal(),
  }, Progress)
  self.told = self.began + PATIENCE - (self.terminal and RENEW or TELL)
  outermost = outermost or self
  return self
end

-- The numbers first, first + step, ... up to n, in a loop.
-- @string noun
-- @int n
-- @int[opt=1] step
-- @return what a `for` takes
function counted.numbers(noun, n, step)
  step = step or 1
  local progress, at = counted.begin(noun, n), 1 - step
  return function()
    at = at + step
    if at > 1 then progress:tell(math.min(at - 1, n)) end
    if at <= n then return at end
  end, nil, nil, progress
end

return counted
