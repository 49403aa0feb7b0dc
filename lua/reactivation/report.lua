--- What an experiment found: a table for people and numbers.json for programs.
-- @module reactivation.report

local mean_sd = require("reactivation.seeds").mean_sd

--- Print and store numbers, each measured on one network or on several.
-- @function rx.report
-- @param out folder of `rx.folder`; its numbers.json lists `label`, `mean`, `sd`, `unit` and `values`
-- @string title
-- @tab rows in order, each { label, values [, unit] }, values a list with a number for each network
-- @usage rx.report(rx.folder("results"), "my experiment", { { "error", { 0.11, 0.13 }, "m" } })
return function(out, title, rows)
  local numbers, width = {}, 0
  for _, row in ipairs(rows) do width = math.max(width, utf8.len(row[1])) end
  print(title)
  for i, row in ipairs(rows) do
    local label, values, unit = row[1], row[2], row[3] or ""
    local mean, sd = mean_sd(values)
    numbers[i] = { label = label, mean = mean, sd = sd, values = values, unit = unit }
    local spread = #values > 1 and (" +- %.2g"):format(sd) or ""
    local padding = (" "):rep(width - utf8.len(label))
    print((("  %s%s  %.3g%s %s"):format(label, padding, mean, spread, unit):gsub("%s+$", "")))
  end
  out:write("numbers.json", numbers)
end
