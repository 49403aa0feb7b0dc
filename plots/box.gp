# box.gp - box plots of groups of values: quartiles, median, whiskers out to the last value within
# 1.5 interquartile ranges; dots for every value of a small group, in a large one for those beyond
# data: `values`  n x 2: group (1, 2, ...), value; at least one value for each group
#   labels        list of strings, one for each group; where one is wide, broken behind a comma, or slanted
#   colours       list, one for each group: "active", "quiescent" or any; absent, all active
#   xlabel, ylabel
#   ymin, ymax    ends of the axis, any of them
#   logy          true for a logarithmic axis
#   reference     where a dashed line goes across; absent, no line

eval needs_matrix("values", 2)
if (!exists("logy")) logy = 0
few = 20

stats data index values using 1 nooutput
groups = int(STATS_max)
if (exists("labels")) {
  if (groups > |labels|) { eval stop("values of a group without label among the data") }
}
if (exists("labels")) groups = |labels|
eval one_each("colours", groups, "groups")
array size_of[groups]
array lower[groups]
array middle[groups]
array upper[groups]
array least[groups]
array most[groups]
do for [i = 1 : groups] {
  stats data index values using ($1 == i ? $2 : NaN) nooutput
  if (!exists("STATS_records")) { eval stop(sprintf("no values of group %d among the data", i)) }
  size_of[i] = STATS_records
  lower[i] = STATS_lo_quartile
  middle[i] = STATS_median
  upper[i] = STATS_up_quartile
  reach = 1.5 * (upper[i] - lower[i])
  stats data index values using ($1 == i && $2 >= lower[i] - reach && $2 <= upper[i] + reach ? $2 : NaN) \
    nooutput
  least[i] = STATS_min
  most[i] = STATS_max
}
tone(i) = exists("colours") ? named(colours[i]) : active
wider(a, b) = a > b ? a : b
comma(label) = strstrt(label, ", ")
broken(label) = comma(label) ? label[ : comma(label)] . "\n" . label[comma(label) + 2 : ] : label
lines_wide(label) = wider(comma(label), strlen(label) - comma(label) - 1)
shown(i, y) = size_of[i] <= few || y < least[i] || y > most[i]

set xrange [0.4 : groups + 0.6]
set xtics 1, 1, groups scale 0
if (exists("labels")) {
  set xtics () scale 0
  wide = 1; wide_broken = 1
  do for [i = 1 : groups] {
    wide = wider(wide, strlen(labels[i]))
    wide_broken = wider(wide_broken, lines_wide(labels[i]))
  }
  room = (plot_width - 1.5) / groups / letter_width
  slanted = wide_broken > room
  if (slanted) { set xtics rotate by 35 right; set rmargin 1 }
  if (wide > room && !slanted) { set bmargin exists("xlabel") ? 4.2 : 3 }
  do for [i = 1 : groups] {
    set xtics add ((wide > room && !slanted ? broken(labels[i]) : labels[i]) i)
  }
}
if (exists("xlabel")) set xlabel xlabel
if (exists("ylabel")) set ylabel ylabel
if (logy) {
  stats data index values using ($2 > 0 ? $2 : NaN) nooutput
  eval log_axis("y", exists("ymin") ? ymin : STATS_min, exists("ymax") ? ymax : STATS_max)
}
if (exists("ymin")) set yrange [ymin : ]
if (exists("ymax")) set yrange [ : ymax]

referred = exists("reference")
if (!referred) reference = NaN

set offsets graph 0, graph 0, graph logy || exists("ymax") ? 0 : 0.05, graph logy || exists("ymin") ? 0 : 0.05
set datafile missing NaN
set jitter overlap 0.5 spread 0.4
plot for [i = 1 : referred] reference with lines lc rgb frame lw 1 dt (4, 3) notitle, \
  for [i = 1 : groups] middle every ::i - 1::i - 1 \
    using (i):(lower[i]):(least[i]):(most[i]):(upper[i]):(0.5) with candlesticks whiskerbars 0.4 \
    fillstyle solid 0.25 border lc rgb tone(i) lc rgb tone(i) lw 1 notitle, \
  for [i = 1 : groups] middle every ::i - 1::i - 1 \
    using (i):(middle[i]):(middle[i]):(middle[i]):(middle[i]):(0.5) with candlesticks \
    lc rgb tone(i) lw 2 notitle, \
  for [i = 1 : groups] data index values using ($1 == i && shown(i, $2) ? i : NaN):2 \
    with points pt 7 ps 0.4 lc rgb tone(i) notitle
