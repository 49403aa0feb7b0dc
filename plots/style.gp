# style.gp - how every picture looks. figure.lua puts this text between a picture's data and the
# script that draws it; in a picture of several panels, before each panel.
# data (all optional):
#   width, height      of the whole picture (cm); a page's column is 8.6 wide, two are 17.8
#   font_size          (points)
#   title              above the plot
#   active, quiescent  the two colours of the paper
#   colour             where a script takes one: "active", "quiescent" or any that gnuplot knows

if (!exists("width")) width = 8.6
if (!exists("height")) height = 7.0
if (!exists("font_size")) font_size = 8
if (!exists("active")) active = "#2ca7c5"
if (!exists("quiescent")) quiescent = "#ee3233"
ink = "#262626"
frame = "#8c8c8c"
faint = "#d0d0d0"
named(c) = c eq "active" ? active : c eq "quiescent" ? quiescent : c
if (exists("colour")) colour = named(colour)

# Palettes, for `eval "set palette " . name`: viridis; and for angles a wheel of one lightness (0.68
# in OKLCH), whose ends meet
sequential = "defined (0 '#440154', 1 '#482878', 2 '#3e4989', 3 '#31688e', 4 '#26828e', " . \
  "5 '#1f9e89', 6 '#35b779', 7 '#6ece58', 8 '#b5de2b', 9 '#fde725')"
wheel = "defined (0 '#369cf9', 1 '#8689fb', 2 '#b777e3', 3 '#d96ab8', 4 '#ea6681', 5 '#ea6e41', " . \
  "6 '#d08506', 7 '#ad9907', 8 '#75ab2a', 9 '#0cb477', 10 '#0cafa8', 11 '#0da9cc', 12 '#369cf9')"

# and white at the middle, for what is above and below 0 (ColorBrewer's RdBu)
two_sided = "defined (0 '#2166ac', 1 '#67a9cf', 2 '#d1e5f0', 3 '#ffffff', 4 '#fddbc7', " . \
  "5 '#ef8a62', 6 '#b2182b')"

# The format follows the ending of `out`. Each terminal has its own idea of a dot and of a font's
# size: the scales make the three alike.
ending = out[strlen(out) - 2 : strlen(out)]
font = sprintf("sans-serif,%g", font_size)
if (!exists("panel") || panel == 1) {
  set encoding utf8
  set minussign
  if (ending eq "svg") {
    dots = 96 / 2.54
    set terminal svg size width * dots, height * dots font font fontscale 96 / 72.0 \
      rounded background "white"
  }
  if (ending eq "pdf") {
    set terminal pdfcairo size width cm, height cm font font fontscale 0.75 \
      linewidth 1.5 dashlength 1.5 pointscale 0.55 rounded background "white"
  }
  if (ending eq "png") {
    dots = 300 / 2.54
    dense = 300 / 96.0
    set terminal pngcairo size width * dots, height * dots font font fontscale dense \
      linewidth dense dashlength dense pointscale 0.8 * dense rounded background "white"
  }
  set output out
}

# Colours of groups and curves, by number
hues = 6
hue(k) = k % hues == 1 ? active : k % hues == 2 ? quiescent : \
  word("#3b9b5c - - #404040 #e69f00 #6f5bb5", k % hues + 1)
do for [k = 1 : hues] { set linetype k lc rgb hue(k) lw 1.5 pt 7 }
set linetype cycle hues

set border 3 lc rgb frame lw 0.75
set tics out nomirror scale 0.5, 0.25 textcolor rgb ink
set xlabel textcolor rgb ink
set ylabel textcolor rgb ink
set cblabel textcolor rgb ink
set colorbox noborder
set key samplen 1.2 spacing 1.1 textcolor rgb ink
set pointsize 0.6
set samples 500
eval "set palette " . sequential
if (exists("title")) set title title offset 0, -0.4 textcolor rgb ink

# A round number near x, for the step between tics: 1, 2 or 5 times a power of ten
lead(x) = x / 10 ** floor(log10(x))
rounded(x) = x / lead(x) * (lead(x) < 1.5 ? 1 : lead(x) < 3.5 ? 2 : lead(x) < 7.5 ? 5 : 10)

# What this plot has of the picture (cm); on the screen the left end of that and, in a panel, the
# height so many lines of text below its top; a round step between the numbers along cm of axis
plot_width = width * (exists("panel") ? panel_width : 1)
plot_height = height * (exists("panel") ? panel_height : 1)
panel_left = exists("panel") ? panel_x : 0
below_top(lines) = panel_y + panel_height - lines * font_size / 72 * 2.54 / height
tic_step(span, cm) = rounded(span * (cm > 3.3 ? 1.3 / cm : 0.4))

