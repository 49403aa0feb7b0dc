-- A training has the same weights, to the last bit, on every machine: tests/bits.lua says what is compared.
local support = require "tests.spec.support"

describe("short trainings of every network", function()
  local kept = support.read "tests/golden/bits.txt"

  for _, threads in ipairs { 1, 3 } do
    it(("have the kept bits on %d threads"):format(threads), function()
      local output, status = support.run(("OMP_NUM_THREADS=%d %s tests/bits.lua"):format(threads, support.program))
      assert.are.equal(0, status, output)
      assert.are.equal(kept, output)
    end)
  end
end)
