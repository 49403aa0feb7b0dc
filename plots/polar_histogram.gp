# polar_histogram.gp - how often each angle was visited, as wedges on a circle; a dashed circle
# marks the uniform density
# data: `counts`  bins x 2: centre (rad), density (1/rad); bins of equal width, once around
#   colour     of the wedges; absent, `active`
#   rmax       radius (1/rad) to reach at least, so that two pictures can be compared
#   rlabel     what the radius is; absent, "density (1/rad)"

if (!exists("colour")) colour = active
if (!exists("rlabel")) rlabel = "density (1/rad)"
uniform = 1 / (2 * pi)
if (!exists("rmax")) rmax = 0
stats data index counts using 2 nooutput
if (rmax < uniform) rmax = uniform
if (rmax < STATS_max) rmax = STATS_max

# rings at round radii, two to four of them
ring = round(rmax / 3)
rings = int(ceil(rmax / ring - 1e-6))
rim = rings * ring

unset border
unset xtics
unset ytics
set size ratio -1
set xrange [-1.2 * rim : 1.2 * rim]
set yrange [-1.17 * rim : 1.17 * rim]
set lmargin 0
set rmargin 0

do for [k = 1 : rings] {
  set object k circle at 0, 0 size k * ring front fillstyle empty \
    border lc rgb k < rings ? faint : frame lw 0.75
  set label k sprintf("%g", k * ring) at k * ring * cos(pi / 8), k * ring * sin(pi / 8) center front \
    textcolor rgb ink font sprintf(",%g", 0.85 * font_size)
}
set object 20 circle at 0, 0 size uniform front fillstyle empty border lc rgb ink lw 0.75 dt (4, 3)
set label 20 "0°" at 1.06 * rim, 0 left textcolor rgb ink
set label 21 "90°" at 0, 1.12 * rim center textcolor rgb ink
set label 22 "180°" at -1.06 * rim, 0 right textcolor rgb ink
set label 23 "270°" at 0, -1.12 * rim center textcolor rgb ink
set xlabel rlabel . "; dashed: uniform"

half = 180.0 / counts_rows
degrees(x) = x * 180 / pi + 360
plot data index counts using (0):(0):2:(degrees($1) - half):(degrees($1) + half) with circles \
  fillstyle solid 1 border lc rgb "white" lc rgb colour lw 0.3 notitle
