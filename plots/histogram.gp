# histogram.gp - how often each value was met, as bars, and a line at the mean
# data: `bins`  n x 2: centre, density; bins of equal width
#   mean                where the line is; absent, no line
#   colour              of the bars; absent, "active"
#   xlabel, ylabel      absent: none, "density"
#   xmin, xmax, ymax    ends of the axes, any of them

eval needs_matrix("bins", 2)
if (!exists("colour")) colour = active
if (!exists("ylabel")) ylabel = "density"

stats data index bins using 1 nooutput
bin = bins_rows > 1 ? (STATS_max - STATS_min) / (bins_rows - 1.0) : 1
if (!exists("xmin")) xmin = STATS_min - bin / 2
if (!exists("xmax")) xmax = STATS_max + bin / 2
set xrange [xmin : xmax]
set yrange [0 : ]
if (exists("ymax")) set yrange [ : ymax]
if (exists("xlabel")) set xlabel xlabel
set ylabel ylabel

set boxwidth bin
set xtics tic_step(xmax - xmin, plot_width - 2)
if (exists("mean")) {
  set link x2
  set x2tics ("mean %.3g" mean) scale 0 offset 0, -0.4
  if (exists("panel") && exists("title")) { set tmargin at screen below_top(3.8) }
  set arrow 1 from mean, graph 0 to mean, graph 1 nohead front lc rgb ink lw 1 dt (4, 3)
}
plot data index bins using 1:2 with boxes \
  fillstyle solid 1 border lc rgb colour lc rgb colour lw 0.5 notitle
