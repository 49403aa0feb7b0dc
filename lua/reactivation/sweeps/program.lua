-- This program as others may start it: its words, for a shell too, what its command line asks of a sweep, and
-- what a program that it starts says.

local core = require "reactivation.core"

local program = {}

-- What a sweep's script may be asked for, in place of doing it.
program.ENGINES = {
  { "list", "print a shell's command for each configuration that is missing, and do nothing" },
  { "slurm", "submit those that are missing to Slurm, and do nothing" },
  { "status", "say how many are done, running, failed and missing, and do nothing" },
}

local flags = {}
for _, engine in ipairs(program.ENGINES) do flags["--" .. engine[1]] = engine[1] end

-- Its options, name -> value, once `rx.arguments` has read them.
program.options = nil

-- "list", "slurm" or "status", or nil.
function program.asked()
  for _, word in ipairs(arg or {}) do
    if flags[word] then return flags[word] end
  end
end

-- The words after the script's name, but for those.
function program.arguments()
  local words = {}
  for _, word in ipairs(arg or {}) do
    if not flags[word] then words[#words + 1] = word end
  end
  return words
end

-- The words that start it, nil where there is no script, as at the prompt.
function program.command()
  if not arg or not arg[0] or arg[0] == "-" then return nil end
  local words, first = {}, 0
  while arg[first - 1] do first = first - 1 end
  for i = first, 0 do words[#words + 1] = arg[i] end
  if first == 0 then table.insert(words, 1, "rxlua") end
  return table.move(program.arguments(), 1, #arg, #words + 1, words)
end

-- A text as one word of a shell's command.
function program.quote(text)
  if text:find("^[%w_./,:@%%+-]+$") then return text end
  return "'" .. text:gsub("'", [['\'']]) .. "'"
end

-- Words as a shell's command.
function program.shell(words)
  local quoted = {}
  for i, word in ipairs(words) do quoted[i] = program.quote(word) end
  return table.concat(quoted, " ")
end

-- What a program says until it ends; or nil and that, or why it could not be started.
function program.said(words)
  local log = os.tmpname()
  local process, problem = core.start(table.move(words, 1, #words, 1, { log = log }))
  if not process then
    os.remove(log)
    return nil, problem
  end
  while not process:ended() do core.sleep(0.02) end
  local file = assert(io.open(log, "rb"))
  local text = file:read("a")
  file:close()
  os.remove(log)
  local _, succeeded = process:ended()
  if succeeded then return text end
  return nil, (text:gsub("%s+$", ""))
end

return program
