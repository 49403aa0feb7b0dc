# trajectories.gp - paths on a plane, such as decoded positions: lines with a circle at their start
# and a triangle at their end
# data: `paths`  n x 3: x, y, trajectory (1, 2, ...); the rows of one trajectory in order of time,
#                those of several one after another or mixed
#   box                       side of a square around 0 (m), to be drawn and filled by the axes
#   colour                    of the paths; absent, "active"
#   shades                    false: one colour for all; absent, from light to dark
#   thickness                 of the lines; absent, 1.2
#   xlabel, ylabel            absent: "x (m)", "y (m)"
#   xmin, xmax, ymin, ymax    ranges, all four
#   equal                     false: each axis has a scale of its own; absent, both have one

eval needs_matrix("paths", 3)
if (!exists("colour")) colour = active
if (!exists("shades")) shades = 1
if (!exists("thickness")) thickness = 1.2
if (!exists("equal")) equal = 1
if (!exists("xlabel")) xlabel = "x (m)"
if (!exists("ylabel")) ylabel = "y (m)"

eval trace_paths
stats data index paths using (note(int($3), $1, $2)) nooutput

if (exists("box")) {
  half = box / 2.0
  set object 1 rectangle from -half, -half to half, half behind fillstyle empty border lc rgb frame lw 1
  unset border
  if (!exists("xmin")) {
    xmin = -1.03 * half
    xmax = 1.03 * half
    ymin = xmin
    ymax = xmax
  }
}
eval plane(paths)

plot for [k = 1 : count] data index paths using 1:($3 == k ? $2 : NaN) \
    with lines lw thickness lc palette fraction shade(k) notitle, \
  for [k = 1 : count] first_x every ::k - 1::k - 1 using (first_x[k]):(first_y[k]) \
    with points pt 7 ps 0.65 lc palette fraction shade(k) notitle, \
  first_x using (first_x[$1]):(first_y[$1]) with points pt 7 ps 0.35 lc rgb "white" notitle, \
  last_x using (last_x[$1]):(last_y[$1]) with points pt 9 ps 1.3 lc rgb "white" notitle, \
  for [k = 1 : count] last_x every ::k - 1::k - 1 using (last_x[k]):(last_y[k]) \
    with points pt 9 ps 0.9 lc palette fraction shade(k) notitle
