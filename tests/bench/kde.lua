-- The density of 20000 points of the plane at 10000 others, by rx.kde and, where python3-scipy is
-- installed, by SciPy (kde.py), on the same numbers.

local rx = require "reactivation"
local core = require "reactivation.core"

local kde = { points = 20000, queries = 10000 }

local PYTHON = "/usr/bin/python3" -- Debian's, which sees Debian's SciPy
local rng = rx.random(1)
local points, queries = rng:normal(kde.points, 2), rng:uniform(kde.queries, 2, -3, 3)
local densities = {} -- as either found them, by name

-- Seconds from points to densities.
function kde.rxlua()
  local began = core.now()
  densities.rxlua = rx.kde(points):density(queries)
  return core.now() - began
end

local function write(path, matrix)
  local lines = {}
  for i, row in ipairs(matrix:totable()) do lines[i] = ("%.9g %.9g\n"):format(row[1], row[2]) end
  local file = assert(io.open(path, "w"))
  file:write(table.concat(lines))
  file:close()
end

local function read(path)
  local rows = {}
  for line in io.lines(path) do rows[#rows + 1] = { tonumber(line) } end
  return rx.matrix(rows)
end

local folder = rx.folder("build/bench")
local given = { folder:path("kde_points.txt"), folder:path("kde_queries.txt") }
local found = folder:path("kde_density.txt")
write(given[1], points)
write(given[2], queries)

-- SciPy's seconds for the same, without those of starting Python and reading; nil if it is absent.
function kde.scipy()
  local command = { PYTHON, "tests/bench/kde.py", given[1], given[2], found, "2>/dev/null" }
  local pipe = io.popen(table.concat(command, " "))
  local seconds = pipe:read("n")
  pipe:close()
  densities.scipy = seconds and read(found)
  return seconds
end

-- The largest difference of the two, each relative to its own density.
function kde.difference()
  return (densities.rxlua / densities.scipy - 1):abs():max()
end

return kde
