local rx = require "reactivation"
local support = require "tests.spec.support"
local message, relative_error, same = support.message, support.relative_error, support.same

-- An iterator of the rows of a matrix, so many at a time.
local function windows(data, rows)
  local done = 0
  return function()
    if done == data.rows then return nil end
    local first = done + 1
    done = math.min(done + rows, data.rows)
    return data:slice(first, done)
  end
end

describe("moments", function()
  it("are mean and covariance, with divisor one less than the rows", function()
    local m = rx.moments(rx.matrix { { 1, 2 }, { 3, 2 }, { 5, 8 } })
    assert.are.equal(3, m.count)
    assert.are.equal(2, m.cols)
    assert.are.same({ { 3, 4 } }, m.mean:totable())
    assert.are.same({ { 4, 6 }, { 6, 12 } }, m:covariance():totable())
  end)

  it("are those of the whole, in whatever parts it comes", function()
    local data = rx.random(1):normal(3000, 150) + rx.random(2):normal(1, 150, 0, 30)
    local whole = rx.moments(data)
    for _, rows in ipairs { 7, 512, 1100 } do
      local parts = rx.moments(windows(data, rows))
      assert.are.equal(3000, parts.count)
      assert.is_true(relative_error(whole.mean, parts.mean) < 1e-6)
      assert.is_true(relative_error(whole:covariance(), parts:covariance()) < 1e-6)
    end
    local by_hand = rx.moments(150):add(data:slice(1, 1)):add(data:slice(2, 3000))
    assert.is_true(relative_error(whole:covariance(), by_hand:covariance()) < 1e-6)
  end)

  it("do not lose digits far from zero", function()
    local whole_numbers = rx.random(3):uniform(5000, 3, -50, 50):floor()
    local near, far = rx.moments(whole_numbers), rx.moments(windows(whole_numbers + 2 ^ 23, 900))
    assert.is_true(relative_error(near:covariance(), far:covariance()) < 1e-7)
  end)

  it("are the same to the last bit on one thread and on two, as are components", function()
    local threads, found = rx.threads(), {}
    local data = rx.random(4):normal(1200, 300)
    for n = 1, 2 do
      rx.threads(n)
      found[n] = { rx.moments(data):covariance(), rx.pca(data).components }
    end
    rx.threads(threads)
    assert.is_true(same(found[1][1], found[2][1]))
    assert.is_true(same(found[1][2], found[2][2]))
  end)

  it("answer mistakes", function()
    local m = rx.moments(3)
    assert.matches("at least two rows", message(function() m:covariance() end))
    assert.matches("any x 3 matrix expected, got 2 x 4", message(function() m:add(rx.matrix(2, 4)) end))
    assert.matches("finite numbers", message(function() m:add(rx.matrix { { 1, 2, 0 / 0 } }) end))
    assert.matches("whole number of at least 1", message(function() rx.moments(0) end))
    assert.matches("at most 32768 columns", message(function() rx.moments(40000) end))
    assert.matches("'moments' %(matrix, iterator of matrices or moments expected, got 'data'",
                   message(function() rx.moments("data") end))
    assert.matches("at least one matrix expected, got none",
                   message(function() rx.moments(function() return nil end) end))
    assert.matches("iterator of matrices expected, got a number",
                   message(function() rx.moments(function() return 7 end) end))
  end)
end)

