--- Tables of text (CSV), as trackers, spreadsheets and data frames write them.
-- @module reactivation.csv

local check = require "reactivation.check"
local check_options = require "reactivation.check.options"
local core = require "reactivation.core"

local csv = {}

local NAN = -(0 / 0) -- which C prints without a sign
local SEPARATORS = { ",", ";", "\t" }
local GAPS = { [""] = true, nan = true, na = true, ["n/a"] = true, null = true, none = true }
local INFINITE = { inf = 1 / 0, ["-inf"] = -1 / 0, infinity = 1 / 0, ["-infinity"] = -1 / 0 }

local known_options = {
  separator = { SEPARATORS },
  skip = { "count", 0 },
  texts = { "list", {} },
  lists = { "boolean", false },
  rounded = { "boolean", false },
}

-- Words -------------------------------------------------------------------------------------------

local function trimmed(word)
  return word:match("^%s*(.-)%s*$")
end

-- The number that a word means; NaN for a gap, nil if it is none, or one that no double can hold.
local function number_of(word)
  local plain = trimmed(word):lower()
  if GAPS[plain] then return NAN end
  if INFINITE[plain] then return INFINITE[plain] end
  local number = not plain:find("x", 1, true) and tonumber(plain)
  return number and number - number == 0 and number or nil
end

