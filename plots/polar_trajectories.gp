# polar_trajectories.gp - how angles moved: the angle around, time outwards; a dot marks the end
# data: `paths`  n x 3: time, angle (rad), trajectory (1, 2, ...); the rows of one trajectory in
#                order of time, those of several one after another or mixed
#   colour      of the paths; absent, "active"
#   shades      false: one colour for all; absent, from light to dark
#   thickness   of the lines; absent, 1.2
#   rmax        time to reach at least, so that two pictures can be compared
#   rlabel      what the radius is; absent, "time (s)"

eval needs_matrix("paths", 3)
if (!exists("colour")) colour = active
if (!exists("shades")) shades = 1
if (!exists("thickness")) thickness = 1.2
if (!exists("rlabel")) rlabel = "time (s)"

if (!exists("rmax")) rmax = 0
stats data index paths using 1 nooutput
if (rmax < STATS_max) rmax = STATS_max

eval trace_paths
stats data index paths using (note(int($3), $1 * cos($2), $1 * sin($2))) nooutput
eval polar_axes

plot for [k = 1 : count] data index paths using ($1 * cos($2)):($3 == k ? $1 * sin($2) : NaN) \
    with lines lw thickness lc palette fraction shade(k) notitle, \
  for [k = 1 : count] last_x every ::k - 1::k - 1 using (last_x[k]):(last_y[k]) \
    with points pt 7 ps 0.5 lc palette fraction shade(k) notitle
