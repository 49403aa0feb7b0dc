--- Figures: a gnuplot script and its data become a picture.
-- Beside the picture lie its data and a script that is complete on its own, so that
-- `gnuplot fig.gp` in that folder draws it again after a change by hand.
-- @module reactivation.figure

local check = require "reactivation.check"
local core = require "reactivation.core"
local kinds = require "reactivation.figures.kinds"
local lfs = require "lfs"
local make_folder = require "reactivation.files.make_folder"

local complain = check.complain

local ENDINGS = { svg = true, pdf = true, png = true }
local PAGE_OPTIONS = { columns = "integer", width = "number", height = "number", font_size = "number",
                       letters = "string" }
local COLUMN_CM, PANEL_ASPECT = 8.6, 0.82
local TWO_COLUMNS_CM = 17.8
local LETTERS = "abcdefghijklmnopqrstuvwxyz"
local MOST_PANELS = #LETTERS

local function keys(t)
  local list = {}
  for key in pairs(t) do list[#list + 1] = key end
  table.sort(list, function(a, b) return tostring(a) < tostring(b) end)
  return list
end

-- Scripts --------------------------------------------------------------------------------------

-- The text of a script; nil and a message if it is the user's own and cannot be read.
local function read_script(script)
  if type(script) ~= "string" then
    complain("bad argument #1 to 'figure' (script's name or list of panels expected, got %s)", type(script))
  end
  if script:find("%.gp$") then return kinds.read_file(script) end
  local text = kinds.script(script)
  if not text then
    complain("bad argument #1 to 'figure' (unknown script '%s'; known: %s)", script,
             table.concat(kinds.names(), ", "))
  end
  return text
end

-- Data as gnuplot reads it ---------------------------------------------------------------------

-- Single quotes: gnuplot then runs no backquotes and knows no escape. Those of the text go into double
-- quotes, since gnuplot 5.4 misreads several that are doubled side by side.
local function quote(text)
  local parts = {}
  for plain, quotes in text:gmatch("([^']*)('*)") do
    if plain ~= "" then parts[#parts + 1] = "'" .. plain .. "'" end
    if quotes ~= "" then parts[#parts + 1] = '"' .. quotes .. '"' end
  end
  return #parts > 0 and table.concat(parts, " . ") or "''"
end

-- Numbers with a point, though the locale may want a comma.
local function pointed(numbers)
  local point = ("%.1f"):format(0.5):match("^0(.-)5$")
  return point == "." and numbers or (numbers:gsub(point:gsub("%p", "%%%0"), "."))
end

local function is_text(value)
  return type(value) == "string" and not value:find("%c") and utf8.len(value) ~= nil
end

local function number_text(x)
  if x ~= x then return "NaN" end
  -- a point keeps gnuplot from dividing as integers do
  return math.type(x) == "integer" and ("%d"):format(x) or (core.number_text(x):gsub("^(-?%d+)$", "%1.0"))
end

local function is_matrix(value)
  local kind = type(value)
  if kind ~= "userdata" and kind ~= "table" then return false end
  local ok, is = pcall(function() return value.rows and value.cols and value.totable end)
  return ok and is ~= nil
end

local function is_list_of(value, kind)
  return type(value) == "table" and #value > 0 and not check.list_problem(value, kind)
end

local function block(name, rows)
  local lines = { "# " .. name }
  for _, row in ipairs(rows) do
    local words = {}
    for j, x in ipairs(row) do words[j] = x ~= x and "NaN" or ("%.6g"):format(x) end
    lines[#lines + 1] = table.concat(words, " ")
  end
  return lines[1] .. "\n" .. pointed(table.concat(lines, "\n", 2)) .. "\n"
end

-- Lines that make a gnuplot array of a list of strings; nil if one is no text.
local function array(name, list)
  local lines = { ("array %s[%d]\n"):format(name, #list) }
  for i, text in ipairs(list) do
    if not is_text(text) then return nil end
    lines[i + 1] = ("%s[%d] = %s\n"):format(name, i, quote(text))
  end
  return table.concat(lines)
end

-- What a value becomes: lines for the script, and for a matrix or list of numbers a block of data.
local function encode(name, value, prefix)
  local rows, columns
  if is_matrix(value) then
    rows, columns = value:totable(), value.cols
  elseif is_list_of(value, "real") then
    rows, columns = {}, 1
    for i, x in ipairs(value) do rows[i] = { x } end
  end
  if rows then
    local where = prefix .. name
    local lines = "%s = %s\n%s_rows = %d\n%s_columns = %d\n"
    return lines:format(name, quote(where), name, #rows, name, columns), block(where, rows)
  end

  if type(value) == "boolean" then return ("%s = %d\n"):format(name, value and 1 or 0) end
  if type(value) == "number" and math.abs(value) ~= math.huge then
    return ("%s = %s\n"):format(name, number_text(value))
  end
  if is_text(value) then return ("%s = %s\n"):format(name, quote(value)) end
  if is_list_of(value, "string") then return array(name, value) end
  return nil
end

local function describe(value)
  if type(value) == "string" then return "a string with control characters or no UTF-8" end
  if type(value) == "number" then return tostring(value) end
  if type(value) == "table" then return next(value) == nil and "an empty table" or "another table" end
  return type(value)
end

-- Names that the generated script, gnuplot and style.gp keep for themselves.
local function is_reserved(name)
  return name == "out" or name == "data" or name == "pi" or name == "NaN"
    or name:find("^panel") or name:find("^GP") or name:find("^ARG") or name:find("^STATS_")
end

-- What a script of plots/ does not take would not be drawn. A script of the user's own may read what it
-- likes.
local function check_used(data, script, text, of_panel)
  if script:find("%.gp$") then return end
  local fields = kinds.fields(text)
  for _, name in ipairs(keys(data)) do
    if not fields[name] then
      complain("unknown data '%s'%s: %s.gp does not use it, but %s", tostring(name), of_panel, script,
               table.concat(fields, ", "))
    end
  end
end

-- Script lines and data blocks of a table of data. Blocks go by name, so that gnuplot, which takes
-- the first block whose name begins as asked, finds 'rate' before 'rates'.
local function encode_data(data, prefix, of_panel)
  local lines, blocks = {}, {}
  for _, name in ipairs(keys(data)) do
    local free = type(name) == "string" and name:find("^%a[%w_]*$") and not is_reserved(name)
    if not free or kinds.is_taken(name) then
      complain("bad data '%s'%s (not a free name: letters, digits and _ expected)", tostring(name), of_panel)
    end
    local line, numbers = encode(name, data[name], prefix)
    if not line then
      complain("bad data '%s'%s (matrix, number, string, boolean or list of numbers or of strings "
        .. "expected, got %s)", name, of_panel, describe(data[name]))
    end
    lines[#lines + 1], blocks[#blocks + 1] = line, numbers
  end
  return table.concat(lines), blocks
end

-- The script: style and drawing, once or for each panel ------------------------------------------

local function preamble(names)
  return ("out = %s\ndata = %s\n"):format(quote(names.out), quote(names.data))
end

-- A name that gnuplot can take neither for an option nor for a pipe.
local function plain(name)
  return name:find("^%w") and name or "./" .. name
end

local function compose_one(script, data, names, style)
  if type(data) ~= "table" then
    complain("bad argument #2 to 'figure' (table of data expected, got %s)", type(data))
  end
  local text, message = read_script(script)
  if not text then return nil, message end
  local lines, blocks = encode_data(data, "", "")
  check_used(data, script, text, "")
  return table.concat { preamble(names), lines, "\n", style, "\n", text, "\n" }, blocks
end

-- Forget every variable and setting of the panel before (gnuplot keeps its own and pi).
local function fresh_panel()
  local names = {}
  for c = ("a"):byte(), ("z"):byte() do
    names[#names + 1] = ("%c* %c*"):format(c, c - 32)
  end
  return "undefine " .. table.concat(names, " ") .. "\nreset\n"
end

local function check_page_option(key, value, kind, panels)
  if kind == "string" then
    if type(value) ~= "string" or not value:find("^[%l ]+$") or #value ~= panels then
      complain("bad option '%s' of panels (string of %d small letters or spaces expected)", key, panels)
    end
    return
  end
  local right = kind == "integer" and math.type(value) or type(value)
  if right ~= kind or not (value > 0 and value < math.huge) then
    complain("bad option '%s' of panels (%s above 0 expected)", key, kind)
  end
end

local function page_options(panels)
  local page = {}
  for key, value in pairs(panels) do
    local kind = PAGE_OPTIONS[key]
    if not kind and not (math.type(key) == "integer" and key >= 1 and key <= #panels) then
      local known = table.concat(keys(PAGE_OPTIONS), ", ")
      complain("unknown option '%s' of panels (known: %s)", tostring(key), known)
    elseif kind then
      check_page_option(key, value, kind, #panels)
      page[key] = value
    end
  end
  page.letters = page.letters or LETTERS
  page.columns = page.columns or math.min(#panels, 2)
  page.width = page.width or (page.columns == 1 and COLUMN_CM or TWO_COLUMNS_CM)
  page.rows = -(-#panels // page.columns)
  page.height = page.height or page.rows * PANEL_ASPECT * page.width / page.columns
  return page
end

local function placement(i, page)
  local row, column = (i - 1) // page.columns, (i - 1) % page.columns
  local size = ("width = %.14g\nheight = %.14g\n"):format(page.width, page.height)
  if page.font_size then size = size .. ("font_size = %.14g\n"):format(page.font_size) end
  size = size .. ("panel_x = %.6f\npanel_y = %.6f\n"):format(column / page.columns, 1 - (row + 1) / page.rows)
    .. ("panel_width = %.6f\npanel_height = %.6f\n"):format(1 / page.columns, 1 / page.rows)
  return pointed(size) .. ("panel = %d\npanel_letter = '%s'\n"):format(i, page.letters:sub(i, i))
end

-- What is set for the whole picture is not a panel's to change.
local function check_panel(panel, letter)
  if core.list_problem(panel) or #panel ~= 2 or type(panel[2]) ~= "table" then
    complain("bad panel %s (a list of script and table of data expected)", letter)
  end
  for _, name in ipairs { "width", "height", "font_size" } do
    if panel[2][name] ~= nil then
      complain("bad data '%s' of panel %s (it is the whole picture's, an option beside the panels)", name,
               letter)
    end
  end
end

-- The script of panel i and its blocks of data; or nil and a message.
local function compose_panel(panel, i, page, names, style)
  local letter = LETTERS:sub(i, i)
  check_panel(panel, letter)
  local text, message = read_script(panel[1])
  if not text then return nil, message end
  local lines, blocks = encode_data(panel[2], letter .. "_", " of panel " .. letter)
  check_used(panel[2], panel[1], text, " of panel " .. letter)
  return table.concat {
    "\n# ---- panel ", letter, "\n", fresh_panel(), preamble(names), lines, placement(i, page),
    "\n", style, "\n", i == 1 and "set multiplot\n" or "", text, "\n",
  }, blocks
end

-- A place that is left free; the first panel sets up the page.
local function is_free(panel, i)
  return i > 1 and type(panel) == "table" and next(panel) == nil
end

local function compose_panels(panels, names, style)
  if #panels == 0 or #panels > MOST_PANELS then
    complain("bad argument #1 to 'figure' (list of 1 to %d panels expected)", MOST_PANELS)
  end
  local page = page_options(panels)
  local texts, blocks = {}, {}
  for i = 1, #panels do
    if not is_free(panels[i], i) then
      local text, of_panel = compose_panel(panels[i], i, page, names, style)
      if not text then return nil, of_panel end
      texts[#texts + 1] = text
      table.move(of_panel, 1, #of_panel, #blocks + 1, blocks)
    end
  end
  return table.concat(texts) .. "unset multiplot\n", blocks
end

-- Files ----------------------------------------------------------------------------------------

-- Folder and names of the three files.
local function split_path(path)
  if type(path) ~= "string" then
    complain("bad argument #3 to 'figure' (path of the picture expected, got %s)", type(path))
  end
  local folder, stem, ending = path:match("^(.-)([^/]+)%.(%w+)$")
  if not stem or not ENDINGS[ending] or not is_text(path) then
    complain("bad argument #3 to 'figure' (path ending in .svg, .pdf or .png expected, got '%s')", path)
  end
  return {
    folder = folder == "" and "./" or folder,
    out = plain(stem .. "." .. ending), data = plain(stem .. ".dat"), script = plain(stem .. ".gp"),
  }
end

-- A new folder inside another, so that what is made there can be renamed into it.
local function make_workplace(folder)
  local message
  for i = 1, 100 do
    local place = ("%s.figure-%d/"):format(folder, i)
    local ok
    ok, message = lfs.mkdir(place)
    if ok then return place end
  end
  return nil, folder .. ": " .. message
end

-- With all that a script of the user's own may have written there.
local function remove_workplace(place)
  for name in lfs.dir(place) do
    if name ~= "." and name ~= ".." then os.remove(place .. name) end
  end
  lfs.rmdir(place)
end

-- What gnuplot said, in one line and without the warnings' empty ones.
local function tidy(message)
  return (message:gsub("%s*\n%s*", "\n"):gsub("^(.-: )%s+", "%1"):gsub("%s+$", ""))
end

-- What a script finds wrong with its data is the caller's mistake; nil if something else failed.
local function mistake_in(failure)
  local words = failure:match("[^\n]*$"):gsub("^gnuplot: ", "")
  return (words:find "^bad data '" or words:find "among the data$") and words or nil
end

local function draw(place, names, script, numbers)
  local ok, message = core.write_whole(place .. names.data, numbers)
  if ok then ok, message = core.write_whole(place .. names.script, script) end
  if not ok then return nil, message end
  local drawn, complaint = core.run { "gnuplot", names.script, directory = place }
  -- data and script go in place even when drawing failed, for a look at the line it names
  for _, name in ipairs { names.data, names.script, drawn and names.out } do
    local bytes
    bytes, message = kinds.read_file(place .. name)
    if not bytes then return nil, message end
    ok, message = core.write_whole(names.folder .. name, bytes)
    if not ok then return nil, message end
  end
  if not drawn then return nil, tidy(complaint) end
  return true
end

local function compose(script, data, path)
  local names = split_path(path)
  local style = kinds.style()
  local text, blocks
  if type(script) == "table" then
    text, blocks = compose_panels(script, names, style)
  else
    text, blocks = compose_one(script, data, names, style)
  end
  if not text then return nil, blocks end
  local header = "# Made by rxlua. `gnuplot %s` in this folder draws %s again.\n"
  return {
    names = names, numbers = table.concat(blocks, "\n\n"),
    script = header:format(names.script, names.out) .. text,
  }
end

--- Draw a picture with a script of plots/, or several as panels of one picture.
--
-- In the script `data` names the file of numbers, and each field of the data is a variable: a
-- number, a string or a boolean (1 or 0) is itself; a list of strings is an array; a matrix or a
-- list of numbers (one column) is the name of its block, drawn by `plot data index points using
-- 1:2`, beside `points_rows` and `points_columns`. Texts may use gnuplot's enhanced markup (x^2,
-- {/:Italic x}). Each script in plots/ (arrows, box, curve, density, eigenvalues, heat_map, histogram,
-- matrix, polar_histogram, polar_trajectories, scatter, trajectories) begins with the data it takes, and
-- takes no others; the topic "kinds of picture" of this reference lists them all.
--
-- Panels are lettered a, b, c, ... in bold, or as `letters` says. Missing folders are made. A program
-- or file that fails leaves the former picture as it was.
-- @function rx.figure
-- @tparam string|table script name of a script in plots/, or path of your own, ending in .gp; or a
-- list of panels, each `{ script, data }`, or `{}` for a place that stays free, with optional
-- `columns`, `width`, `height` (of the whole picture, cm), `font_size` (points), `letters` (a string
-- with one for each panel, or a space)
-- @tparam[opt] table data name -> matrix, number, string, boolean, list of numbers or of strings;
-- left out with panels
-- @string path of the picture, ending in .svg, .pdf or .png; .dat and .gp are written beside it
-- @return true; or nil and a message when gnuplot or the disk fails
-- @usage rx.figure("scatter", { points = points, cyclic = true, title = "awake" }, "results/ring.svg")
-- @usage rx.figure({
--   { "polar_histogram", { counts = awake_counts } },
--   { "polar_histogram", { counts = asleep_counts, colour = "#ee3233" } },
--   columns = 2,
-- }, "results/fig3.pdf")
local function figure(script, data, path)
  if type(script) == "table" and path == nil then data, path = nil, data end
  local drawing, message = compose(script, data, path)
  if not drawing then return nil, message end

  local names = drawing.names
  local ready, place
  ready, message = make_folder(names.folder)
  if ready then place, message = make_workplace(names.folder) end
  if not place then return nil, message end
  local returned, drawn, failure = pcall(draw, place, names, drawing.script, drawing.numbers)
  remove_workplace(place)
  if not returned then error(drawn, 0) end
  if drawn then return true end
  local mistake = mistake_in(failure)
  if mistake then complain("%s", mistake) end
  return nil, failure
end

return figure