# Commands that several scripts share, for eval ---------------------------------------------------

# Stop where a matrix is missing or has another number of columns (0: any), or a field is missing.
stop(text) = sprintf("print \"%s\"; exit status 1", text)
needs_matrix(name, columns) = !exists(name . "_columns") \
  ? stop(sprintf("matrix '%s' expected among the data", name)) \
  : columns && value(name . "_columns") != columns \
  ? stop(sprintf("bad data '%s' (%d columns expected, got %d)", name, columns, value(name . "_columns"))) \
  : ""
needs(name) = exists(name) ? "" : stop(sprintf("'%s' expected among the data", name))

# Stop where a list has not one element for each of `count` things, or where of several fields, such as
# both edges of a band, some are there and others are not.
one_each(list, count, things) = exists(list) ? sprintf("if (|%s| != %d) { " . \
  "print \"bad data '%s' (one for each of %d %s expected)\"; exit status 1 }", \
  list, count, list, count, things) : ""
given(names) = sum [i = 1 : words(names)] exists(word(names, i))
together(names) = given(names) % words(names) == 0 ? "" : stop("of '" . names . "' all or none expected")

# Axes from xmin to ymax, or around columns 1 and 2 of a block, of one scale if `equal`; xlabel and ylabel
plane(block) = together("xmin xmax ymin ymax") . "; " . around(block) . \
  "set xrange [xmin : xmax]; set yrange [ymin : ymax]; set xlabel xlabel; set ylabel ylabel; " . \
  "room = plot_width - 2.8; room_y = plot_height - 1.3; " . \
  "if (equal) { set size ratio -1; room = room < room_y ? room : room_y; room_y = room }; " . \
  "set xtics tic_step(xmax - xmin, room); " . \
  "set ytics tic_step(equal ? xmax - xmin : ymax - ymin, room_y)"
around(block) = exists("xmin") ? "" : "stats data index '" . block . "' using 1:2 nooutput; " . \
  "xmid = (STATS_min_x + STATS_max_x) / 2.0; " . \
  "ymid = (STATS_min_y + STATS_max_y) / 2.0; " . \
  "xspan = STATS_max_x - STATS_min_x; " . \
  "yspan = STATS_max_y - STATS_min_y; " . \
  "if (equal) { xspan = xspan > yspan ? xspan : yspan; yspan = xspan }; " . \
  "xreach = xspan > 0 ? 0.54 * xspan : 1; yreach = yspan > 0 ? 0.54 * yspan : 1; " . \
  "xmin = xmid - xreach; xmax = xmid + xreach; ymin = ymid - yreach; ymax = ymid + yreach; "

# A logarithmic axis, x or y, of values from `low` to `high`: numbers at the powers of ten; where these
# are few at 1, 2 and 5 times them too; where even those are, at round steps. A y axis ends at such numbers.
log_axis(axis, low, high) = "set logscale " . axis . "; " . (high >= 100 * low \
  ? "set format " . axis . " '10^{%T}'" : high > 4 * low ? sprintf(few_powers, low, high, axis, axis) \
  : sprintf(few_steps, low, high, axis, axis)) . \
  (axis eq "y" && high < 100 * low ? "; set yrange [low : high]" : "")
few_powers = "low = below(%.15g + 0.0); high = above(%.15g + 0.0); set %stics (); " . \
  "do for [e = int(floor(log10(low))) : int(ceil(log10(high)))] { do for [m in '1 2 5'] { " . \
  "  if (m * 10.0 ** e > 0.99 * low && m * 10.0 ** e < 1.01 * high) { " . \
  "    set %stics add (on_log(m * 10.0 ** e) m * 10.0 ** e) } } }"
few_steps = "low = %.15g + 0.0; high = %.15g + 0.0; step = rounded(high > low ? (high - low) / 3.0 : low / 3.0); " . \
  "low = step * floor(low / step + 1e-6); high = step * ceil(high / step - 1e-6); set %stics (); " . \
  "do for [k = int(low / step + 0.5) : int(high / step + 0.5)] { set %stics add (on_log(k * step) k * step) }"
below(x) = x / lead(x) * (lead(x) > 4.999 ? 5 : lead(x) > 1.999 ? 2 : 1)
above(x) = x / lead(x) * (lead(x) < 1.001 ? 1 : lead(x) < 2.001 ? 2 : lead(x) < 5.001 ? 5 : 10)
on_log(x) = x >= 0.999e-3 && x < 1e4 ? sprintf("%g", x) : lead(x) < 1.001 \
  ? sprintf("10^{%d}", floor(log10(x) + 1e-6)) : sprintf("%g·10^{%d}", lead(x), floor(log10(x)))

