# heat_map.gp - a matrix as a map of colours, a cell for each element: weights, or rates on the bins of a
# box. An element that is NaN stays blank
# data: `values`  matrix: rows from the bottom up, columns from the left
#   downward                  true: the first row on top, as weights are written
#   xmin, xmax, ymin, ymax    x of the left and right edge, y of the bottom and top, all four; absent, the
#                             numbers of columns and rows
#   equal                     true: both axes have one scale; absent, the map fills the plot
#   diverging                 true: white at 0, one colour above and one below, as far as each other;
#                             absent, where values of both signs are
#   cbmin, cbmax              range of the colours, both; what lies beyond has the last one
#   xlabel, ylabel, cblabel   absent, none

eval needs_matrix("values", 0)
eval together("xmin xmax ymin ymax")
eval together("cbmin cbmax")
if (!exists("downward")) downward = 0
if (!exists("equal")) equal = 0
if (!exists("xlabel")) xlabel = ""
if (!exists("ylabel")) ylabel = ""

numbered = !exists("xmin")
if (numbered) {
  xmin = 0.5
  xmax = values_columns + 0.5
  ymin = 0.5
  ymax = values_rows + 0.5
}
dx = (xmax - xmin) / (values_columns + 0.0)
dy = (ymax - ymin) / (values_rows + 0.0)

stats data index values matrix nooutput
if (!exists("STATS_min")) { eval stop("bad data 'values' (at least one number expected)") }
if (!exists("diverging")) diverging = STATS_min < 0 && STATS_max > 0
if (!exists("cbmin")) {
  cbmin = STATS_min
  cbmax = STATS_max > STATS_min ? STATS_max : STATS_min + 1
  if (diverging) {
    cbmax = STATS_max > -STATS_min ? STATS_max : -STATS_min
    cbmin = -cbmax
  }
}
if (diverging) eval "set palette " . two_sided

eval plane(values)
if (downward) set yrange [ymax : ymin]
if (numbered) {
  set xtics values_columns > 10 ? tic_step(xmax - xmin, room) : 1
  set ytics values_rows > 10 ? tic_step(ymax - ymin, room_y) : 1
}
eval colour_bar

# cells are drawn one by one where there are few, since an image is smoothed by some who show it
# (one that is NaN is given no place: gnuplot 6 would draw it black)
pixels = values_columns * values_rows <= 10000
x(column) = xmin + (column + 0.5) * dx
y(row) = ymin + (row + 0.5) * dy
if (pixels) {
  plot data index values matrix using (x($1) + 0 * $3):(y($2)):(x($1) - dx / 2):(x($1) + dx / 2): \
    (y($2) - dy / 2):(y($2) + dy / 2):3 with boxxyerror fillstyle solid 1 noborder lc palette notitle
} else {
  plot data index values matrix using (x($1)):(y($2)):3 with image notitle
}
