-- One configuration of a sweep: what there is of it in its folder, and how it is done in this program. It is
-- a table of its `name`, its `folder`'s path, its `values` and how much `work` it is.
--
-- The folder holds log.txt, what the program that does it says; progress.json, how far it is; and in the end
-- result.json. Who does it holds a lock on that.

local check = require "reactivation.check"
local configurations = require "reactivation.sweeps.configurations"
local core = require "reactivation.core"
local hold = require "reactivation.files.hold"
local json = require "reactivation.files.json"
local last_words = require "reactivation.runs.last_words"
local lfs = require "lfs"
local new_folder = require "reactivation.runs.folder"

local one = {}

one.ASKED = "RXLUA_CONFIGURATION"  -- in the environment of a program: the folder of what it is to do
one.CHILD = "RXLUA_CHILD"          -- likewise: to end with the program that started it
local RESULT, LOG = "result.json", "log.txt"
local PATIENCE = 2                 -- seconds that a look at who does it may last

-- All of a sweep.
-- @string folder of the sweep
-- @tab vary as for `rx.sweep`
-- @tab o its options `name` and `work`
function one.list(folder, vary, o)
  local list, seen = {}, {}
  for i, values in ipairs(configurations.of(vary)) do
    local name = (o.name or configurations.name)(values)
    if type(name) ~= "string" or name == "" or name:find("/", 1, true) then
      check.complain("bad option 'name' (function that gives the name of a folder expected, it gave %s)",
                     check.describe(name))
    end
    if seen[name] then check.complain("bad argument #2 to 'sweep' (%s is there twice)", name) end
    seen[name] = true
    list[i] = {
      name = name, folder = folder .. "/" .. name, values = values, work = o.work and o.work(values) or 1,
    }
  end
  return list
end

function one.path(c, name)
  return c.folder .. "/" .. name
end

function one.shown(value)
  return type(value) == "number" and core.number_text(value) or tostring(value)
end

-- Where a folder is named by the script, it may hold something else.
local function check_same(c, held)
  for name, value in pairs(type(held) == "table" and held or {}) do
    if value ~= c.values[name] then
      error(("%s: holds a result with %s = %s, but this sweep has %s; use another folder or delete this one")
            :format(c.folder, name, one.shown(value), one.shown(c.values[name])), 0)
    end
  end
end

-- Its numbers by name, if it is done.
function one.result(c)
  local held = json.read(one.path(c, RESULT))
  if not held then return nil end
  check_same(c, held.configuration)
  local result = held.result
  for name, value in pairs(result or {}) do
    if type(value) ~= "number" then result[name] = 0 / 0 end -- as JSON has it
  end
  return result
end

-- Who is doing it, if anybody is.
function one.holder(c)
  local path = one.path(c, RESULT)
  if not lfs.attributes(path .. ".lock") then return nil end
  local lock, message = core.lock(path)
  if lock then lock:release() end
  return not lock and message:match("in use by (.*)$") or nil
end

-- The last words of who did it, if it ended without a result; not of one that was stopped and goes on.
function one.failure(c)
  local words = last_words(one.path(c, LOG))
  return words and not words:find("interrupted!", 1, true) and words or nil
end

-- The share of it that is done, as far as it tells.
function one.share(c)
  local told = json.read(one.path(c, "progress.json"))
  return told and told.done / told.of
end

local function check_result(result, c)
  if type(result) ~= "table" then
    error(("%s: table of numbers expected as its result, got %s"):format(c.name, check.describe(result)), 0)
  end
  for key, value in pairs(result) do
    if type(key) ~= "string" or type(value) ~= "number" then
      error(("%s: numbers by names expected as its result, got %s as '%s'"):format(
        c.name, check.describe(value), tostring(key)), 0)
    elseif c.values[key] ~= nil then
      error(("%s: '%s' varies, and cannot be the name of a result, too"):format(c.name, key), 0)
    end
  end
end

function one.make_folder(c)
  return new_folder(c.folder)
end

-- Begin it: a copy of its values, its folder, and a lock to be closed after `finish`.
function one.begin(c)
  local values, folder = {}, one.make_folder(c)
  for name, value in pairs(c.values) do values[name] = value end
  return values, folder, hold(one.path(c, RESULT), PATIENCE)
end

function one.finish(c, folder, result)
  check_result(result, c)
  folder:write(RESULT, { configuration = c.values, result = result })
end

-- Do it, unless somebody has done it meanwhile.
function one.perform(c, run)
  local values, folder, held = one.begin(c)
  local _ <close> = held
  if not one.result(c) then one.finish(c, folder, run(values, folder)) end
end

-- Whether this program was started for one.
function one.is_asked()
  return os.getenv(one.ASKED) ~= nil
end

-- That of a list which this program was started for.
function one.asked(list)
  local asked = os.getenv(one.ASKED)
  for _, c in ipairs(asked and list or {}) do
    if c.folder == asked then
      if os.getenv(one.CHILD) then core.end_with_parent() end
      return c
    end
  end
end

-- Keep why it failed in this program, as a program of its own would.
function one.fail(c, words)
  local folder = one.make_folder(c)
  local file = io.open(folder:path(LOG), "wb")
  if not file then return end -- the failure is told anyway
  file:write(words, "\n")
  file:close()
end

-- The program that does it, beside this one.
function one.job(c, command, threads)
  local folder = one.make_folder(c)
  return {
    name = c.name, log = folder:path(LOG), progress = folder:path "progress.json", work = c.work,
    command = {
      "env", one.ASKED .. "=" .. c.folder, one.CHILD .. "=1", ("OMP_NUM_THREADS=%d"):format(threads),
      table.unpack(command),
    },
  }
end

return one
