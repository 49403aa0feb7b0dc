# scatter.gp - points on a plane, such as states on two principal components, coloured by a third
# column; both axes have the same scale
# data: `points`  n x 3: x, y, colour value. A picture in SVG or PDF grows with them (40 bytes
#                 each in SVG): give some thousands, or write PNG
#   xlabel, ylabel, cblabel   absent: "PC 1", "PC 2", none
#   cyclic                    true: the value is an angle (rad) in [-pi, pi], on a colour wheel
#   xmin, xmax, ymin, ymax    ranges, all four, so that two pictures can be compared
#   cbmin, cbmax              range of the colours, likewise
#   dot                       diameter of a point (1/96 inch)

eval needs_matrix("points", 3)
if (!exists("xlabel")) xlabel = "PC 1"
if (!exists("ylabel")) ylabel = "PC 2"
if (!exists("cyclic")) cyclic = 0
if (!exists("dot")) dot = points_rows > 2000 ? 1.2 : points_rows > 200 ? 2 : 4

eval square(points)

if (cyclic) {
  eval "set palette " . wheel
  cbmin = -pi
  cbmax = pi
}
if (!exists("cbmin")) {
  stats data index points using 3 nooutput
  cbmin = STATS_min
  cbmax = STATS_max > STATS_min ? STATS_max : STATS_min + 1
}
eval colour_bar
if (cyclic) set cbtics ("−π" -pi, "0" 0, "π" pi)

# A point by itself takes 110 bytes of SVG, one on a line of round dots 35: draw such a line for each
# of some colours.
colours = 60
level(z) = floor(colours * (z - cbmin) / (cbmax - cbmin))
bounded(k) = k < 0 ? 0 : k >= colours ? colours - 1 : k
plot for [k = 0 : colours - 1] data index points \
  using 1:(bounded(level($3)) == k ? $2 : NaN):(1e-3 * (xmax - xmin)):(0) \
  with vectors nohead lw dot lc palette fraction (k + 0.5) / colours notitle
