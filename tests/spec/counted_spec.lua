-- What long computations say while they go on, by a clock that runs on at every look.
local support = require "tests.spec.support"

local function said(terminal, code)
  local output, status = support.run(support.program .. " -e " .. support.quote(([[
    local rx, core = require "reactivation", require "reactivation.core"
    local seconds = 0
    core.now = function() seconds = seconds + 1 return seconds end
    core.is_terminal = function() return %s end
    local counted = require "reactivation.runs.counted"
    %s]]):format(terminal, code)))
  assert.are.equal(0, status, output)
  return output
end

describe("a computation that takes long", function()
  it("says after two seconds how far it is and how long the rest takes, in a line that is gone at its end", function()
    local output = said(true, "for _ in counted.numbers('starts', 6, 2) do end")
    assert.are.equal("\r4 of 6 starts, 1 s left\27[K\r6 of 6 starts, 0 s left\27[K\r\27[K", output)
  end)

  it("says so now and then where nobody looks on", function()
    local output = said(false, "for _ in counted.numbers('shuffles', 70) do end")
    local lines = select(2, output:gsub("shuffles, [^\n]* left\n", ""))
    assert.are.equal(3, lines, output)
  end)

  it("is the outermost one, and is over when it fails", function()
    local output = said(true, [[
      for _ in counted.numbers("networks", 2) do
        for _ in counted.numbers("folds", 3) do end
      end
      pcall(function() for _ in counted.numbers("maps", 9) do error "x" end end)
      local progress <close> = counted.begin("steps", 100)
      rx.bootstrap({ 1, 2, 3 }, nil, { rng = rx.random(1), resamples = 3 })
      progress:tell(50)]])
    assert.is_truthy(output:find("1 of 2 networks", 1, true), output)
    assert.is_truthy(output:find("50 of 100 steps", 1, true), output)
    assert.is_nil(output:find("folds") or output:find("maps") or output:find("resamples"), output)
  end)
end)
