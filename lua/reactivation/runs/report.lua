--- What an experiment found: a table for people and numbers.json for programs.
-- @module reactivation.report

local check = require "reactivation.check"
local mean_sd = require("reactivation.analysis.seeds").mean_sd
local shown = require("reactivation.runs.numbers").shown

-- Of a text that is no UTF-8, its bytes.
local function letters(word)
  return utf8.len(word) or #word
end

-- Print lists of words in columns, a first line of titles among them.
local function print_table(lines)
  local widths = {}
  for _, words in ipairs(lines) do
    for c, word in ipairs(words) do widths[c] = math.max(widths[c] or 0, letters(word)) end
  end
  for _, words in ipairs(lines) do
    local text = ""
    for c, word in ipairs(words) do text = text .. "  " .. word .. (" "):rep(widths[c] - letters(word)) end
    print((text:gsub("%s+$", "")))
  end
end

-- One list of numbers, or one for each column.
local function check_values(values, columns, row, label)
  local lists = columns and values or { values }
  local problem = check.list_problem(lists, "list")
    or columns and #lists ~= #columns
    and ("%d lists expected, one for each column, got %d"):format(#columns, #lists)
  for _, list in ipairs(problem and {} or lists) do
    problem = problem or check.list_problem(list, "real")
      or #list == 0 and "at least one number expected, got none"
  end
  if problem then check.complain("bad argument #3 to 'report' (row %d, '%s': %s)", row, label, problem) end
end

local function check_rows(rows, columns)
  check.list("table", 3, "report", rows)
  if columns ~= nil then check.list("string", 4, "report", columns) end
  for i, row in ipairs(rows) do
    check.that(type(row[1]) == "string", 3, "report", ("label at the beginning of row %d"):format(i), row[1])
    check.that(row[3] == nil or type(row[3]) == "string", 3, "report",
               ("unit, a string, in row %d"):format(i), row[3])
    check_values(row[2], columns, i, row[1])
  end
end

--- Print and store numbers, each measured on one network or on several.
-- @function rx.report
-- @param out folder of `rx.folder`; its numbers.json lists `label`, `mean`, `sd`, `unit` and `values`,
--   and the `column` where there are several
-- @string title
-- @tab rows in order, each { label, values [, unit] [, published =] }: values a list with a number for each
--   network, `published` what others found, a text that is stored beside ours
-- @tab[opt] columns titles of several columns, for rows whose values are a list of such lists, one for
--   each column
-- @usage rx.report(rx.folder("results"), "my experiment", { { "error", { 0.11, 0.13 }, "m" } })
-- @usage rx.report(rx.folder("results"), "day and night", {
--   { "error", { { 0.11, 0.13 }, { 0.3, 0.2 } }, "m" },
-- }, { "day", "night" })
return function(out, title, rows, columns)
  check.that(check.can(out, "write") and check.can(out, "path"), 1, "report", "folder of rx.folder", out)
  check.argument("string", 2, "report", title)
  check_rows(rows, columns)
  local numbers, lines = {}, { columns and { "", table.unpack(columns) } }
  for _, row in ipairs(rows) do
    local label, unit = row[1], row[3] or ""
    local line = { label }
    for c, values in ipairs(columns and row[2] or { row[2] }) do
      local mean, sd = mean_sd(values)
      numbers[#numbers + 1] = {
        label = label, column = columns and columns[c], mean = mean, sd = sd, values = values, unit = unit,
        published = row.published,
      }
      line[#line + 1] = shown(values, unit)
    end
    lines[#lines + 1] = line
  end
  print(title)
  print_table(lines)
  out:write("numbers.json", numbers)
end
