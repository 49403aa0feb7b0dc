-- NumPy's .npy files of float32, which hand numbers to Python and back to the last bit.

local rx = require "reactivation"

local npy = {}

local BEFORE_SHAPE = "{'descr': '<f4', 'fortran_order': False, 'shape': "

function npy.write(path, matrix)
  local header = BEFORE_SHAPE .. ("(%d, %d), }"):format(matrix.rows, matrix.cols)
  local padding = (" "):rep(-(#header + 11) % 64) -- numbers begin at a multiple of 64
  local file = assert(io.open(path, "wb"))
  file:write("\x93NUMPY\1\0", ("<s2"):pack(header .. padding .. "\n"))
  local row_format = "<" .. ("f"):rep(matrix.cols)
  for i = 1, matrix.rows do -- by rows, since a table takes four times a matrix's memory
    file:write(row_format:pack(table.unpack(matrix:row(i):totable()[1])))
  end
  assert(file:close())
end

-- A matrix; a vector becomes a column.
function npy.read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("a")
  file:close()
  local header, at = ("<s2"):unpack(text, 9)
  local rows, cols = header:match("'shape': %((%d+), ?(%d*)%)")
  assert(header:find("'<f4'", 1, true) and rows, path .. ": table of float32 expected, got " .. header)
  local row_format, list = "<" .. ("f"):rep(tonumber(cols) or 1), {}
  for i = 1, tonumber(rows) do
    list[i] = { row_format:unpack(text, at) }
    at = table.remove(list[i])
  end
  return rx.matrix(list)
end

return npy
