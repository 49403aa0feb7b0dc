-- An experiment whose options were given several values: its script does it for each combination, and this is
-- what they found together: a table, results.csv and results.h5, and a figure.

local configurations = require "reactivation.sweeps.configurations"
local core = require "reactivation.core"
local figure = require "reactivation.figures.figure"
local mean_sd = require("reactivation.analysis.seeds").mean_sd
local one = require "reactivation.sweeps.one"
local pictures = require "reactivation.figures.pictures"
local report = require "reactivation.runs.report"
local sweep = require "reactivation.sweeps.sweep"

local together = {}

local SEEDS = { seed = true, seeds = true } -- what error bars are about
local MOST = 12                             -- panels of the figure

-- The names that vary, seeds apart.
local function names_of(vary)
  local names = {}
  for _, name in ipairs(configurations.sorted_names(vary)) do
    if not SEEDS[name] then names[#names + 1] = name end
  end
  return names
end

-- A configuration as far as it is given by some names.
local function part(values, names)
  local some = {}
  for _, name in ipairs(names) do some[name] = values[name] end
  return #names > 0 and configurations.name(some) or "all"
end

-- What was found, in the order of the configurations: titles, and for each quantity a list for each title.
local function tabulate(self, names)
  local titles, quantities, place = {}, {}, {}
  for _, quantity in ipairs(self.names) do
    if self.rows[1].result[quantity] then quantities[#quantities + 1] = { quantity, {} } end
  end
  for _, row in ipairs(self.rows) do
    local title = part(row.configuration, names)
    if not place[title] then
      titles[#titles + 1] = title
      place[title] = #titles
      for _, quantity in ipairs(quantities) do quantity[2][#titles] = {} end
    end
    for _, quantity in ipairs(quantities) do
      table.insert(quantity[2][place[title]], row.result[quantity[1]] or 0 / 0)
    end
  end
  return titles, quantities
end

-- The name that has numbers, for the x axis, and the others.
local function split(vary, names)
  local x, others = nil, {}
  for _, name in ipairs(names) do
    if not x and type(vary[name][1]) == "number" then x = name else others[#others + 1] = name end
  end
  return x, others
end

-- Means of a quantity against x, a curve for each combination of the others, with standard deviations.
local function curve(self, quantity, x, others)
  local at, places, labels = {}, {}, {}
  for _, row in ipairs(self.rows) do
    local label, place = part(row.configuration, others), row.configuration[x]
    if not at[label] then at[label], labels[#labels + 1] = {}, label end
    if not at[place] then at[place], places[#places + 1] = true, place end
    at[label][place] = at[label][place] or {}
    table.insert(at[label][place], row.result[quantity] or 0 / 0)
  end
  table.sort(places)
  local data = { curves = {}, lower = {}, upper = {} }
  for i, place in ipairs(places) do
    for _, rows in pairs(data) do rows[i] = { place } end
    for s, label in ipairs(labels) do
      local mean, sd = 0 / 0, 0 / 0
      if at[label][place] then mean, sd = mean_sd(at[label][place]) end
      data.curves[i][s + 1], data.lower[i][s + 1], data.upper[i][s + 1] = mean, mean - sd, mean + sd
    end
  end
  for name, rows in pairs(data) do data[name] = core.matrix(rows) end
  local margin = #places > 1 and 0.08 * (places[#places] - places[1]) or math.max(1, math.abs(places[1])) / 2
  data.xmin, data.xmax = places[1] - margin, places[#places] + margin
  data.bars, data.points, data.xlabel, data.title = true, true, x:gsub("_", " "), quantity
  if #labels > 1 then data.labels = labels end
  return { "curve", data }
end

local function box(titles, quantity)
  return { "box", { values = pictures.groups(quantity[2]), labels = titles, title = quantity[1] } }
end

local function is_finite(lists)
  for _, list in ipairs(lists) do
    for _, x in ipairs(list) do
      if x - x ~= 0 then return false end
    end
  end
  return true
end

local function draw(self, vary, names, titles, quantities)
  local x, others = split(vary, names)
  local panels = { columns = 2 }
  for _, quantity in ipairs(quantities) do
    if #panels < MOST and is_finite(quantity[2]) then
      panels[#panels + 1] = x and curve(self, quantity[1], x, others) or box(titles, quantity)
    end
  end
  if #panels == 0 then return end
  local path = self.folder .. "/results.svg"
  local drawn, problem = figure(panels, path)
  if not drawn then error("no figure: " .. problem, 0) end
  print("figure: " .. path)
end

-- Numbers by name, of the rows that an experiment finishes with.
function together.numbers(rows, columns)
  local numbers = {}
  for _, row in ipairs(rows) do
    for c, values in ipairs(columns and row[2] or { row[2] }) do
      local column = columns and ", " .. columns[c] or ""
      local name = row[1] .. column .. (row[3] and (" (%s)"):format(row[3]) or "")
      numbers[name:gsub("/", " per ")] = (mean_sd(values)) -- a / would open a group of HDF5
    end
  end
  return numbers
end

-- The combination which this program was started for, its folder, and a lock to be held; nil where it was
-- started for all.
function together.asked(folder, vary)
  local c = one.asked(one.list(folder, vary, {}))
  if not c then return nil end
  local _, own, held = one.begin(c)
  if one.result(c) then os.exit(true, true) end
  return c, own, held
end

-- Have all of them done, and end.
function together.perform(name, folder, vary, fixed)
  local self = sweep(folder.name, vary, function() end, { at_once = core.threads(), fixed = fixed })
  local names = names_of(vary)
  local titles, quantities = tabulate(self, names)
  local rows = {}
  for i, quantity in ipairs(quantities) do
    rows[i] = { quantity[1], #titles > 1 and quantity[2] or quantity[2][1] }
  end
  local varied = table.concat(configurations.sorted_names(vary), ", ")
  local title = ("%s, by %s"):format(name:gsub("_", " "), varied)
  report(folder, title, rows, #titles > 1 and titles or nil)
  draw(self, vary, names, titles, quantities)
  os.exit(#self.failed == 0, true)
end

return together
