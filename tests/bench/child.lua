-- Programs that run beside this one and take turns with it: a line to their standard input asks, a
-- line from their standard output answers. serve.py and serve.lua are the other end.

local rx = require "reactivation"

local ERRORS = rx.folder("build/bench"):path("children.log")

local Child = {}
Child.__index = Child

-- Start a command, as the shell understands it; nil if it is not ready to answer.
function Child.start(command)
  local fifo = os.tmpname()
  os.remove(fifo)
  assert(os.execute("mkfifo " .. fifo))
  local answers = io.popen(("exec %s <%s 2>>%s"):format(command, fifo, ERRORS))
  -- Opened for both directions, so that neither this nor a request ever waits for a child that died,
  -- and after the child's start, so that the child reads the end of this file when this program ends.
  local requests = assert(io.open(fifo, "r+"))
  requests:setvbuf("line")
  local child = setmetatable({ command = command, requests = requests, answers = answers }, Child)
  local ready = answers:read("l") == "ready"
  os.remove(fifo)
  if ready then return child end
  child:close()
  return nil
end

-- rxlua, to be asked for what serve.lua knows.
function Child.rxlua()
  return assert(Child.start(arg[-1] .. " tests/bench/serve.lua"), "serve.lua does not start: see " .. ERRORS)
end

-- The answer to a request made of words and numbers.
function Child:ask(...)
  local request = table.concat({ ... }, " ")
  self.requests:write(request, "\n")
  local answer = self.answers:read("l")
  if not answer then
    self:close()
    error(("%s ended at the request '%s': see %s"):format(self.command, request, ERRORS), 0)
  end
  return tonumber(answer) or answer
end

function Child:close()
  self.requests:write("\n") -- closing alone is no end: a child started later holds this file too
  self.requests:close()
  self.answers:close()
end

return Child
