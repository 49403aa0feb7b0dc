# eigenvalues.gp - eigenvalues in the complex plane, with the circle of modulus 1, within which what
# they are of decays step by step; of one matrix or of several groups
# data: `values`  n x 2: real and imaginary part; or n x 3: and the group
#   labels                    list of strings, one for each group (1, 2, ...), above the plot
#   colours                   list, one for each group: "active", "quiescent" or any
#   colour                    of values without groups; absent, "active"
#   xlabel, ylabel            absent: "real part", "imaginary part"
#   xmin, xmax, ymin, ymax    ranges, all four; absent, the circle and all values

eval needs_matrix("values", 0)
if (values_columns < 2 || values_columns > 3) {
  eval stop(sprintf("bad data 'values' (2 or 3 columns expected, got %d)", values_columns))
}
if (!exists("xlabel")) xlabel = "real part"
if (!exists("ylabel")) ylabel = "imaginary part"
if (!exists("colour")) colour = active
equal = 1

eval together("xmin xmax ymin ymax")
if (!exists("xmin")) {
  stats data index values using 1:2 nooutput
  reach = 1.05
  do for [bound in "STATS_min_x STATS_max_x STATS_min_y STATS_max_y"] {
    reach = abs(value(bound)) > reach ? 1.05 * abs(value(bound)) : reach
  }
  xmin = -reach; xmax = reach; ymin = -reach; ymax = reach
}
eval plane(values)
set samples 361
set arrow 1 from xmin, 0 to xmax, 0 nohead back lc rgb faint lw 0.75
set arrow 2 from 0, ymin to 0, ymax nohead back lc rgb faint lw 0.75

if (exists("labels")) {
  set key at graph 0.5, graph 1.02 center bottom horizontal maxrows 1 reverse Left samplen 0.2 width -2
  if (exists("panel")) { set tmargin at screen below_top(3.6) }
  if (!exists("panel")) { set tmargin 4 }
  if (exists("title")) { set title offset 0, 0.9 }
}
tone(g) = exists("colours") ? named(colours[g]) : g == 2 ? quiescent : colour
dot = values_rows > 2000 ? 0.25 : values_rows > 200 ? 0.4 : 0.6
if (exists("labels")) {
  groups = |labels|
  plot sample [t = 0 : 2 * pi] "+" using (cos(t)):(sin(t)) with lines lc rgb frame lw 1 notitle, \
    for [g = 1 : groups] data index values using 1:($3 == g ? $2 : NaN) \
      with points pt 7 ps dot lc rgb tone(g) notitle, \
    for [g = 1 : groups] NaN with points pt 7 ps 0.6 lc rgb tone(g) title labels[g]
} else {
  plot sample [t = 0 : 2 * pi] "+" using (cos(t)):(sin(t)) with lines lc rgb frame lw 1 notitle, \
    data index values using 1:2 with points pt 7 ps dot lc rgb colour notitle
}
