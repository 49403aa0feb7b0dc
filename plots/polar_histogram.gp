# polar_histogram.gp - how often each angle was visited, as wedges on a circle; a dashed circle
# marks the uniform density
# data: `counts`  bins x 2: centre (rad), density (1/rad); bins of equal width, once around
#   colour     of the wedges; absent, `active`
#   rmax       radius (1/rad) to reach at least, so that two pictures can be compared
#   rlabel     what the radius is; absent, "density (1/rad)"

eval needs_matrix("counts", 2)
if (!exists("colour")) colour = active
if (!exists("rlabel")) rlabel = "density (1/rad)"
uniform = 1 / (2 * pi)
if (!exists("rmax")) rmax = 0
stats data index counts using 2 nooutput
if (rmax < uniform) rmax = uniform
if (rmax < STATS_max) rmax = STATS_max

rlabel = rlabel . "; dashed: uniform"
eval polar_axes
set object 20 circle at 0, 0 size uniform front fillstyle empty border lc rgb ink lw 0.75 dt (4, 3)

half = 180.0 / counts_rows
degrees(x) = x * 180 / pi + 360
plot data index counts using (0):(0):2:(degrees($1) - half):(degrees($1) + half) with circles \
  fillstyle solid 1 border lc rgb "white" lc rgb colour lw 0.3 notitle
