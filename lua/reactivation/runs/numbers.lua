-- The numbers of reports, as people read them.

local json = require "reactivation.files.json"
local mean_sd = require("reactivation.analysis.seeds").mean_sd

local numbers = {}

-- One quantity, measured on one network or on several.
function numbers.shown(values, unit)
  local mean, sd = mean_sd(values)
  local text = #values > 1 and ("%.3g +- %.2g"):format(mean, sd) or ("%.3g"):format(mean)
  return ((text .. " " .. unit):gsub("%s+$", ""))
end

-- The same with the signs that pages have and terminals may not.
function numbers.for_people(values, unit)
  return (numbers.shown(values, unit):gsub("%+%-", "±"):gsub("%^2", "²"))
end

-- The numbers of one report, with the values of all folders, that differ in their seed alone.
function numbers.gather(folders)
  local list = {}
  for f, folder in ipairs(folders) do
    local read, problem = json.read(folder .. "/numbers.json")
    if not read then error(problem, 0) end
    for i, number in ipairs(read) do
      local values = f > 1 and list[i].values or {}
      number.values = table.move(number.values, 1, #number.values, #values + 1, values)
      list[i] = number
    end
  end
  return list
end

-- A table of what `rx.report` stored: ours, beside what others published where they did; or the report's own
-- columns, which follow each other among the numbers.
-- @tab folders that differ in their seed alone
-- @string others whose the published numbers are
-- @treturn table titles of the columns
-- @treturn table rows, lists of words
function numbers.table(folders, others)
  local head, rows = { "" }, {}
  for _, number in ipairs(numbers.gather(folders)) do
    local row = rows[#rows]
    if not row or row[1] ~= number.label then
      row = { number.label }
      rows[#rows + 1] = row
    end
    row[#row + 1] = numbers.for_people(number.values, number.unit)
    head[#row] = number.column or "ours"
    if number.published and not number.column then row[3], head[3] = number.published, others end
  end
  for _, row in ipairs(head[3] == others and rows or {}) do row[3] = row[3] or "" end
  return head, rows
end

return numbers
