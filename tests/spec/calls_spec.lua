-- Every public function and method refuses what is wrong with a call, in the caller's words and at the caller's
-- line. They are found, not listed: the examples of the reference give a right call of each, of which one thing
-- is changed at a time.

local core = require "reactivation.core"
local lfs = require "lfs"
local examples = require "tests.fault.examples"
local mutations = require "tests.fault.mutations"
local support = require "tests.spec.support"

-- They take any number of arguments.
local VARIADIC = { curves = true, quantile = true }

-- They take tables of any fields, or what another function gave, of which they read some.
local ANY_FIELDS = {
  save = true, [":save"] = true, [":write"] = true, [":announce"] = true, [":walk"] = true, compare_phases = true,
  histogram_divergence = true, spatial_information = true, [":ideal_choices"] = true, [":choices"] = true,
  [":by_pair"] = true, save_csv = true, mean_squared = true, cross_entropy = true,
}

local function call(f, arguments)
  lfs.chdir(arguments.folder)
  return table.pack(pcall(f, table.unpack(arguments, 1, arguments.n)))
end

-- The message with which a call failed, raised or returned beside nil.
local function refusal(got)
  if not got[1] then return tostring(got[2]) end
  return got[2] == nil and type(got[3]) == "string" and got[3] or nil
end

-- What is wrong with the words of an error; it is raised from this file, so it should say so.
local function fault(message)
  if message:find("attempt to", 1, true) then return "an error of the library's own" end
  if message:find("lua/reactivation", 1, true) or message:find("lua/krishna", 1, true) then return "our place" end
  if message:find("'?'", 1, true) then return "no name" end
end

describe("every public function", function()
  local list, missing, here, remove
  local global = package.loaded._G -- which busted keeps from specs
  local exit, words, say = os.exit, global.arg, global.print
  setup(function()
    local folder
    folder, remove = support.scratch()
    here = lfs.currentdir()
    os.exit = function() error("the program would end", 0) end -- luacheck: ignore 122
    global.arg, global.print = { [0] = "script" }, function() end
    list, missing = examples(folder)
  end)
  teardown(function()
    lfs.chdir(here)
    os.exit, global.arg, global.print = exit, words, say -- luacheck: ignore 122
    remove()
  end)

  -- Call f(name, arguments, changed, what) for each change of a kind to each argument of each right call.
  local function each(kind, f)
    local faults = {}
    for _, of in ipairs(list) do
      for _, arguments in ipairs(of) do
        for changed, what in mutations[kind](arguments) do
          local told = f(of, changed, what)
          if told then faults[#faults + 1] = ("%s: %s: %s"):format(of.name, what, told) end
        end
      end
    end
    assert.are.equal("", table.concat(faults, "\n"))
  end

  it("has a right call", function()
    assert.are.same({}, missing)
    assert.is_true(#list > 100)
  end)

  it("refuses a surplus argument", function()
    each("surplus", function(of, arguments)
      if VARIADIC[of.name] then return end
      local message = refusal(call(of.f, arguments))
      local name = of.name:match("[%w_]+$")
      if not (message and message:find("too many arguments to '" .. name .. "'", 1, true)) then
        return message or "accepted"
      end
    end)
  end)

  it("refuses an unknown option by its name", function()
    each("unknown_option", function(of, arguments)
      if ANY_FIELDS[of.name] then return end
      local message = refusal(call(of.f, arguments))
      if not message then return "accepted" end
      if not message:find("nonesuch", 1, true) then return message end
    end)
  end)

  it("refuses a list with a hole", function()
    each("hole", function(of, arguments)
      if of.name == "histogram_divergence" then return end -- it reads the counts alone
      local message = refusal(call(of.f, arguments))
      return not message and "accepted" or fault(message)
    end)
  end)

  it("has no number to give of nothing, and tells of NaN", function()
    for _, kind in ipairs { "empty", "nan" } do
      each(kind, function(of, arguments, what)
        local got = call(of.f, arguments)
        if not got[1] then return fault(tostring(got[2])) end
        local number = got[2]
        local tells = { [":gradient"] = what:find("#3"), -- where the result goes
 ["matrix:sum"] = kind == "empty", ["matrix:argmax"] = true, ["matrix:get"] = true }
        if type(number) == "number" and number == number and not tells[of.name] then
          return "gave " .. core.describe(number)
        end
      end)
    end
  end)

  -- Tail calls leave no trace of these, which C answers for.
  local TAIL = { [":column"] = true, [":gt"] = true, [":ge"] = true, moments = true, linear_decoder = true,
                 bayesian_decoder = true }

  it("is named by the caller's word for it where an argument is at fault", function()
    for _, kind in ipairs { "kind", "nan", "empty" } do
      each(kind, function(of, arguments)
        local message = of.name ~= "threads" and refusal(call(of.f, arguments)) or ""
        local inner = message:match("^[^ ]*calls_spec.lua:%d+: bad argument #%d+ to '([%w_]+)'")
        if inner and inner ~= of.name:match("[%w_]+$") and not TAIL[of.name] then return message end
      end)
    end
  end)

  it("answers another kind of value in the caller's words, at the caller's line", function()
    each("kind", function(of, arguments)
      if of.name == "threads" then return end
      local got = call(of.f, arguments)
      if got[1] then return end
      return type(got[2]) ~= "string" and "raised a " .. type(got[2]) or fault(got[2])
    end)
  end)

  it("gives the same of one matrix given twice as of two that are alike", function()
    each("alias", function(of, aliased)
      local right, again = call(of.f, mutations.apart(aliased)), call(of.f, mutations.apart(aliased))
      if not right[1] or not mutations.same(right, again) then return end -- of random numbers
      local got = call(of.f, aliased)
      if not got[1] then return fault(tostring(got[2])) end
      if not mutations.same(got, right) then return "other numbers" end
    end)
  end)
end)
