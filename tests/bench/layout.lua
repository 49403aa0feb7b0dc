-- Tables for people.

local layout = {}

-- A summary as "median (least .. most)", or a dash where there is none.
function layout.spread(summary, form, scale)
  if not summary then return "-" end
  scale = scale or 1
  return (form .. " (" .. form .. " .. " .. form .. ")"):format(
    scale * summary.median, scale * summary.least, scale * summary.most)
end

-- Like spread, without the spread.
function layout.median(summary, form, scale)
  return summary and form:format((scale or 1) * summary.median) or "-"
end

-- Print a title and rows of cells, the first row the head, in columns as wide as they need.
function layout.table(title, rows)
  print("\n" .. title)
  local widths = {}
  for _, row in ipairs(rows) do
    for i, cell in ipairs(row) do widths[i] = math.max(widths[i] or 0, utf8.len(tostring(cell))) end
  end
  for _, row in ipairs(rows) do
    local cells = {}
    for i, cell in ipairs(row) do
      local text = tostring(cell)
      cells[i] = text .. (" "):rep(widths[i] - utf8.len(text))
    end
    print((table.concat(cells, "  "):gsub("%s+$", "")))
  end
end

return layout