describe("principal components", function()
  it("are those of the reference data, up to their sign", function()
    local g = support.golden("pca")
    for _, source in ipairs { g.data, windows(g.data, 50) } do
      local p = rx.pca(source)
      assert.is_true(relative_error(g.mean, p.mean) < 1e-6)
      assert.is_true(relative_error(g.explained_variance, p.variance) < 1e-5)
      assert.is_true(relative_error(g.explained_ratio, p.ratio) < 1e-5)
      local projected = p:project(g.new)
      for c = 1, 9 do
        local sign = (g.components:row(c) * p.components:row(c):t()):get(1, 1) > 0 and 1 or -1
        assert.is_true(relative_error(g.components:row(c), sign * p.components:row(c)) < 1e-4)
        assert.is_true(relative_error(g.projected:column(c), sign * projected:column(c)) < 1e-4)
      end
      assert.is_true(relative_error(projected:column(2), p:project(g.new, 2):column(2)) < 1e-6)
    end
  end)

  it("have their largest entry positive, so that they come out alike each time", function()
    local p = rx.pca(rx.random(2):normal(100, 5))
    for c = 1, 5 do
      local row = p.components:row(c)
      assert.are.equal(row:abs():max(), row:max())
    end
  end)

  it("explain what they explain, and of themselves their ratio", function()
    local rng = rx.random(1)
    local scale = rx.matrix { { 5, 0, 0, 0, 0, 0 }, { 0, 3, 0, 0, 0, 0 }, { 0, 0, 1, 0, 0, 0 },
      { 0, 0, 0, 1, 0, 0 }, { 0, 0, 0, 0, 0.5, 0 }, { 0, 0, 0, 0, 0, 0.1 } }
    local data = rng:normal(3000, 6) * scale + rx.matrix(1, 6, 100)
    local p = rx.pca(data)
    local ratio = p.ratio:slice(1, 2):sum()
    assert.near((25 + 9) / (25 + 9 + 2 + 0.26), ratio, 0.01)
    assert.near(ratio, p:explained(data, 2), 1e-5)
    assert.near(1, p:explained(data, 6), 1e-5)
    assert.is_true(relative_error(p.ratio, p:shares(data)) < 1e-5)
    assert.near(2 / 6, p:explained(rng:normal(3000, 6), 2), 0.02)
  end)

  it("explain of other rows the variance of their projections", function()
    local rng = rx.random(5)
    local p, other = rx.pca(rng:normal(500, 8)), rng:normal(700, 8) * rng:normal(8, 8)
    local projected = rx.moments(p:project(other)):covariance()
    local total = 0
    for c = 1, 8 do total = total + projected:get(c, c) end
    for _, source in ipairs { other, windows(other, 300), rx.moments(other) } do
      local shares = p:shares(source, 3)
      assert.are.equal(3, shares.rows)
      for c = 1, 3 do assert.near(projected:get(c, c) / total, shares:get(c, 1), 1e-5) end
      if source ~= other then assert.near(p:explained(other, 3), shares:sum(), 1e-6) end
    end
  end)

  it("of rows that do not vary have no variance, and explain no share of it", function()
    local p = rx.pca(rx.matrix(9, 3, 4))
    assert.are.equal(0, p.variance:sum())
    local function is_nan(x) return x ~= x end
    assert.is_true(is_nan(p.ratio:sum()))
    assert.is_true(is_nan(p:explained(rx.matrix(5, 3, 1), 2)))
    assert.is_true(is_nan(rx.pca(rx.random(1):normal(9, 3)):explained(rx.matrix(5, 3, 1), 2)))
  end)

  it("of a long run take no more memory than those of a short one", function()
    local script = [[
      local rx = require "reactivation"
      local net = rx.rnn { inputs = 2, units = 256, outputs = 256, sigma = 0.1, rng = rx.random(0) }
      rx.pca(net:stream { init = rx.matrix(100, 256, 0.1), steps = %d, every = 25, reuse = true })
      for line in io.lines "/proc/self/status" do
        local peak = line:match "VmHWM:%%s*(%%d+) kB"
        if peak then print(peak) end
      end]]
    local function peak(steps)
      local output = support.run(("%s -e '%s'"):format(support.program, script:format(steps)))
      return tonumber(output) / 1024
    end
    -- states and outputs of 700 more steps would fill 137 MB
    assert.is_true(peak(800) - peak(100) < 30)
  end)

  it("answer mistakes", function()
    assert.matches("at least two rows", message(function() rx.pca(rx.matrix(1, 4)) end))
    assert.matches("finite numbers", message(function() rx.pca(rx.matrix { { 1, 0 / 0 }, { 1, 2 } }) end))
    assert.matches("bad argument #1 to 'pca' %(matrix, iterator of matrices or moments expected, got 3",
                   message(function() rx.pca(3) end))
    local p = rx.pca(rx.matrix(9, 5))
    assert.matches("2 x 3 matrix or one to repeat expected, got 1 x 5",
                   message(function() p:project(rx.matrix(2, 3)) end))
    assert.matches("5 x any matrix expected, got 3 x 3", message(function() p:shares(rx.matrix(2, 3)) end))
    assert.matches("row from 1 to 5 expected, got 6", message(function() p:explained(rx.matrix(9, 5), 6) end))
  end)
end)