# A colour bar beside a square plot: its range from cbmin and cbmax, and cblabel, which may be absent.
# (gnuplot leaves no room for long numbers, and another one for each ending: count letters and cm.)
letter_width = 0.62 * font_size / 72 * 2.54
colour_bar = "step = rounded((cbmax - cbmin) / 3.0); " . \
  "wide = 1; " . \
  "do for [k = int(ceil(cbmin / step)) : int(floor(cbmax / step))] { " . \
  "  letters = strlen(sprintf('%g', k * step)); " . \
  "  wide = letters > wide ? letters : wide }; " . \
  "set cbrange [cbmin : cbmax]; set cbtics step; set format cb '%g'; " . \
  "set colorbox user origin graph 1.04, graph 0 size graph 0.06, graph 1; " . \
  "beside = 0.25 + wide * letter_width; " . \
  "line = exists('cblabel') ? 2.8 * letter_width : 0; " . \
  "if (line) { set label 98 cblabel at graph 1.1, graph 0.5 " . \
  "  offset screen (beside + 0.4 * line) / width, 0 rotate center textcolor rgb ink }; " . \
  "bar = 0.1 * (equal ? room : plot_width - 1.5); " . \
  "set rmargin at screen panel_left + (plot_width - bar - beside - line) / width"

# Of paths (n x 3, the path's number in column 3) their `count`, the shade of each in a palette around
# `colour`, and after note(k, x, y) of every point the first and the last of each. (gnuplot reads
# an assignment to an array's element only where the array is known: hence note stands in here.)
trace_paths = "stats data index paths using 3 nooutput; count = int(STATS_max); " . \
  "array first_x[count]; array first_y[count]; array last_x[count]; array last_y[count]; " . \
  "do for [k = 1 : count] { first_x[k] = NaN; last_x[k] = NaN }; " . \
  "begin(k, x, y) = first_x[k] == first_x[k] ? 0 : ((first_x[k] = x), (first_y[k] = y)); " . \
  "note(k, x, y) = x == x && y == y ? (begin(k, x, y), (last_x[k] = x), (last_y[k] = y)) : 0; " . \
  "set palette defined (0 'white', 1 colour, 2 'black'); unset colorbox; " . \
  "set datafile missing NaN"
shade(k) = shades && count > 1 ? 0.3 + 0.4 * (k - 1) / (count - 1) : 0.5

# Polar axes out to `rim`, which holds `rmax`, with rings at round radii within. `rlabel` says what the
# radius is.
polar_axes = "ring = rounded(rmax / 2.5); rings = int(floor(rmax / ring + 1e-6)); " . \
  "rim = rings * ring > 0.999 * rmax ? rings * ring : 1.02 * rmax; " . \
  "set style textbox opaque noborder fillcolor rgb 'white' margins 0.2, 0.2; " . \
  "unset border; unset xtics; unset ytics; set lmargin 0; set rmargin 0; set size ratio -1; " . \
  "set xrange [-1.2 * rim : 1.2 * rim]; set yrange [-1.17 * rim : 1.17 * rim]; " . \
  "set object 19 circle at 0, 0 size rim front fillstyle empty border lc rgb frame lw 0.75; " . \
  "do for [k = 1 : rings] { " . \
  "  set object k circle at 0, 0 size k * ring front fillstyle empty " . \
  "    border lc rgb faint lw 0.75; " . \
  "  set label k sprintf('%g', k * ring) at k * ring * cos(pi / 8), k * ring * sin(pi / 8) " . \
  "    center front boxed textcolor rgb ink font sprintf(',%g', 0.85 * font_size) }; " . \
  "set label 20 '0°' at 1.06 * rim, 0 left textcolor rgb ink; " . \
  "set label 21 '90°' at 0, 1.12 * rim center textcolor rgb ink; " . \
  "set label 22 '180°' at -1.06 * rim, 0 right textcolor rgb ink; " . \
  "set label 23 '270°' at 0, -1.12 * rim center textcolor rgb ink; " . \
  "set xlabel rlabel"

# A panel has its own share of the picture, and its letter at the upper left of that, beside the
# title, which has room above the axes even where there is none.
if (exists("panel")) {
  set origin panel_x, panel_y
  set size panel_width, panel_height
  set tmargin at screen below_top(2.2)
  set label 99 sprintf("{/:Bold=%g %s}", font_size * 1.3, panel_letter) \
    at screen panel_x + 0.15 / width, screen panel_y + panel_height - 0.35 / height textcolor rgb ink
}
