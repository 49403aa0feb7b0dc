local rx = require "reactivation"

for name, shape in pairs {
  linear = function(share) return share end,
  cosine = function(share) return (1 - math.cos(math.pi * share)) / 2 end,
} do
  describe(("a %s schedule"):format(name), function()
    it("goes from its first value to its last, and stays there", function()
      local rate = rx.schedule[name](1e-2, 1e-4, 200)
      assert.near(1e-2, rate(0), 1e-15)
      assert.near(1e-4, rate(200), 1e-15)
      assert.near(1e-4, rate(1000), 1e-15)
      for batch = 0, 200, 25 do
        assert.near(1e-2 + (1e-4 - 1e-2) * shape(batch / 200), rate(batch), 1e-15)
      end
    end)

    it("may rise, and pass zero", function()
      assert.near(0, rx.schedule[name](-1, 1, 10)(5), 1e-15)
    end)

    it("refuses what is no number, and a length below 1", function()
      for _, wrong in ipairs { { "a", 1, 10 }, { 1, 0 / 0, 10 }, { 1, math.huge, 10 }, { 1, 2, 0 }, { 1, 2 },
                               { 1, 2, 1.5 }, { n = 0 } } do
        local ok, message = pcall(function() rx.schedule[name](wrong[1], wrong[2], wrong[3]) end)
        assert.is_false(ok)
        assert.matches("schedule_spec.lua:%d+: bad argument #%d to '" .. name .. "'", message)
      end
    end)
  end)
end
