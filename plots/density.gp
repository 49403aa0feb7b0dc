# density.gp - a density on a regular grid, or any other function of x and y, as a heat map
# data: `density`  matrix: a row for each y from ymin up, a column for each x from xmin up
#   xmin, xmax, ymin, ymax    x of the first and last column, y of the first and last row
#   box                       side of a square around 0 (m), to be drawn
#   cbmin, cbmax              range of the colours; absent: 0 or the least, and the largest value
#   xlabel, ylabel, cblabel   absent: "x (m)", "y (m)", none
#   equal                     false: each axis has a scale of its own, as where x and y have other units;
#                             absent, both have one

eval needs_matrix("density", 0)
do for [field in "xmin xmax ymin ymax"] { eval needs(field) }
if (!exists("equal")) equal = 1
if (!exists("xlabel")) xlabel = "x (m)"
if (!exists("ylabel")) ylabel = "y (m)"

stats data index density matrix nooutput
if (!exists("cbmin")) cbmin = STATS_min < 0 ? STATS_min : 0
if (!exists("cbmax")) cbmax = STATS_max > cbmin ? STATS_max : cbmin + 1

dx = (xmax - xmin) / (density_columns - 1.0)
dy = (ymax - ymin) / (density_rows - 1.0)
eval plane(density)
set xrange [xmin - dx / 2 : xmax + dx / 2]
set yrange [ymin - dy / 2 : ymax + dy / 2]
if (exists("box")) {
  half = box / 2.0
  set object 1 rectangle from -half, -half to half, half front fillstyle empty border lc rgb "white" lw 0.75
}
eval colour_bar

plot data index density matrix using (xmin + $1 * dx):(ymin + $2 * dy):3 with image notitle
