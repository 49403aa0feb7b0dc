--- How a training is doing: a line that renews itself on a terminal, plain lines elsewhere; and for other
-- programs, where they ask for it, a JSON file.
-- @module reactivation.progress

local core = require "reactivation.core"
local duration = require "reactivation.runs.duration"
local json = require "reactivation.files.json"
local one = require "reactivation.sweeps.one"

local Progress = {}
Progress.__index = Progress

local BAR = 20            -- characters
local RENEW = 0.2         -- seconds between two looks of the line
local STORE = 1           -- and between two of the file

-- Who started this program for one configuration of a sweep looks there.
local WATCHED = os.getenv(one.ASKED) and os.getenv(one.ASKED) .. "/progress.json"

local told = {} -- checkpoints

-- What is done of what, as data.
function Progress:store(done)
  if not self.path or done < self.batches and core.now() - self.stored < STORE then return end
  self.stored = core.now()
  local ok, message = json.write(self.path, { done = done, of = self.batches })
  if not ok then error("cannot write the progress: " .. message, 0) end
end

function Progress:begin(done, batches)
  self.first, self.batches, self.started, self.shown, self.stored = done, batches, core.now(), 0, -STORE
  self:store(done)
  if self.on and done > 0 and done < batches then
    io.stderr:write(("resuming at batch %d of %d\n"):format(done, batches))
  end
end

function Progress:left(done)
  local rate = (core.now() - self.started) / math.max(done - self.first, 1)
  return duration(rate * (self.batches - done))
end

function Progress:trained(done, loss)
  self:store(done)
  if not (self.on and self.terminal) or core.now() - self.shown < RENEW then return end
  self.shown = core.now()
  local filled = math.floor(BAR * done / self.batches)
  local line = ("[%s%s] %d/%d  loss %.4g%s  %s left"):format(
    ("#"):rep(filled), ("."):rep(BAR - filled), done, self.batches, loss, self.test or "", self:left(done))
  io.stderr:write("\r", line:sub(1, core.terminal_width() - 1), "\27[K")
end

function Progress:tested(done, loss, off)
  local decoded = off == off and ("  error %.3g%s"):format(off, self.unit and " " .. self.unit or "") or ""
  self.test = ("  test %.4g%s"):format(loss, decoded)
  if self.on and not self.terminal then
    local left = done > self.first and done < self.batches and "  " .. self:left(done) .. " left" or ""
    io.stderr:write(("batch %d/%d%s%s\n"):format(done, self.batches, self.test, left))
  end
end

function Progress:finish()
  if self.on and self.terminal then io.stderr:write("\r\27[K") end
end

-- Nothing is left to do. Experiments ask for their networks again and again: each is told once.
function Progress:found(checkpoint)
  if self.on and not told[checkpoint] then io.stderr:write(("trained already: %s\n"):format(checkpoint)) end
  told[checkpoint] = true
end

-- After an error or an interruption.
function Progress:stopped(done, checkpoint)
  if not self.on or not checkpoint then return end
  io.stderr:write(("stopped at batch %d of %d; the same call goes on from %s\n")
                  :format(done, self.batches, checkpoint))
end

-- @tparam boolean|string shown whether anything is, or the path of the file for other programs
-- @string[opt] unit of the decoding error
return function(shown, unit)
  local path = type(shown) == "string" and shown or WATCHED
  return setmetatable({ on = shown, path = path, unit = unit, terminal = core.is_terminal() }, Progress)
end
