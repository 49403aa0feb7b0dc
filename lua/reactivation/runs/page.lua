--- One page of figures and numbers: a single HTML file that opens from disk.
-- @module reactivation.page

local check = require "reactivation.check"
local check_options = require "reactivation.check.options"
local core = require "reactivation.core"

local DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local STYLE = [[
body { font: 15px/1.5 sans-serif; color: #262626; max-width: 60em; margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.6em; }
h2 { font-size: 1.2em; margin-top: 2.5em; border-top: 1px solid #d0d0d0; padding-top: 1em; }
figure { margin: 1em 0; }
img { display: block; width: 100%; }
figcaption { margin-top: 0.8em; }
nav ul { list-style: none; padding: 0; columns: 20em; }
a { color: #1f7a8c; }
pre { background: #f4f4f4; padding: 0.6em 0.8em; white-space: pre-wrap; }
table { border-collapse: collapse; margin: 1em 0; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.2em 1em 0.2em 0; }
tr { border-bottom: 1px solid #e4e4e4; }
td.number { font-variant-numeric: tabular-nums; }
@media print {
  body { font-size: 10pt; max-width: none; margin: 0; padding: 0; }
  h2 { break-after: avoid; }
  img { max-height: 20cm; object-fit: contain; }
  figure, tr, pre { break-inside: avoid; }
  a { color: inherit; text-decoration: none; }
}
]]

local function base64(bytes)
  return (bytes:gsub("..?.?", function(three)
    local a, b, c = three:byte(1, 3)
    local word = a << 16 | (b or 0) << 8 | (c or 0)
    local text = ""
    for shift = 18, 0, -6 do
      local digit = (word >> shift & 63) + 1
      text = text .. DIGITS:sub(digit, digit)
    end
    return text:sub(1, #three + 1) .. ("="):rep(3 - #three)
  end))
end

local ESCAPES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }

local function escape(text)
  return (tostring(text):gsub('[&<>"]', ESCAPES))
end

-- A text in paragraphs, between which an empty line stands; what is an address becomes a link.
local function paragraphs(text)
  local parts = {}
  for paragraph in (text .. "\n\n"):gmatch("(.-)\n\n+") do
    parts[#parts + 1] = ("<p>%s</p>\n"):format(
      (escape(paragraph):gsub("https?://[%w%-%./_]*[%w/]", '<a href="%0">%0</a>')))
  end
  return table.concat(parts)
end

local function picture(path, title)
  local file, message = io.open(path, "rb")
  if not file then return nil, message end
  local bytes = file:read("a")
  file:close()
  local kind = path:match("%.svg$") and "svg+xml" or "png"
  return ('<img alt="%s" src="data:image/%s;base64,%s">\n'):format(escape(title), kind, base64(bytes))
end

-- The pictures of a section, with its caption.
local function figure_of(section)
  local parts = {}
  for _, path in ipairs(section.pictures or {}) do
    local html, message = picture(path, section.title)
    if not html then return nil, message end
    parts[#parts + 1] = html
  end
  if section.caption then
    parts[#parts + 1] = ("<figcaption>%s</figcaption>\n"):format(escape(section.caption))
  end
  return #parts > 0 and "<figure>\n" .. table.concat(parts) .. "</figure>\n" or ""
end

local function table_of(head, rows)
  local lines = { "<table>\n<tr>" }
  for _, word in ipairs(head) do lines[#lines + 1] = ("<th>%s</th>"):format(escape(word)) end
  lines[#lines + 1] = "</tr>\n"
  for _, row in ipairs(rows) do
    lines[#lines + 1] = "<tr>"
    for i, word in ipairs(row) do
      lines[#lines + 1] = ('<td%s>%s</td>'):format(i > 1 and ' class="number"' or "", escape(word))
    end
    lines[#lines + 1] = "</tr>\n"
  end
  lines[#lines + 1] = "</table>\n"
  return table.concat(lines)
end

local CONTENT = { title = { "string", required = true }, text = { "string" }, command = { "string" },
                  head = { "list" } }
local SECTION = { title = { "string", required = true }, pictures = { "list" }, caption = { "string" },
                  command = { "string" }, text = { "string" }, rows = { "list" }, head = { "list" } }

-- The fields of a table beside the list that it also is.
local function fields_of(values)
  local fields, list = {}, {}
  for name, value in pairs(values) do
    if math.type(name) == "integer" then list[name] = value else fields[name] = value end
  end
  return fields, list
end

local function check_content(content)
  check.argument("table", 2, "page", content)
  local fields, sections = fields_of(content)
  check_options(fields, CONTENT)
  local problem = check.list_problem(sections, "table")
  if problem then check.complain("bad argument #2 to 'page' (sections: %s)", problem) end
  for i, section in ipairs(sections) do
    check_options(section, SECTION)
    for r, row in ipairs(section.rows or {}) do
      problem = check.list_problem(row)
      if problem then check.complain("bad argument #2 to 'page' (section %d, row %d: %s)", i, r, problem) end
    end
    check.that(not section.rows or section.head or content.head, 2, "page",
               ("'head', for the rows of section %d,"):format(i), nil)
  end
end

local function command_of(part)
  return part.command and ("<pre>%s</pre>\n"):format(escape(part.command)) or ""
end

-- The parts of a page, one after the other; or nil and a message.
local function section_of(section, number, head)
  local figure, message = figure_of(section)
  if not figure then return nil, message end
  return table.concat {
    ('<section id="section%d">\n<h2>%s</h2>\n'):format(number, escape(section.title)), figure,
    section.text and paragraphs(section.text) or "", command_of(section),
    section.rows and table_of(section.head or head, section.rows) or "", "</section>\n",
  }
end

local function contents_of(sections)
  local lines = { '<nav aria-label="Contents">\n<ul>\n' }
  for i, section in ipairs(sections) do
    lines[i + 1] = ('<li><a href="#section%d">%s</a></li>\n'):format(i, escape(section.title))
  end
  lines[#lines + 1] = "</ul>\n</nav>\n"
  return #sections > 1 and table.concat(lines) or ""
end

--- Write a page, which begins with a list of its contents and can be printed.
-- @function rx.page
-- @string path of the file, ending in .html
-- @tab content `title`; `text`, in which an empty line begins a paragraph and addresses become links;
--   `command`, what made it; `head`, the titles of the tables' columns; and a list of sections, each with
--   `title`, `pictures` (paths of SVG or PNG files, which become part of the page), `caption`, `text`,
--   `command`, `rows`, lists of words, and `head`, where its table has other titles
-- @return true; or nil and a message
-- @usage rx.page("results.html", { title = "Mine", head = { "what", "value" },
--                          { title = "Learning", rows = { { "error", "0.1 rad" } } } })
return function(path, content)
  check.argument("string", 1, "page", path)
  check_content(content)
  local parts = {
    '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
    '<meta name="viewport" content="width=device-width">\n',
    ("<title>%s</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>%s</h1>\n"):format(
      escape(content.title), STYLE, escape(content.title)),
    content.text and paragraphs(content.text) or "", command_of(content), contents_of(content),
  }
  for i, section in ipairs(content) do
    local html, message = section_of(section, i, content.head)
    if not html then return nil, message end
    parts[#parts + 1] = html
  end
  parts[#parts + 1] = "</body>\n</html>\n"
  return core.write_whole(path, table.concat(parts))
end
