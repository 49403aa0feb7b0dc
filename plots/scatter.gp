# scatter.gp - points on a plane, such as states on two principal components, coloured by a third
# column; both axes have the same scale
# data: `points`  n x 3: x, y, colour value. A file in SVG or PDF holds every point: give some
#                 thousands, or write PNG
#   xlabel, ylabel, cblabel   absent: "PC 1", "PC 2", none
#   cyclic                    true: the value is an angle (rad) in [-pi, pi], on a colour wheel
#   xmin, xmax, ymin, ymax    ranges, all four, so that two pictures can be compared
#   cbmin, cbmax              range of the colours, likewise
#   dot                       size of a point

if (!exists("xlabel")) xlabel = "PC 1"
if (!exists("ylabel")) ylabel = "PC 2"
if (!exists("cyclic")) cyclic = 0
if (!exists("dot")) dot = points_rows > 2000 ? 0.15 : points_rows > 200 ? 0.25 : 0.5

if (!exists("xmin")) {
  stats data index points using 1:2 nooutput
  xmid = (STATS_min_x + STATS_max_x) / 2.0
  ymid = (STATS_min_y + STATS_max_y) / 2.0
  xspan = STATS_max_x - STATS_min_x
  yspan = STATS_max_y - STATS_min_y
  span = xspan > yspan ? xspan : yspan
  reach = span > 0 ? 0.54 * span : 1
  xmin = xmid - reach
  xmax = xmid + reach
  ymin = ymid - reach
  ymax = ymid + reach
}

set size ratio -1
set xrange [xmin : xmax]
set yrange [ymin : ymax]
set xlabel xlabel
set ylabel ylabel

# gnuplot leaves room for a colour bar's numbers as if they were short: count their letters
wide = 2
if (cyclic) {
  eval "set palette " . wheel
  set cbrange [-pi : pi]
  set cbtics ("−π" -pi, "0" 0, "π" pi)
} else {
  if (!exists("cbmin")) {
    stats data index points using 3 nooutput
    cbmin = STATS_min
    cbmax = STATS_max > STATS_min ? STATS_max : STATS_min + 1
  }
  step = round((cbmax - cbmin) / 4.0)
  do for [k = int(ceil(cbmin / step)) : int(floor(cbmax / step))] {
    letters = strlen(sprintf("%g", k * step))
    wide = letters > wide ? letters : wide
  }
  set cbrange [cbmin : cbmax]
  set cbtics step
  set format cb "%g"
}
if (exists("cblabel")) set cblabel cblabel offset 0.8 * wide - 1.2, 0
set rmargin 1 + 1.3 * wide + (exists("cblabel") ? 2.5 : 0)

plot data index points using 1:2:3 with points pt 7 ps dot lw 0.2 lc palette notitle
