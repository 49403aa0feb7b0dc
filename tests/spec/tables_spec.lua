-- Tables of text (CSV) and arrays of NumPy, as other programs write them. The arrays are NumPy's own
-- (savez_compressed): weights and columns_first hold 0, 1/2, ... and 0, 1, ... as 2 x 3, big_endian 0, 1, ...
-- as 2 x 3 x 4.

local rx = require "reactivation"
local support = require "tests.spec.support"
local message, same = support.message, support.same

describe("a table of text", function()
  local folder, remove, path
  setup(function()
    folder, remove = support.scratch()
    path = folder .. "/track.csv"
  end)
  teardown(function() remove() end)

  local function load(text, options)
    local file = assert(io.open(path, "wb"))
    file:write(text)
    file:close()
    return rx.load_csv(path, options)
  end

  local function column(...)
    local rows = {}
    for i, x in ipairs { ... } do rows[i] = { x } end
    return rx.matrix(rows)
  end

  it("is loaded by its columns, whose names the first row may tell", function()
    local track, names = load "t,x,y\n0.1,1,-2\n0.2,1e3,4\n"
    assert.are.same({ "t", "x", "y" }, names)
    assert.is_true(same(column(0.1, 0.2), track.t) and same(column(1, 1000), track.x)
                   and same(column(-2, 4), track.y))
    track, names = load "1,2\n3,4\n"
    assert.are.same({ 1, 2 }, names)
    assert.is_true(same(column(2, 4), track[2]))
    track, names = load ",x\n0,5\n1,6\n" -- as data frames with an index
    assert.are.same({ 1, "x" }, names)
    assert.is_true(same(column(0, 1), track[1]))
    assert.is_true(same(column(1, 2), load("made by hand\nunit m\nx\n1\n2\n", { skip = 2 }).x))
  end)

  it("may have other separators, ends of lines, quotes and no last one", function()
    for _, text in ipairs {
      "\xEF\xBB\xBFside;x\r\nleft;1\r\n\"ri;g\"\"ht\";2\r\n", "side\tx\nleft\t1\nri;g\"ht\t2",
      "\"side\", x\nleft, 1\n\"ri;g\"\"ht\",2\n",
    } do
      local track = assert(load(text))
      assert.are.same({ "left", 'ri;g"ht' }, track.side)
      assert.is_true(same(column(1, 2), track.x))
    end
    assert.are.same({ "two\nlines" }, load('x\n"two\nlines"\n').x)
  end)

  it("has gaps, which are NaN", function()
    for _, gap in ipairs { "", "NaN", "nan", "NA", " ", '""' } do
      local x = assert(load(("x,y\n1,1\n%s,2\n3,3\n"):format(gap))).x
      assert.are.same({ 1, 3 }, { x:get(1, 1), x:get(3, 1) })
      assert.is_true(x:get(2, 1) ~= x:get(2, 1), gap)
    end
    assert.is_true(same(column(1 / 0, -1 / 0), load("x\ninf\n-inf\n").x))
  end)

  it("that does not fit says where", function()
    local function refusal(text)
      local nothing, problem = load(text)
      assert.is_nil(nothing)
      return assert(problem:match("track.csv: (.*)$"), problem)
    end
    assert.are.equal("row 3: 2 fields expected, as in the first, got 1", refusal "x,y\n1,2\n3\n")
    assert.matches("^row 3, column 'y': number expected, got 'lost'; .* texts = { 'y' }$",
                   refusal "x,y\n1,2\n3,lost\n")
    assert.matches("^row 3, column 'y': number expected, got '1e999'", refusal "x,y\n1,2\n3,1e999\n")
    assert.are.equal("two columns of the name 'x'", refusal "x,x\n1,2\n")
    assert.are.equal("row 2: a quote is not closed", refusal 'x\n"a')
    assert.are.equal("row 2: text after a quoted word", refusal 'x\n"a"b\n')
    assert.are.equal("holds no rows", refusal "")
    assert.are.same({ "2", "lost" }, load("x,y\n1,2\n3,lost\n", { texts = { "y" } }).y)
    assert.matches("none.csv: No such file", select(2, rx.load_csv(folder .. "/none.csv")))
    assert.matches("unknown option 'seperator'", message(rx.load_csv, path, { seperator = ";" }))
  end)

  it("loses no digits without a word", function()
    local text = "t,frame\n1700000000.25,30000001\n1700000001.75,30000002\n"
    assert.matches("row 2, column 't': 1700000000.25 would become 1700000000 in single .* lists = true",
                   select(2, load(text)))
    assert.matches("row 3, column 'frame': 16777217 would become",
                   select(2, load "frame\n16777216\n16777217\n"))
    assert.are.same({ 1700000000.25, 1700000001.75 }, load(text, { lists = true }).t)
    assert.are.same({ 30000001, 30000002 }, load(text, { lists = true }).frame)
    assert.are.equal(30000000, load(text, { rounded = true }).frame:get(1, 1))
    assert.matches("column 'day': numbers from 738000.001 to 738000.002 are too close",
                   select(2, load "day\n738000.001\n738000.002\n"))
  end)

  it("comes back as it was saved", function()
    local m = rx.random(1):normal(20, 2)
    assert.is_true(rx.save_csv(path, m, { "x", "größe, m" }))
    local track, names = rx.load_csv(path)
    assert.are.same({ "x", "größe, m" }, names)
    assert.is_true(same(m, rx.join { track.x, track["größe, m"] }))
    assert(rx.save_csv(path, { n = { 1, 30000001, 1e300 }, word = { 'a "b"', "7", "" }, x = column(0.1, 0 / 0, 2) }))
    assert.are.equal('n,word,x\n1,"a ""b""",0.1\n30000001,"7",NaN\n1e+300,"",2\n', support.read(path))
    track = rx.load_csv(path, { lists = true, texts = { "word" } })
    assert.are.same({ { 1, 30000001, 1e300 }, { 'a "b"', "7", "" } }, { track.n, track.word })
    assert(rx.save_csv(path, rx.matrix { { 1, 2.5 } }))
    assert.are.equal("1,2.5\n", support.read(path))
  end)

  it("is not saved of what is none", function()
    local function refusal(...)
      return assert(message(rx.save_csv, path, ...))
    end
    assert.matches("bad column 'b' %(1 values expected, as in 'a', got 2%)", refusal { a = { 1 }, b = { 1, 2 } })
    assert.matches("bad column 'a' %(matrix of one column or list expected, got 2 x 2 matrix%)",
                   refusal { a = rx.matrix(2, 2) })
    assert.matches("numbers and strings expected, got true at 2", refusal { a = { 1, true } })
    assert.matches("argument #3 to 'save_csv' %(no column 'b'%)", refusal({ a = { 1 } }, { "b" }))
    assert.matches("argument #3 to 'save_csv' %(2 names expected, got 1%)", refusal(rx.matrix(1, 2), { "x" }))
    assert.matches("argument #2 to 'save_csv' %(matrix or table of columns expected", refusal(7))
  end)
end)

