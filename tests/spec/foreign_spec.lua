-- Files of other programs (tests/foreign.c makes them): read as far as they can be, and exactly.

local rx = require "reactivation"
local support = require "tests.spec.support"
local message, same = support.message, support.same

describe("a file of another program", function()
  local folder, remove
  setup(function()
    folder, remove = support.scratch()
    local output, status = support.run((
      "cc -o %s/foreign tests/foreign.c $(pkg-config --cflags --libs hdf5-serial) && %s/foreign %s"
    ):format(folder, folder, folder))
    assert.are.equal(0, status, output)
  end)
  teardown(function() remove() end)

  it("by h5py is read: a number, a matrix, a sequence, groups", function()
    local adam = support.golden("adam")
    assert.near(0.03, adam.rate, 1e-12)
    assert.are.same({ 4, 6 }, { adam.start.rows, adam.start.cols })
    assert.are.same({ 7, 4, 6 }, { adam.weights.steps, adam.weights.batch, adam.weights.cols })
    assert.are.equal("table", type(support.golden("cells").place))
  end)

  it("may hold numbers of any size and order of bytes", function()
    local back = assert(rx.load(folder .. "/numbers.h5"))
    assert.are.equal("integer", math.type(back.byte))
    assert.are.equal(-3, back.byte)
    assert.are.same({ -3, 5, 7 }, back.big_endian)
    assert.are.equal(2.0 ^ 64, back.unsigned)
    assert.are.equal(0.5, back.single)
    assert.are.same({}, back.none)
    assert.are.same({ { 0.5, 1.5, 2.5, 3.5 }, { 4.5, 5.5, 6.5, 7.5 } }, back.matrix:totable())
    assert.are.same({ { -3, 5, 7 } }, back.whole_matrix:totable())
    assert.are.equal(2, back.sequence.steps)
    assert.are.same({ { 4.5, 5.5 }, { 6.5, 7.5 } }, back.sequence:at(2):totable())
    assert.are.equal(0, back.empty_sequence.rows)
    assert.are.equal(2, back.empty_sequence.cols)
  end)

  it("may hold strings of every kind", function()
    assert.are.same({ variable = "a text", unwritten = "", ended = "a text", padded = "a text" },
                    rx.load(folder .. "/texts.h5"))
  end)

  it("may hold lists and tables of strings, also of one and of none", function()
    assert.are.same({
      list = { "nose", "left ear", "tail" }, table = { { "nose", "left ear" }, { "tail", "" } },
      fixed = { "on", "off" }, one = { "nose" }, none = {},
    }, rx.load(folder .. "/many_texts.h5"))
  end)

  it("is read as far as it can be, and says what was left out, and why", function()
    local file = assert(rx.load(folder .. "/recording.h5"))
    assert.are.same({ unit = { times = { 0.5, 1.25, 7.0 } } }, file)
    assert.are.same({
      ["unit/waveform"] = "a data set of type compound cannot be loaded",
      ["image"] = "a data set of 4 dimensions cannot be loaded",
      ["unit@link"] = "a data set of type reference cannot be loaded",
    }, file.skipped)
    assert.are.same({
      ["/"] = { session = "r7 day 3" }, ["unit"] = { rate = 30000, sides = { 4, 2 } },
      ["unit/times"] = { unit = "s" },
    }, file.attributes)
  end)

  it("is read in part, by names", function()
    local path = folder .. "/recording.h5"
    local part = assert(rx.load(path, { "unit/times" }))
    assert.are.same({ unit = { times = { 0.5, 1.25, 7.0 } } }, part)
    assert.are.same({}, part.skipped)
    assert.are.same({ times = { 0.5, 1.25, 7.0 } }, rx.load(path, { "/unit" }).unit)
    assert.are.same({ list = { nil, {} } }, rx.load(folder .. "/layouts.h5", { "list/2" }))
    for expected, names in pairs {
      ["holds no such member %(at 'units'%)"] = { "unit/times", "units" },
      ["holds no such member %(at 'unit/spikes'%)"] = { "unit/spikes" },
      ["type compound cannot be loaded %(at 'unit/waveform'%)"] = { "unit/waveform" },
      ["it is a data set %(at 'unit/times'%)"] = { "unit/times/first" },
    } do
      local nothing, problem = rx.load(path, names)
      assert.is_nil(nothing)
      assert.matches("recording.h5: .*" .. expected, problem)
    end
    assert.matches("bad argument #2 to 'load' %(list of names such as 'group/name' expected, got 7%)",
                   message(rx.load, path, { 7 }))
    assert.matches("bad argument #2 to 'load' %(list without holes", message(rx.load, path, { "a", nil, "b" }))
    assert.matches("unknown option 'batchfirst'; known are", message(rx.load, path, { batchfirst = true }))
  end)

  it("with numbers that single precision would change is refused, unless they are to be lists or rounded", function()
    local function refusal(name)
      local nothing, problem = rx.load(folder .. "/" .. name .. ".h5")
      assert.is_nil(nothing)
      assert.matches("lists = true .* rounded = true %(at 'x'%)$", problem)
      return problem
    end
    assert.matches("30000001 in element %(2, 1%) would become 30000000 in single", refusal "frames")
    assert.matches("18446744073709551615 in element %(1, 2%)", refusal "ticks")
    assert.matches("1e%+300 in element %(1, 2%) would become inf", refusal "huge")
    assert.matches("1700000000.25 in element %(1, 1%) would become 1700000000 in", refusal "since_1970")
    assert.matches("the numbers from 738000.001%d* to 738000.003%d* are too close together", refusal "days")
    assert.are.same({ { 30000000 }, { 30000001 }, { 90000003 } },
                    rx.load(folder .. "/frames.h5", { lists = true }).x)
    assert.are.same({ { 1.0, 1e300 } }, rx.load(folder .. "/huge.h5", { "x", lists = true }).x)
    assert.are.same({ { 30000000 }, { 30000000 }, { 90000000 } },
                    rx.load(folder .. "/frames.h5", { rounded = true }).x:totable())
    local fine = assert(rx.load(folder .. "/fine.h5")).x -- NaN, infinity and 0.1 are no loss
    assert.near(0.1, fine:get(1, 1), 1e-8)
    assert.are.same({ 16777216, 1 / 0 }, { fine:get(2, 2), fine:get(2, 1) })
  end)

  it("by MATLAB is read the right way round", function()
    local file = assert(rx.load(folder .. "/matlab.h5"))
    assert.are.same({ { 1, 2 }, { 3, 4 } }, file.w:totable())
    assert.are.equal(0.02, file.dt)
    assert.are.same({ 2, 3, 2 }, { file.x.steps, file.x.batch, file.x.cols })
    assert.are.same({ { 1, 7 }, { 3, 9 }, { 5, 11 } }, file.x:at(1):totable())
    assert.are.same({ { 2, 8 }, { 4, 10 }, { 6, 12 } }, file.x:at(2):totable())
    assert.are.same({ "rä😀", { "on", "of" } }, { file.text, file.words })
    assert.are.same({ { 1, 0, 1 } }, file.valid:totable())
    assert.are.same({ true, "" }, { file.flag, file.blank })
    assert.are.same({ 0, 3 }, { file.none.rows, file.none.cols })
    assert.are.equal("oo", file.cells[1])
    assert.is_true(same(file.w, file.cells[2]))
    assert.are.same({ handle = "a function_handle of MATLAB's cannot be loaded" }, file.skipped)
    assert.are.equal("logical", file.attributes.valid.MATLAB_class)
    assert.is_nil(file["#refs#"])
    assert.are.same({ { 1, 2 }, { 3, 4 } }, rx.load(folder .. "/matlab.h5", { "w", lists = true }).w)
  end)

  it("by Python may have its batch first", function()
    local states = rx.load(folder .. "/python.h5", { batch_first = true }).states
    assert.are.same({ 3, 2, 2 }, { states.steps, states.batch, states.cols })
    assert.are.same({ { 111, 112 }, { 211, 212 } }, states:at(1):totable())
    assert.are.same({ { 131, 132 }, { 231, 232 } }, states:at(3):totable())
    assert.are.equal(2, rx.load(folder .. "/python.h5").states.steps)
  end)

  it("may be a sparse raster, mostly never written", function()
    local spikes = assert(rx.load(folder .. "/raster.h5")).spikes
    assert.are.same({ 5000, 5000, 1, 1 }, { spikes.rows, spikes.cols, spikes:sum(), spikes:get(5000, 5000) })
  end)

  it("may be compressed, with links inside and lists", function()
    local back = assert(rx.load(folder .. "/layouts.h5"))
    assert.are.equal(456, back.inner.gzipped:get(46, 7))
    assert.is_true(same(back.inner.gzipped, back.link))
    assert.are.same({ 2, {} }, back.list)
  end)

  for name, expected in pairs {
    compound = "type compound cannot", opaque = "type opaque cannot", reference = "type reference cannot",
    ragged = "type variable%-length list cannot", colours = "type enumeration cannot",
    lzf = "packed by the filter lzf %(32000%)", four = "4 dimensions cannot", null = "without a value cannot",
    type = "neither a group nor a data set", large = "far more data than its size",
    wide = "2147483647 rows or columns",
    overflow = "2147483647 rows or columns", product = "2147483647 rows or columns",
    list = "list of more than 10000000 numbers", text = "far more data than its size",
    many = "far more data than its size", outside = "a link to another file is not followed",
    soft = "a link that leads nowhere", dangling = "a link that leads nowhere",
    ring = "more than 64 tables within each other", deep = "more than 64 tables within each other",
    bomb = "claims more than %d+ values", raw = "stored in other files", virtual = "stored in other files",
  } do
    it(("is refused for what it holds: %s"):format(name), function()
      local path = ("%s/%s.h5"):format(folder, name)
      local nothing, problem = rx.load(path)
      assert.is_nil(nothing)
      assert.truthy(problem:find(path .. ": ", 1, true), problem)
      assert.truthy(problem:find(expected), problem)
      assert.truthy(problem:find("%(at '[x%d]"), problem)
    end)
  end
end)
