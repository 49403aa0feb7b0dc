# scatter.gp - points on a plane, such as states on two principal components, coloured by a third
# column or of several groups
# data: `points`  n x 3: x, y, colour value or group. A picture in SVG or PDF grows with them (40
#                 bytes each in SVG): give some thousands, or write PNG
#   labels                    list of strings, one for each group (1, 2, ...), above the plot;
#                             absent, the third column is a value. A point of another number belongs
#                             to no group and is left out. Groups whose rows alternate are drawn
#                             through one another, of others the later ones on top
#   colours                   list, one for each group: "active", "quiescent" or any; absent, each has
#                             its own
#   equal                     false: each axis has a scale of its own; absent, both have one
#   xlabel, ylabel, cblabel   absent: "PC 1", "PC 2", none
#   cyclic                    true: the value is an angle (rad) in [-pi, pi], on a colour wheel
#   xmin, xmax, ymin, ymax    ranges, all four, so that two pictures can be compared
#   cbmin, cbmax              range of the colours, likewise
#   dot                       diameter of a point (1/96 inch)

eval needs_matrix("points", 3)
if (!exists("xlabel")) xlabel = "PC 1"
if (!exists("ylabel")) ylabel = "PC 2"
if (!exists("cyclic")) cyclic = 0
if (!exists("equal")) equal = 1
if (!exists("dot")) dot = points_rows > 2000 ? 1.2 : points_rows > 200 ? 2 : 4

if (cyclic) {
  eval "set palette " . wheel
  cbmin = -pi
  cbmax = pi
}
# of all values, before a range of the axes leaves some out
stats data index points using 3 nooutput
least = STATS_min
most = STATS_max
eval plane(points)

grouped = exists("labels")
if (grouped) {
  eval one_each("colours", |labels|, "groups")
  unset colorbox
  set key at graph 0.5, graph 1.02 center bottom horizontal maxrows 1 reverse Left samplen 0.2 width -2
  if (exists("panel")) { set tmargin at screen below_top(3.6) }
  if (!exists("panel")) { set tmargin 4 }
  if (exists("title")) { set title offset 0, 0.9 }
}
eval together("cbmin cbmax")
if (!grouped && !exists("cbmin")) {
  cbmin = least
  cbmax = most > least ? most : least + 1
}
if (!grouped) eval colour_bar
if (cyclic) set cbtics ("−π" -pi, "0" 0, "π" pi)

# A point by itself takes 110 bytes of SVG, one on a line of round dots 35: draw such a line for each
# of some colours, or for each group in some shares of the rows.
shades = 60
level(z) = floor(shades * (z - cbmin) / (cbmax - cbmin))
bounded(k) = k < 0 ? 0 : k >= shades ? shades - 1 : k
shares = 6
share(row) = floor(shares * row / points_rows)
tone(g) = exists("colours") ? named(colours[g]) : hue(g)
length = 1e-3 * (xmax - xmin)
if (grouped) {
  groups = |labels|
  plot for [s = 0 : shares - 1] for [g = 1 : groups] data index points \
      using 1:($3 == g && share($0) == s ? $2 : NaN):(length):(0) \
      with vectors nohead lw dot lc rgb tone(g) notitle, \
    for [g = 1 : groups] NaN with points pt 7 ps 0.5 lc rgb tone(g) title labels[g]
} else {
  plot for [k = 0 : shades - 1] data index points \
    using 1:(bounded(level($3)) == k ? $2 : NaN):(length):(0) \
    with vectors nohead lw dot lc palette fraction (k + 0.5) / shades notitle
}
