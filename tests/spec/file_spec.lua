-- rx.save and rx.load: nested tables in HDF5 files, whole or absent.

local rx = require "reactivation"
local lfs = require "lfs"
local support = require "tests.spec.support"
local message, same = support.message, support.same

local function read_bytes(path)
  local file = assert(io.open(path, "rb"))
  local bytes = file:read("a")
  file:close()
  return bytes
end

local function write_bytes(path, bytes)
  local file = assert(io.open(path, "wb"))
  file:write(bytes)
  file:close()
end

local function listing(folder)
  local names = {}
  for name in lfs.dir(folder) do
    if name ~= "." and name ~= ".." then names[#names + 1] = name end
  end
  table.sort(names)
  return table.concat(names, " ")
end

-- Whether two values are equal: tables by their fields, matrices by shape, steps and numbers,
-- numbers by kind too.
local function equal(a, b)
  if type(a) == "userdata" and type(b) == "userdata" then return a.steps == b.steps and same(a, b) end
  if type(a) ~= "table" or type(b) ~= "table" then
    return a == b and math.type(a) == math.type(b) or a ~= a and b ~= b
  end
  for key, value in pairs(a) do
    if not equal(value, b[key]) then return false end
  end
  for key in pairs(b) do
    if a[key] == nil then return false end
  end
  return true
end

local EVERYTHING = {
  integer = 3, negative = -7, largest = math.maxinteger, smallest = math.mininteger,
  number = 0.1, whole = 2.0, tiny = 5e-324, huge = math.huge, nan = 0 / 0,
  yes = true, no = false,
  text = "a text", empty = "", several = "lines\nand\ttabs", letters = "größer → ∞", long = ("x"):rep(70000),
  integers = { 3, 1, 2 }, numbers = { 0.5, 1.0, -0.0, 1 / 0 }, single = { 7 },
  words = { "a", "b" }, mixed = { 1, "b", true, { 2.5 }, { c = 1 } },
  nothing = {}, nested = { deep = { deeper = { x = 1, y = {} } } },
  ["any key: with blanks, 'quotes' and é"] = 1, list = { list = { 1 } },
  matrix = rx.matrix { { 1, 2, 3 }, { 4, 5, 6 } }, column = rx.matrix(3, 1, 0.1), one = rx.matrix(1, 1, -2),
  large = rx.random(1):normal(300, 70),
  no_rows = rx.matrix(0, 3), no_columns = rx.matrix(3, 0), neither = rx.matrix(0, 0),
  sequence = rx.random(1):normal(12, 5):as_sequence(4), one_step = rx.matrix(2, 2):as_sequence(1),
  matrices = { rx.matrix(1, 2, 3), rx.matrix(2, 1, 4) },
  view = rx.matrix({ { 1, 2 }, { 3, 4 }, { 5, 6 } }):slice(2, 3),
}

describe("a saved table", function()
  local folder, remove, path
  setup(function()
    folder, remove = support.scratch()
    path = folder .. "/table.h5"
  end)
  teardown(function() remove() end)
  after_each(function() assert.are.equal("table.h5", listing(folder)) end)

  it("keeps the weights of a network as they are handed out", function()
    local net = rx.rnn { inputs = 1, units = 3, outputs = 2, rng = rx.random(1) }
    assert(rx.save(path, net.weights))
    local held = assert(rx.load(path))
    assert.are.equal(0, (held.w_rec - net.weights.w_rec):abs():max())
  end)

  it("comes back as it was", function()
    assert.is_true(rx.save(path, EVERYTHING))
    local back = assert(rx.load(path))
    for key, value in pairs(EVERYTHING) do assert.is_true(equal(value, back[key]), key) end
    assert.is_true(equal(EVERYTHING, back))
  end)

  it("may hold cells, which come back as the options that make them again", function()
    local place = rx.place_cells { centers = rx.random(1):uniform(5, 2), width = 0.3, tuning = "gaussian" }
    local heads = rx.head_direction_cells { cells = 7, tuning = "density" }
    assert(rx.save(path, { place = place, heads = heads }))
    local back = assert(rx.load(path))
    assert.is_true(same(place.centers, back.place.centers))
    local at = rx.matrix { { 0.4, 0.6 } }
    assert.is_true(same(place:encode(at), rx.place_cells(back.place):encode(at)))
    local angle = rx.matrix { { 1 } }
    assert.is_true(same(heads:encode(angle), rx.head_direction_cells(back.heads):encode(angle)))
  end)

  it("may itself be a list or empty", function()
    for _, value in ipairs { {}, { { 1 }, { 2 } }, { "a" }, { rx.matrix(2, 2, 1), true } } do
      assert.is_true(rx.save(path, value))
      assert.is_true(equal(value, rx.load(path)))
    end
  end)

  it("makes the same file, whatever order its keys came in", function()
    local forth, back = {}, {}
    for i = 1, 50 do forth["key" .. i], back["key" .. 51 - i] = i, 51 - i end
    rx.save(path, forth)
    local first = read_bytes(path)
    rx.save(path, back)
    assert.is_true(first == read_bytes(path))
  end)

  it("is read by HDF5's own tools", function()
    rx.save(path, { m = rx.matrix { { 1.5, 2 }, { 3, 4 } }, n = 7, x = 0.25, text = "hello", yes = true,
                    sequence = rx.matrix(6, 4):as_sequence(3), group = { list = { 1, 2 } } })
    local output, status = support.run("h5dump " .. path)
    assert.are.equal(0, status, output)
    for _, expected in ipairs {
      'DATASET "m" {%s+DATATYPE  H5T_IEEE_F32LE%s+DATASPACE  SIMPLE { %( 2, 2 %)',
      'DATA {%s+%(0,0%): 1.5, 2,%s+%(1,0%): 3, 4',
      'DATASET "n" {%s+DATATYPE  H5T_STD_I64LE%s+DATASPACE  SCALAR%s+DATA {%s+%(0%): 7',
      'DATASET "x" {%s+DATATYPE  H5T_IEEE_F64LE%s+DATASPACE  SCALAR%s+DATA {%s+%(0%): 0.25',
      'DATASET "text" .-STRSIZE 5;.-CSET H5T_CSET_UTF8.-%(0%): "hello"',
      'DATASET "yes" .-"FALSE"%s+0;%s+"TRUE"%s+1;.-%(0%): TRUE',
      'DATASET "sequence" .-SIMPLE { %( 3, 2, 4 %)',
      'GROUP "group" {%s+DATASET "list" {%s+DATATYPE  H5T_STD_I64LE%s+DATASPACE  SIMPLE { %( 2 %)',
    } do
      assert.truthy(output:find(expected), expected .. " is not in\n" .. output)
    end
  end)

  it("is read again after HDF5's own tools rewrote and compressed it", function()
    local filled = {} -- h5repack 1.10 cannot compress an empty matrix
    for key, value in pairs(EVERYTHING) do
      if type(value) ~= "userdata" or value.rows * value.cols > 0 then filled[key] = value end
    end
    rx.save(path, filled)
    local output, status = support.run(
      ("h5repack -f GZIP=6 %s %s.new && mv %s.new %s"):format(path, path, path, path))
    assert.are.equal(0, status, output)
    assert.is_true(equal(filled, rx.load(path)))
  end)

  it("takes the place and the permissions of the file before it, through a link", function()
    local link = folder .. "/link"
    rx.save(path, { a = 1 })
    os.execute("chmod 640 " .. path)
    assert(lfs.link("table.h5", link, true))
    assert.is_true(rx.save(link, { a = 2 }))
    assert.are.equal("link", lfs.symlinkattributes(link, "mode"))
    assert.are.equal("rw-r-----", lfs.attributes(path, "permissions"))
    assert.are.equal(2, rx.load(path).a)
    os.remove(link)
  end)

  it("that cannot be saved says which value and why, and leaves the former file", function()
    rx.save(path, { former = true })
    local ring = { a = {} }
    ring.a.b = ring
    local deep = {}
    for _ = 1, 100 do deep = { x = deep } end
    for expected, value in pairs {
      ["cannot save a function %(at 'a'%)"] = { a = print },
      ["cannot save a thread %(at 'a.b'%)"] = { a = { b = coroutine.create(print) } },
      ["cannot save a userdata that is no matrix %(at 'list.2'%)"] = { list = { 1, io.stdout } },
      ["cannot save a userdata that is no matrix %(at 'rng'%)"] = { rng = rx.random(1) },
      ["keys are neither all strings nor 1..n %(at 'a'%)"] = { a = { 1, b = 2 } },
      ["keys are neither all strings nor 1..n%)$"] = { [1] = 1, [3] = 3 },
      ["keys are neither all strings nor 1..n %(at 'zero'%)"] = { zero = { [0] = 1 } },
      ["keys are neither all strings nor 1..n %(at 'half'%)"] = { half = { [0.5] = 1 } },
      ["keys are neither all strings nor 1..n %(at 'truth'%)"] = { truth = { [true] = 1 } },
      ["a key must not be empty.* %(at ''%)"] = { [""] = 1 },
      ["a key must not .*'/'.* %(at 'a/b'%)"] = { ["a/b"] = 1 },
      ["a key must not .* %(at '%.%.'%)"] = { [".."] = 1 },
      ["zero byte %(at 'a'%)"] = { ["a\0b"] = 1 },
      ["string with a zero byte %(at 'text'%)"] = { text = "a\0b" },
      ["more than 64 tables within each other %(at 'a.b.a.b.a.b.a.b...'%)"] = ring,
      ["more than 64 tables within each other %(at 'x.x.x.x.x.x.x.x...'%)"] = deep,
    } do
      local problem = message(function() rx.save(path, value) end)
      assert.matches("file_spec.lua:%d+: bad argument #2 to 'save' %(.*" .. expected, problem)
      assert.is_true(rx.load(path).former)
      assert.are.equal("table.h5", listing(folder))
    end
  end)

  it("needs a path and a table", function()
    assert.matches("bad argument #1 to 'save' %(string expected", message(function() rx.save(nil, {}) end))
    assert.matches("bad argument #2 to 'save' %(table expected, got number",
                   message(function() rx.save("a", 1) end))
    assert.matches("path contains a zero byte", message(function() rx.save("a\0b", {}) end))
    assert.matches("bad argument #1 to 'load' %(string expected", message(function() rx.load() end))
    assert.matches("path contains a zero byte", message(function() rx.load("a\0b") end))
  end)
end)

describe("a file", function()
  local folder, remove, path, bytes
  local table_ = {
    name = "run", weights = rx.random(1):normal(20, 30), history = { 1.5, 2.5 }, more = { yes = true },
  }
  setup(function()
    folder, remove = support.scratch()
    path = folder .. "/run.h5"
    assert(rx.save(path, table_))
    bytes = read_bytes(path)
  end)
  teardown(function() remove() end)

  local damaged = "damaged or cut short"

  local function refused(path_, expected)
    local nothing, problem = rx.load(path_)
    assert.is_nil(nothing, path_)
    assert.truthy(problem:find(path_ .. ": ", 1, true), problem)
    assert.truthy(problem:find(expected), problem)
  end

  it("that was cut short is refused, wherever it was cut", function()
    local other = folder .. "/cut.h5"
    for length = 0, #bytes - 17, 97 do
      write_bytes(other, bytes:sub(1, length))
      local nothing, problem = rx.load(other)
      assert.is_nil(nothing, "cut to " .. length)
      assert.truthy(problem:find(damaged, 1, true) or problem:find("not an HDF5 file", 1, true), problem)
    end
    for length = #bytes - 20, #bytes - 1 do -- within the seal, without it the file is one of another program
      write_bytes(other, bytes:sub(1, length))
      local back = rx.load(other)
      assert.is_true(back == nil or equal(table_, back), "cut to " .. length)
    end
  end)

  it("of which one bit was turned is refused, whichever it was", function()
    local other = folder .. "/turned.h5"
    for place = 1, #bytes - 16, 61 do
      local turned = string.char(bytes:byte(place) ~ (1 << place % 8))
      write_bytes(other, bytes:sub(1, place - 1) .. turned .. bytes:sub(place + 1))
      local nothing, problem = rx.load(other)
      assert.is_nil(nothing, "byte " .. place)
      assert.truthy(problem:find(damaged, 1, true) or problem:find("not an HDF5 file", 1, true), problem)
    end
  end)

  it("without a seal is read or refused, and never crashes, whichever byte was changed", function()
    local other = folder .. "/changed.h5"
    local plain = bytes:sub(1, -17)
    for place = 1, #plain, 43 do
      for _, byte in ipairs { "\0", "\255" } do
        write_bytes(other, plain:sub(1, place - 1) .. byte .. plain:sub(place + 1))
        local back, problem = rx.load(other)
        assert.are_not.equal(back, problem)
      end
    end
  end)

  it("that another program wrote is not HDF5 is refused", function()
    for name, text in pairs {
      ["empty"] = "", ["text"] = "my notes\n", ["pickle"] = "\128\4\149\5\0\0\0\0\0\0\0",
      ["zeros"] = ("\0"):rep(5000),
    } do
      write_bytes(folder .. "/" .. name, text)
      refused(folder .. "/" .. name, "not an HDF5 file")
    end
  end)

  it("that is not there, or is none, is named", function()
    refused(folder .. "/none.h5", "No such file or directory")
    refused(folder .. "/none/none.h5", "No such file or directory")
    refused(path .. "/none.h5", "Not a directory")
    refused(folder, "Is a directory")
    refused("/dev/null", "not a regular file")
    os.execute("mkfifo " .. folder .. "/pipe")
    refused(folder .. "/pipe", "not a regular file")
  end)

  it("is not made where none can be", function()
    local function unsaved(where, expected)
      local nothing, problem = rx.save(where, table_)
      assert.is_nil(nothing)
      assert.truthy(problem:find(where .. ": ", 1, true), problem)
      assert.truthy(problem:find(expected, 1, true), problem)
    end
    local before = listing(folder)
    unsaved(folder .. "/none/run.h5", "No such file or directory")
    unsaved(path .. "/run.h5", "Not a directory")
    unsaved(folder, "Is a directory")
    unsaved("/dev/full", "not a regular file")
    unsaved(folder .. "/" .. ("x"):rep(300), "File name too long")
    unsaved("", "No such file or directory")
    assert.are.equal(before, listing(folder))
  end)

  it("of somebody else, in a folder of somebody else, is refused", function()
    local locked = folder .. "/locked"
    lfs.mkdir(locked)
    rx.save(locked .. "/run.h5", table_)
    local script = folder .. "/locked.lua"
    write_bytes(script, [[
      local rx = require "reactivation"
      print(rx.load(arg[1] .. "/run.h5"))
      print(rx.save(arg[1] .. "/run.h5", {}))
      print(rx.save(arg[1] .. "/other.h5", {}))]])
    os.execute(("chmod 000 %s/run.h5; chmod 555 %s"):format(locked, locked))
    -- root may do everything, so it becomes nobody, as which it must reach the program
    local as_nobody = support.run("id -u") == "0\n"
    local command = ("%s %s %s"):format(support.program, script, locked)
    if as_nobody then
      os.execute(("chmod 755 %s; chmod 644 %s"):format(folder, script))
      command = "setpriv --reuid=65534 --clear-groups " .. command
    end
    local output = support.run(command)
    os.execute(("chmod 755 %s"):format(locked))
    local refusal = "nil\t" .. locked .. "/%s.h5: Permission denied%s\n"
    if as_nobody and not output:find("nil", 1, true) then
      return pending("nobody else can reach the program")
    end
    assert.are.equal(refusal:format("run", "\t13") .. refusal:format("run", "") .. refusal:format("other", ""),
                     output)
    assert.are.equal("run.h5", listing(locked))
  end)

  it("stays as it was when the disk is full", function()
    local script = folder .. "/full.lua"
    write_bytes(script, [[
      local rx = require "reactivation"
      print(rx.save(arg[1], { large = rx.matrix(1000, 1000) }))]])
    -- a limit on the size of files is met as a full disk is: in the middle of writing
    local output, status = support.run(("ulimit -f 100; %s %s %s"):format(support.program, script, path))
    assert.are.equal(("nil\t%s: File too large\n"):format(path), output)
    assert.are.equal(0, status)
    assert.is_true(equal(table_, rx.load(path)))
    assert.is_nil(listing(folder):find("tmp", 1, true))
  end)

  it("larger than what is written at once comes back, a sequence too", function()
    local other = folder .. "/large.h5"
    local large = rx.random(2):uniform(3001, 3000)
    local sequence = rx.random(3):uniform(7 * 1300, 1000):as_sequence(7)
    assert.is_true(rx.save(other, { large = large, sequence = sequence }))
    local back = rx.load(other)
    assert.is_true(same(large, back.large) and same(sequence, back.sequence))
    assert.are.equal(7, back.sequence.steps)
    os.remove(other)
  end)

  it("stays as it was when its writing is interrupted", function()
    local script = folder .. "/interrupted.lua"
    write_bytes(script, [[
      local rx = require "reactivation"
      local large = rx.matrix(20000, 2000)
      io.popen "sleep 0.1; kill -INT $PPID"
      while true do assert(rx.save(arg[1], { n = 1, large = large })) end]])
    local target = folder .. "/interrupted.h5"
    rx.save(target, { n = 0 })
    local output, status = support.run(("%s %s %s"):format(support.program, script, target))
    assert.are.same({ "rxlua: interrupted\n", 130 }, { output, status })
    assert.truthy(rx.load(target).n)
    assert.is_nil(listing(folder):find("tmp", 1, true))
  end)

  it("is the former one or the new one when its writer is killed", function()
    local script, target = folder .. "/killed.lua", folder .. "/killed.h5"
    write_bytes(script, [[
      local rx = require "reactivation"
      local m = rx.matrix(1000, 200)
      for n = 1, math.huge do
        m:set(1000, 200, n)
        assert(rx.save(arg[1], { n = n, m = m }))
        if n == 1 then print "ready" io.stdout:flush() end
      end]])
    local last = 0
    for i = 1, 5 do
      local pipe = io.popen(("%s %s %s & echo $!; wait"):format(support.program, script, target))
      local process = pipe:read("n", "l", "l")
      os.execute(("sleep 0.%d; kill -KILL %d 2>/dev/null"):format(i, process))
      pipe:close()
      local back = assert(rx.load(target))
      assert.are.equal(back.n, back.m:get(1000, 200))
      last = math.max(last, back.n)
    end
    assert.is_true(last > 1, "no writing was ever interrupted")
  end)
end)