describe("an array of NumPy's", function()
  local arrays
  setup(function() arrays = assert(rx.load_npy "tests/golden/arrays.npz") end)

  it("is a number, a list, a matrix or a sequence, by its dimensions", function()
    assert.are.equal(3.25, arrays.alone)
    assert.are.same({ 0.1, 1e300 }, arrays.rates)
    assert.are.same({ 7, 30000001 }, arrays.frames)
    assert.are.same({ { 0, 0.5, 1 }, { 1.5, 2, 2.5 } }, arrays.weights:totable())
    assert.are.same({ { 0, 1, 2 }, { 3, 4, 5 } }, arrays.columns_first:totable())
    assert.are.same({ 2, 3, 4 }, { arrays.big_endian.steps, arrays.big_endian.batch, arrays.big_endian.cols })
    assert.are.same({ 12, 13, 14, 15 }, arrays.big_endian:at(2):totable()[1])
    assert.are.same({ 0, 3 }, { arrays.none.rows, arrays.none.cols })
  end)

  it("may hold texts and truths", function()
    assert.are.same({ { "nose", "größer 😀", "" }, { "on", "off" } }, { arrays.parts, arrays.bytes })
    assert.are.same({ true, false }, arrays.flags)
    assert.are.same({ { 1, 0 } }, arrays.valid:totable())
  end)

  it("may stand in an archive that is not compressed, or have its batch first", function()
    assert.is_true(same(arrays.weights, rx.load_npy("tests/golden/stored.npz").weights))
    local turned = rx.load_npy("tests/golden/arrays.npz", { batch_first = true }).big_endian
    assert.are.same({ 3, 2 }, { turned.steps, turned.batch })
    assert.are.same({ { 4, 5, 6, 7 }, { 16, 17, 18, 19 } }, turned:at(2):totable())
  end)

  it("loses no digits without a word", function()
    local folder, remove = support.scratch()
    local path = folder .. "/frames.npy"
    local file = assert(io.open(path, "wb"))
    file:write("\x93NUMPY\1\0", ("<s2i8"):pack("{'descr': '<i8', 'fortran_order': False, 'shape': (1, 1), }\n",
                                                30000001))
    file:close()
    assert.matches("frames.npy: element 1: 30000001 would become 30000000 in single precision; .*lists = true",
                   select(2, rx.load_npy(path)))
    assert.are.same({ { 30000001 } }, rx.load_npy(path, { lists = true }))
    assert.are.equal(30000000, rx.load_npy(path, { rounded = true }):get(1, 1))
    local whole = support.read(path)
    local longer = assert(io.open(path, "wb"))
    longer:write(whole, whole)
    longer:close()
    assert.matches("holds more than the array of its header", select(2, rx.load_npy(path, { lists = true })))
    remove()
  end)

  it("that is damaged, cut short or a pickle is refused", function()
    assert.matches("pickle.npy: an array of Python objects %(a pickle%) is not loaded",
                   select(2, rx.load_npy "tests/golden/pickle.npy"))
    local folder, remove = support.scratch()
    local bytes = support.read "tests/golden/stored.npz"
    local function refused(text)
      local path = folder .. "/bad.npz"
      local file = assert(io.open(path, "wb"))
      file:write(text)
      file:close()
      local nothing, problem = rx.load_npy(path)
      assert.is_nil(nothing)
      assert.matches("bad.npz: ", problem)
    end
    for length = 0, #bytes - 1, 7 do refused(bytes:sub(1, length)) end
    local numbers = assert(bytes:find(("f"):pack(2.5), 1, true))
    refused(bytes:sub(1, numbers - 1) .. "x" .. bytes:sub(numbers + 1))
    remove()
  end)
end)
