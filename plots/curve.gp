# curve.gp - one or several curves, such as a loss against batches, with bands around them
# data: `curves`  n x (1 + series): x, then a column for each series
#   lower, upper            of the same shape, both: edges of a band around each curve, such as +-1 sd.
#                           On a logarithmic axis an edge at or below zero falls to ymin, or without
#                           ymin leaves a gap
#   labels                  list of strings, one for each series
#   xlabel, ylabel
#   logx, logy              true for logarithmic axes
#   bars                    true: error bars from lower to upper in place of bands
#   points                  true to mark each point
#   marks                   n x 3: x, y, and 1 or 2: filled or open circles, such as stable points and
#                           saddles
#   xmin, xmax, ymin, ymax  ends of the axes, any of them
#   xstep                   between the numbers on a linear x axis; absent, a round one, and whole
#                           where every x is
#   key                     where the labels go; absent, "top right"

eval needs_matrix("curves", 0)
if (!exists("logx")) logx = 0
if (!exists("logy")) logy = 0
if (!exists("points")) points = 0
if (!exists("bars")) bars = 0
eval together("lower upper")
banded = exists("lower")
if (bars && !banded) { eval stop("matrices 'lower' and 'upper' expected among the data, for 'bars'") }
if (banded) eval needs_matrix("lower", curves_columns) . needs_matrix("upper", curves_columns)
eval one_each("labels", curves_columns - 1, "curves")
if (exists("marks")) eval needs_matrix("marks", 3)

# the bands' lower edges, to be drawn beside the rows of the upper ones
array edge[1]
rows = curves_rows
if (!banded) upper = curves
if (banded) {
  array edge[rows * curves_columns]
  do for [i = 2 : curves_columns] {
    stats data index lower using (edge[(i - 1) * rows + $0 + 1] = column(i)) nooutput
  }
}
least = exists("ymin") ? ymin : NaN
low(k) = banded ? edge[k] : NaN
risen(y) = logy && y <= 0 ? least : y

stats data index curves using 1:($1 - floor($1)) nooutput
span = (exists("xmax") ? xmax : STATS_max_x) - (exists("xmin") ? xmin : STATS_min_x)
whole = STATS_max_y == 0

if (exists("xlabel")) set xlabel xlabel
if (exists("ylabel")) set ylabel ylabel
set autoscale xfix
if (!logx && span > 0) {
  if (!exists("xstep")) { xstep = tic_step(span, plot_width - 2) }
  if (whole && xstep < 1) { xstep = 1 }
  set xtics xstep
}
if (logx) {
  stats data index curves using ($1 > 0 ? $1 : NaN) nooutput
  eval log_axis("x", exists("xmin") ? xmin : STATS_min, exists("xmax") ? xmax : STATS_max)
}
if (logy) {
  bottom = NaN
  top = NaN
  do for [block in banded ? "curves lower upper" : "curves"] { do for [i = 2 : curves_columns] {
    named_so = value(block) # in a panel the block has the panel's letter before its name
    stats data index named_so using (column(i) > 0 ? column(i) : NaN) nooutput
    if (exists("STATS_min")) {
      bottom = bottom < STATS_min ? bottom : STATS_min
      top = top > STATS_max ? top : STATS_max
    }
  } }
  if (!(bottom <= top)) { bottom = 1; top = 10 } # nothing can be drawn
  eval log_axis("y", exists("ymin") ? ymin : bottom, exists("ymax") ? ymax : top)
}
if (exists("xmin")) set xrange [xmin : ]
if (exists("xmax")) set xrange [ : xmax]
if (exists("ymin")) set yrange [ymin : ]
if (exists("ymax")) set yrange [ : ymax]

if (!exists("key")) key = "top right"
if (strstrt("top right, top left, bottom right, bottom left", key)) eval "set key " . key
if (!exists("labels")) unset key
name(i) = exists("labels") ? labels[i - 1] : ""
last = curves_columns
marked = exists("marks")
if (!marked) marks = curves
plot for [i = 2 : banded && !bars ? last : 1] data index upper \
    using 1:(risen(low((i - 1) * rows + $0 + 1))):(risen(column(i))) \
    with filledcurves lt i - 1 fillstyle transparent solid 0.25 noborder notitle, \
  for [i = 2 : points ? 1 : last] data index curves using 1:i with lines lt i - 1 title name(i), \
  for [i = 2 : points ? last : 1] data index curves using 1:i with linespoints lt i - 1 title name(i), \
  for [i = 2 : bars ? last : 1] data index upper \
    using 1:(risen(low((i - 1) * rows + $0 + 1))):(0): \
    (risen(column(i)) - risen(low((i - 1) * rows + $0 + 1))) \
    with vectors heads size graph 0.008, 90 nofilled lt i - 1 lw 1 notitle, \
  for [i = 1 : marked] data index marks using 1:2 with points pt 7 ps 0.7 lc rgb ink notitle, \
  for [i = 1 : marked] data index marks using 1:($3 == 2 ? $2 : NaN) with points pt 7 ps 0.45 lc rgb "white" notitle
