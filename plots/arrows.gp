# arrows.gp - a field of arrows on a plane, such as where states drift
# data: `arrows`  n x 4: x and y of the tail, what the arrow moves by in x and y; or n x 5, with a colour
#                 value
#   scale                     what the lengths are multiplied by; absent, 1
#   points                    matrix, n x 2: dots among the arrows, such as fixed points; or n x 3: and 1
#                             where they are stable, 2 where they are not, drawn as open circles
#   curve                     matrix, n x 2: a line behind the arrows, such as the ring of waking states
#   colour                    of the arrows; absent, "active", or by the fifth column
#   xmin, xmax, ymin, ymax    ranges, all four
#   cbmin, cbmax              range of the colours, both
#   xlabel, ylabel, cblabel   absent: "PC 1", "PC 2", none
#   equal                     false: each axis has a scale of its own; absent, both have one

eval needs_matrix("arrows", 0)
valued = arrows_columns == 5
if (!valued) eval needs_matrix("arrows", 4)
if (!valued && (exists("cbmin") || exists("cblabel"))) { eval stop("arrows of 5 columns expected, to be coloured") }
if (exists("points")) eval needs_matrix("points", points_columns == 3 ? 3 : 2)
if (exists("curve")) eval needs_matrix("curve", 2)
eval together("cbmin cbmax")
if (!exists("scale")) scale = 1
if (!exists("colour")) colour = active
if (!exists("equal")) equal = 1
if (!exists("xlabel")) xlabel = "PC 1"
if (!exists("ylabel")) ylabel = "PC 2"

if (valued && !exists("cbmin")) {
  stats data index arrows using 5 nooutput
  cbmin = STATS_min
  cbmax = STATS_max > STATS_min ? STATS_max : STATS_min + 1
}
eval plane(arrows)
if (valued) eval colour_bar
if (!valued) unset colorbox

dotted = exists("points")
kinds = dotted ? points_columns == 3 : 0
if (!dotted) points = arrows
lined = exists("curve")
if (!lined) curve = arrows
plot for [i = 1 : lined] data index curve using 1:2 with lines lw 3 lc rgb faint notitle, \
  for [i = 1 : !valued] data index arrows using 1:2:(scale * $3):(scale * $4) \
    with vectors filled size screen 0.012, 20 lc rgb colour lw 1 notitle, \
  for [i = 1 : valued] data index arrows using 1:2:(scale * $3):(scale * $4):5 \
    with vectors filled size screen 0.012, 20 lc palette lw 1 notitle, \
  for [i = 1 : dotted] data index points using 1:2 with points pt 7 ps 0.7 lc rgb ink notitle, \
  for [i = 1 : kinds] data index points using 1:($3 == 2 ? $2 : NaN) with points pt 7 ps 0.45 lc rgb "white" notitle
