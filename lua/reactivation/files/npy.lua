--- Arrays of NumPy: .npy files, and .npz archives of them. Pickled objects are never loaded.
-- @module reactivation.npy

local check = require "reactivation.check"
local check_options = require "reactivation.check.options"
local core = require "reactivation.core"

local BEGINNING = "\x93NUMPY"
local AT_ONCE = 100 -- elements unpacked by one call

-- How string.unpack calls the types.
local FORMATS = { f4 = "f", f8 = "d", i1 = "i1", i2 = "i2", i4 = "i4", i8 = "i8", u1 = "I1", u2 = "I2",
                  u4 = "I4", u8 = "i8", b1 = "I1" }

local known_options = {
  lists = { "boolean", false },
  rounded = { "boolean", false },
  batch_first = { "boolean", false },
}

-- What is wrong with a file; every other error means that it is damaged.
local function refuse(format, ...)
  error({ format:format(...) }, 0)
end

local function words_of(problem)
  if type(problem) == "table" then return problem[1] end
  for _, words in ipairs { "not enough memory", "interrupted!" } do
    if problem:find(words, 1, true) then error(problem, 0) end
  end
  return "damaged or cut short"
end

-- The header --------------------------------------------------------------------------------------

local function parse_shape(text)
  local shape = {}
  for side in text:gmatch("%d+") do shape[#shape + 1] = math.tointeger(side) end
  if #shape > 3 then refuse("an array of %d dimensions cannot be loaded", #shape) end
  return shape
end

-- What the bytes of a .npy file say of their array, and where its numbers begin.
local function parse_header(bytes)
  if bytes:sub(1, #BEGINNING) ~= BEGINNING then refuse "not a NumPy file" end
  local format = bytes:byte(7) == 1 and "<s2" or "<s4"
  local ok, header, first = pcall(string.unpack, format, bytes, 9)
  local order, kind, size = nil, nil, nil
  if ok then order, kind, size = header:match("'descr': *'([<>|=])(%a)(%d*)'") end
  local fortran = ok and header:match("'fortran_order': *(%a+)")
  local shape = ok and header:match("'shape': *%(([%d, L]*)%)")
  if not (ok and fortran and shape) then refuse "damaged or cut short" end
  if kind == "O" then refuse "an array of Python objects (a pickle) is not loaded" end
  return {
    letter = kind, size = math.tointeger(tonumber(size)), format = kind and FORMATS[kind .. size],
    big = order == ">", fortran = fortran == "True", shape = parse_shape(shape), first = first,
    type = header:match("'descr': *(.-), *'fortran_order'"),
  }
end

-- Elements ----------------------------------------------------------------------------------------

local function product(sides)
  local count = 1
  for _, side in ipairs(sides) do
    if side > 0 and count > math.maxinteger // side then refuse "damaged or cut short" end
    count = count * side
  end
  return count
end

-- A text of NumPy's: of four bytes a letter, or of one.
local function text_at(bytes, at, array)
  if array.letter == "S" then return (bytes:sub(at, at + array.size - 1):gsub("\0+$", "")) end
  local letters = {}
  for i = 1, array.size do
    local code = ((array.big and ">" or "<") .. "I4"):unpack(bytes, at + 4 * (i - 1))
    if code == 0 then break end
    letters[i] = utf8.char(code)
  end
  return table.concat(letters)
end

-- All elements in the order of the file.
local function read_elements(bytes, array, count)
  local list = {}
  if array.letter == "S" or array.letter == "U" then
    local size = array.letter == "U" and 4 * array.size or array.size
    for i = 1, count do list[i] = text_at(bytes, array.first + (i - 1) * size, array) end
    return list
  end
  local order, at = array.big and ">" or "<", array.first
  for i = 1, count, AT_ONCE do
    local some = math.min(AT_ONCE, count - i + 1)
    local part = table.pack((order .. array.format:rep(some)):unpack(bytes, at))
    table.move(part, 1, some, i, list)
    at = part[some + 1]
  end
  return list
end

local function check_element(value, array)
  if array.letter == "b" then return value ~= 0 end
  if array.letter == "u" and value < 0 then return value + 2.0 ^ 64 end -- beyond Lua's integers
  return value
end

-- The axes in the order of the result: for each its side and how far its neighbours are apart.
local function axes_of(array, batch_first)
  local axes, step, last = {}, 1, #array.shape
  for place = 1, last do
    local i = array.fortran and place or last + 1 - place
    axes[i] = { side = array.shape[i], step = step }
    step = step * array.shape[i]
  end
  if batch_first and #axes == 3 then axes[1], axes[2] = axes[2], axes[1] end
  return axes
end

-- Lists within lists.
local function nest(list, axes, array)
  local function walk(axis, at)
    if axis > #axes then return check_element(list[at], array) end
    local out = {}
    for i = 1, axes[axis].side do out[i] = walk(axis + 1, at + (i - 1) * axes[axis].step) end
    return out
  end
  return walk(1, 1)
end

-- The numbers of two axes or three, row by row.
local function flatten(list, axes, array)
  local out, rows, cols = {}, axes[#axes - 1], axes[#axes]
  local steps = #axes == 3 and axes[1] or { side = 1, step = 0 }
  for t = 0, steps.side - 1 do
    for i = 0, rows.side - 1 do
      local at = 1 + t * steps.step + i * rows.step
      for j = 0, cols.side - 1 do
        local value = check_element(list[at + j * cols.step], array)
        out[#out + 1] = value == true and 1 or value or 0
      end
    end
  end
  return out
end

-- Arrays ------------------------------------------------------------------------------------------

local function as_matrix(bytes, array, axes, o)
  local steps = #axes == 3 and axes[1].side or nil
  local rows, cols = (steps or 1) * axes[#axes - 1].side, axes[#axes].side
  local matrix
  if array.format == "f" and not (array.big or array.fortran or o.batch_first) then
    matrix = core.floats(bytes, array.first, rows, cols)
  else
    local list = flatten(read_elements(bytes, array, rows * cols), axes, array)
    local i, loss
    matrix, i, loss = core.single(list, rows, cols, o.rounded)
    if not matrix then
      refuse("%s%s; load it with lists = true (as lists of exact numbers) or with rounded = true",
             i and ("element %d: "):format(i) or "", loss)
    end
  end
  return steps and steps > 0 and matrix:as_sequence(steps) or matrix
end

local function parse_array(bytes, o)
  local array = parse_header(bytes)
  local is_text = (array.letter == "S" or array.letter == "U") and array.size
  if not (is_text or array.format) then
    refuse("an array of type %s cannot be loaded", array.type)
  end
  local size = array.size * (array.letter == "U" and 4 or 1)
  local count, held = product(array.shape), #bytes - array.first + 1
  if size > 0 and count > held // size then refuse "damaged or cut short" end
  if count * size < held then refuse "holds more than the array of its header" end
  local axes = axes_of(array, o.batch_first)
  if not is_text and #axes >= 2 and not o.lists then return as_matrix(bytes, array, axes, o) end
  return nest(read_elements(bytes, array, count), axes, array)
end

-- Archives ----------------------------------------------------------------------------------------

-- Sizes beyond 32 bits stand in a field of their own.
local function large_sizes(extra, size, packed, offset)
  local at = 1
  while at + 3 <= #extra do
    local id, length = ("<I2I2"):unpack(extra, at)
    if id == 1 then
      local from = at + 4
      local function wide(value)
        if value ~= 0xffffffff then return value end
        value, from = ("<i8"):unpack(extra, from)
        return value
      end
      size = wide(size)
      packed = wide(packed)
      offset = wide(offset)
    end
    at = at + 4 + length
  end
  return size, packed, offset
end

-- The member whose entry in the directory is at `at`: name, bytes, and where the next entry is.
local function read_entry(bytes, at)
  local mark, method, sum, packed, size, name_length, extra_length, comment_length, offset, start =
    ("<c4xxxxxxI2xxxxI4I4I4I2I2I2xxxxxxxxI4"):unpack(bytes, at)
  if mark ~= "PK\1\2" or method ~= 0 and method ~= 8 then refuse "damaged or cut short" end
  local name = bytes:sub(start, start + name_length - 1)
  local extra = bytes:sub(start + name_length, start + name_length + extra_length - 1)
  size, packed, offset = large_sizes(extra, size, packed, offset)
  -- the member's own header says once more how long its name is
  local name_there, extra_there, first = ("<I2I2"):unpack(bytes, offset + 27)
  local data = core.unpack(bytes, first + name_there + extra_there, packed, size, sum, method == 8)
  if not data then refuse("damaged or cut short (at '%s')", name) end
  return name, data, start + name_length + extra_length + comment_length
end

local function parse_archive(bytes, o)
  local at = bytes:match("^.*()PK\5\6")
  if not at then refuse "damaged or cut short" end
  local count, _, directory = ("<I2I4I4"):unpack(bytes, at + 10)
  local arrays, next_entry = {}, directory + 1
  for _ = 1, count do
    local name, data
    name, data, next_entry = read_entry(bytes, next_entry)
    name = name:gsub("%.npy$", "")
    local ok, array = pcall(parse_array, data, o)
    if not ok then refuse("%s (at '%s')", words_of(array), name) end
    arrays[name] = array
  end
  return arrays
end

--- Load an array of NumPy's, or an archive of arrays: one dimension is a list, two are a matrix, three a
-- sequence (steps, batch, features); numbers are exact or refused, as by `rx.load`.
-- @function rx.load_npy
-- @string path of a .npy or .npz file
-- @tab[opt] options `lists`, `rounded` and `batch_first`, as of `rx.load`
-- @return the array, or of an archive a table of arrays by name; or nil and a message
-- @usage
-- local header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n"
-- local file = io.open("rates.npy", "wb")
-- file:write("\x93NUMPY\1\0", ("<s2dd"):pack(header, 0.5, 2))
-- file:close()
-- local rates = assert(rx.load_npy("rates.npy")) -- { 0.5, 2.0 }
return function(path, options)
  check.argument("string", 1, "load_npy", path)
  local o = check_options(options, known_options)
  local file, problem = io.open(path, "rb")
  if not file then return nil, problem end
  local bytes, message = file:read("a")
  file:close()
  if not bytes then return nil, ("%s: %s"):format(path, message) end
  local parse = bytes:sub(1, 2) == "PK" and parse_archive or parse_array
  local ok, result = pcall(parse, bytes, o)
  if not ok then return nil, ("%s: %s"):format(path, words_of(result)) end
  return result
end
