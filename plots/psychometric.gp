# psychometric.gp - how often one of two choices was made at each stimulus, with the curves that fit
# data: `shares`  n x 4: stimulus, share of the choice, its standard error, observer (1, 2, ...)
#   fits                    m x (1 + observers): x, then each observer's curve; absent, points alone
#   labels                  list of strings, one for each observer
#   xlabel, ylabel          absent: "stimulus", "share of choices"
#   xmin, xmax              ends of the axis, any of them
#   key                     where the labels go; absent, "bottom right"

eval needs_matrix("shares", 4)
if (!exists("xlabel")) xlabel = "stimulus"
if (!exists("ylabel")) ylabel = "share of choices"
set xlabel xlabel
set ylabel ylabel

stats data index shares using 4 nooutput
observers = int(STATS_max)
stats data index shares using 1 nooutput
if (!exists("xmin")) xmin = STATS_min - 0.05 * (STATS_max - STATS_min)
if (!exists("xmax")) xmax = STATS_max + 0.05 * (STATS_max - STATS_min)
set xrange [xmin : xmax]
set xtics tic_step(xmax - xmin, plot_width - 2)
set yrange [-0.03 : 1.03]
set ytics 0.25

if (!exists("key")) key = "bottom right"
if (strstrt("top right, top left, bottom right, bottom left", key)) eval "set key " . key
eval one_each("labels", observers, "shares")
if (!exists("labels")) unset key
name(i) = exists("labels") ? labels[i] : ""

# a line through chance, and one where both choices are alike
set arrow 1 from xmin, 0.5 to xmax, 0.5 nohead back lc rgb faint lw 0.75
if (xmin < 0 && xmax > 0) { set arrow 2 from 0, graph 0 to 0, graph 1 nohead back lc rgb faint lw 0.75 }

fitted = exists("fits")
if (!fitted) fits = shares
plot for [i = 1 : fitted ? observers : 0] data index fits using 1:(column(i + 1)) with lines lt i notitle, \
  for [i = 1 : observers] data index shares using ($4 == i ? $1 : NaN):2:3 \
    with yerrorbars lt i pt 7 ps 0.5 lw 1 title name(i)
