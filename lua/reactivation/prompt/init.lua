-- What the interactive prompt of rxlua adds to Lua: values that show what they hold, help, and the history of
-- a training that was stopped.

local rx = require "reactivation"
local show = require "reactivation.prompt.show"
local stopped = require "reactivation.training.stopped"

local prompt = { rx = rx, help = require "reactivation.prompt.help" }

-- The values, tables without a text of their own as the text of what they hold.
function prompt.shown(...)
  local values = table.pack(...)
  for i = 1, values.n do
    local value = values[i]
    local metatable = type(value) == "table" and debug.getmetatable(value)
    local speaks = type(metatable) == "table" and metatable.__tostring
    if type(value) == "table" and not speaks then values[i] = show(value) end
  end
  return table.unpack(values, 1, values.n)
end

-- After an error: the history of a training that it ended becomes a global.
function prompt.stopped()
  local history = stopped.history
  stopped.history = nil
  if not history or #history.loss == 0 then return end
  _G.history = history
  print(("what %d batches taught is in the network, and their history in `history`"):format(#history.loss))
end

return prompt