-- A quoted word that begins at `i`, its quotes undone, and what follows it; nil if it does not end.
local function quoted(text, i)
  local parts, from = {}, i + 1
  while true do
    local quote = text:find('"', from, true)
    if not quote then return nil end
    parts[#parts + 1] = text:sub(from, quote - 1)
    if text:sub(quote + 1, quote + 1) ~= '"' then return table.concat(parts), quote + 1 end
    parts[#parts + 1], from = '"', quote + 2
  end
end

-- The words of a row that begins at `i`, and where the next begins. Quoted words may hold anything.
local function split_row(text, i, separator)
  local words, at = {}, i
  while true do
    if text:sub(at, at) == '"' then
      local word, after = quoted(text, at)
      if not word then error("a quote is not closed", 0) end
      words[#words + 1], at = word, after
    else
      local stop = text:find("[" .. separator .. "\r\n]", at) or #text + 1
      words[#words + 1], at = text:sub(at, stop - 1), stop
    end
    local next_one = text:sub(at, at)
    if next_one ~= separator then
      if next_one ~= "" and not next_one:find("[\r\n]") then error("text after a quoted word", 0) end
      return words, text:match("^\r?\n?()", at)
    end
    at = at + 1
  end
end

-- Rows --------------------------------------------------------------------------------------------

-- The separator that the first row has most of.
local function find_separator(text)
  local row = text:match("^[^\r\n]*"):gsub('"[^"]*"', "")
  local best, most = ",", 0
  for _, separator in ipairs(SEPARATORS) do
    local _, count = row:gsub(separator, "")
    if count > most then best, most = separator, count end
  end
  return best
end

-- The rows of a text, lists of as many words each.
local function read_rows(text, separator)
  local rows, at = {}, 1
  while at <= #text do
    local ok, words, after = pcall(split_row, text, at, separator)
    if not ok then error(("row %d: %s"):format(#rows + 1, words), 0) end
    local width = rows[1] and #rows[1] or #words
    if #words ~= width then
      error(("row %d: %d fields expected, as in the first, got %d"):format(#rows + 1, width, #words), 0)
    end
    rows[#rows + 1], at = words, after
  end
  return rows
end

-- Names of columns: those of the first row, unless it holds a number. A column without a name goes by its
-- place.
local function take_names(rows)
  local names, seen = {}, {}
  local is_header = false
  for j, word in ipairs(rows[1]) do
    local number = number_of(word)
    if number and number == number then is_header = false break end
    is_header = is_header or number == nil
    names[j] = trimmed(word) ~= "" and trimmed(word) or j
  end
  if not is_header then
    for j = 1, #rows[1] do names[j] = j end
    return names, 1
  end
  for _, name in ipairs(names) do
    if seen[name] then error(("two columns of the name '%s'"):format(name), 0) end
    seen[name] = true
  end
  return names, 2
end

-- Columns -----------------------------------------------------------------------------------------

-- The words of column j; their numbers, if all are numbers or gaps, and the place of the first that is not.
local function take_column(rows, first, j)
  local words, numbers, odd, numeric = {}, {}, nil, false
  for i = first, #rows do
    local word = rows[i][j]
    local number = number_of(word)
    words[#words + 1], numbers[#numbers + 1] = word, number or NAN
    odd = odd or not number and i
    numeric = numeric or number == number and number ~= nil
  end
  return words, numbers, odd, numeric
end

local function make_column(rows, first, j, name, o)
  local words, numbers, odd, numeric = take_column(rows, first, j)
  if o.texts[name] or odd and not numeric then return words end
  if odd then
    error(("row %d, column '%s': number expected, got '%s'; take the column as it is by texts = { '%s' }")
          :format(odd, name, rows[odd][j], name), 0)
  end
  if o.lists then return numbers end
  local column, i, loss = core.single(numbers, #numbers, 1, o.rounded)
  if column then return column end
  error(("%scolumn '%s': %s; load it with lists = true (as lists of exact numbers) or with rounded = true")
        :format(i and ("row %d, "):format(first + i - 1) or "", name, loss), 0)
end

local function parse(text, o)
  text = text:gsub("^\xEF\xBB\xBF", "")
  for _ = 1, o.skip do text = text:match("^[^\n]*\n(.*)$") or "" end
  local rows = read_rows(text, o.separator or find_separator(text))
  if #rows == 0 then error("holds no rows", 0) end
  local names, first = take_names(rows)
  local columns = {}
  for j, name in ipairs(names) do columns[name] = make_column(rows, first, j, name, o) end
  return columns, names
end

--- Load a table of text, such as a tracker's positions, by its columns.
--
-- A first row without numbers names the columns; without one they go by their places, 1, 2, ...
-- Columns of numbers become matrices of one column, in which gaps (nothing, NaN, NA, null) are NaN; others
-- become lists of strings. Words may stand in double quotes.
-- @function rx.load_csv
-- @string path
-- @tab[opt] options `separator`, ",", ";" or a tab (found in the first row); `skip`, lines before the table
--   (0); `texts`, a list of names of columns to be taken as they are; `lists`: numbers as lists of exact
--   numbers, not matrices (false); `rounded`: matrices may lose digits, which else is refused (false)
-- @return columns by name, and the list of the names in order; or nil and a message
-- @usage
-- assert(rx.save_csv("track.csv", { t = { 0.1, 0.2 }, x = rx.matrix { { 0.5 }, { 0 / 0 } } }, { "t", "x" }))
-- local track, names = assert(rx.load_csv("track.csv"))
-- local points = rx.join { track.t, track.x } -- 2 x 2
function csv.load(path, options)
  check.argument("string", 1, "load_csv", path)
  local o = check_options(options, known_options)
  local texts = {}
  for _, name in ipairs(o.texts) do texts[name] = true end
  o.texts = texts
  local file, problem = io.open(path, "rb")
  if not file then return nil, problem end
  local text, message = file:read("a")
  file:close()
  if not text then return nil, ("%s: %s"):format(path, message) end
  local ok, columns, names = pcall(parse, text, o)
  if not ok then return nil, ("%s: %s"):format(path, columns) end
  return columns, names
end

-- Writing -----------------------------------------------------------------------------------------

-- The shortest text that gives a number of single precision back.
local function single_text(x)
  for digits = 6, 9 do
    local text = ("%%.%dg"):format(digits):format(x)
    if ("f"):unpack(("f"):pack(tonumber(text))) == x then return core.number_text(tonumber(text)) end
  end
end

local function field_text(value, single)
  if type(value) == "number" then
    if value ~= value then return "NaN" end
    if value - value ~= 0 then return value > 0 and "inf" or "-inf" end
    local text = math.type(value) == "integer" and ("%d"):format(value)
      or single and single_text(value) or core.number_text(value)
    return (text:gsub("%.0$", ""))
  end
  if value:find('[",;\t\r\n]') or value ~= trimmed(value) or number_of(value) then
    return '"' .. value:gsub('"', '""') .. '"'
  end
  return value
end

-- The texts of a column: of a matrix with one column, or of a list of numbers and strings.
local function column_texts(column, name)
  local texts, single = {}, check.is_matrix(column)
  if single and column.cols ~= 1 or not single and core.list_problem(column) then
    check.complain("bad column '%s' (matrix of one column or list expected, got %s)", name,
                   check.describe(column))
  end
  for i, value in ipairs(single and column:t():totable()[1] or column) do
    if type(value) ~= "number" and type(value) ~= "string" then
      check.complain("bad column '%s' (numbers and strings expected, got %s at %d)", name,
                     check.describe(value), i)
    end
    texts[i] = field_text(value, single)
  end
  return texts
end

-- A matrix's columns by name, or by place.
local function columns_of(matrix, names)
  local columns = {}
  for j = 1, matrix.cols do columns[names and names[j] or j] = matrix:column(j) end
  return columns
end

local function sorted_names(columns)
  local names = {}
  for name in pairs(columns) do names[#names + 1] = name end
  table.sort(names, function(a, b) return tostring(a) < tostring(b) end)
  return names
end

local function header_of(names)
  local words, named = {}, false
  for j, name in ipairs(names) do
    named = named or type(name) == "string"
    words[j] = type(name) == "string" and field_text(name) or ""
  end
  return named and table.concat(words, ",") .. "\n" or ""
end

local function body_of(columns, names)
  local texts, lines = {}, {}
  for j, name in ipairs(names) do
    texts[j] = column_texts(columns[name], name)
    if #texts[j] ~= #texts[1] then
      check.complain("bad column '%s' (%d values expected, as in '%s', got %d)", name, #texts[1], names[1],
                     #texts[j])
    end
  end
  for i = 1, texts[1] and #texts[1] or 0 do
    local words = {}
    for j = 1, #names do words[j] = texts[j][i] end
    lines[i] = table.concat(words, ",") .. "\n"
  end
  return table.concat(lines)
end

local function check_names(columns, names, wanted)
  check.list(columns and "any" or "string", 3, "save_csv", names)
  if wanted and #names ~= wanted then
    check.complain("bad argument #3 to 'save_csv' (%d names expected, got %d)", wanted, #names)
  end
  local met = {}
  for _, name in ipairs(names) do
    if met[name] then
      check.complain("bad argument #3 to 'save_csv' (every name once expected, got %s twice)",
                     check.describe(name))
    elseif name == name then
      met[name] = true
    end
    if columns and not columns[name] then
      check.complain("bad argument #3 to 'save_csv' (no column %s)", check.describe(name))
    end
  end
end

--- Save columns, or a matrix, as a table of text that spreadsheets and data frames read. Numbers are written
-- to the last digit.
-- @function rx.save_csv
-- @string path
-- @tparam table|matrix columns by name, each a matrix of one column or a list of numbers and strings; or a
--   matrix
-- @tab[opt] names in order: of the table's columns, by default sorted; or of the matrix's, by default none
-- @return true; or nil and a message
-- @usage rx.save_csv("points.csv", rx.matrix { { 0.5, 1 }, { 2, 3 } }, { "x", "y" })
function csv.save(path, columns, names)
  check.argument("string", 1, "save_csv", path)
  local is_matrix = check.is_matrix(columns)
  check.that(is_matrix or type(columns) == "table", 2, "save_csv", "matrix or table of columns", columns)
  if names ~= nil then check_names(not is_matrix and columns, names, is_matrix and columns.cols) end
  if is_matrix then columns = columns_of(columns, names) end
  names = names or sorted_names(columns)
  return core.write_whole(path, header_of(names) .. body_of(columns, names))
end

return csv
