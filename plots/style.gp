# style.gp - how every picture looks. figure.lua puts this text between a picture's data and the
# script that draws it; in a picture of several panels, before each panel.
# data (all optional):
#   width, height      of the whole picture (cm); a page's column is 8.6 wide, two are 17.8
#   font_size          (points)
#   title              above the plot
#   active, quiescent  the two colours of the paper
#   colour             of what is drawn, where a script has one: "active", "quiescent" or any other

if (!exists("width")) width = 8.6
if (!exists("height")) height = 7.0
if (!exists("font_size")) font_size = 8
if (!exists("active")) active = "#2ca7c5"
if (!exists("quiescent")) quiescent = "#ee3233"
if (exists("colour") && colour eq "active") colour = active
if (exists("colour") && colour eq "quiescent") colour = quiescent
ink = "#262626"
frame = "#8c8c8c"
faint = "#d0d0d0"

# Palettes, for `eval "set palette " . name`: viridis; and for angles a wheel of one lightness (0.68
# in OKLCH), whose ends meet
sequential = "defined (0 '#440154', 1 '#482878', 2 '#3e4989', 3 '#31688e', 4 '#26828e', " . \
  "5 '#1f9e89', 6 '#35b779', 7 '#6ece58', 8 '#b5de2b', 9 '#fde725')"
wheel = "defined (0 '#369cf9', 1 '#8689fb', 2 '#b777e3', 3 '#d96ab8', 4 '#ea6681', 5 '#ea6e41', " . \
  "6 '#d08506', 7 '#ad9907', 8 '#75ab2a', 9 '#0cb477', 10 '#0cafa8', 11 '#0da9cc', 12 '#369cf9')"

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
      background "white"
  }
  if (ending eq "pdf") {
    set terminal pdfcairo size width cm, height cm font font fontscale 0.75 \
      linewidth 1.5 pointscale 0.7 background "white"
  }
  if (ending eq "png") {
    dots = 300 / 2.54
    scale = 300 / 96.0
    set terminal pngcairo size width * dots, height * dots font font fontscale scale \
      linewidth scale pointscale scale background "white"
  }
  set output out
}

set linetype 1 lc rgb active lw 1.5 pt 7
set linetype 2 lc rgb quiescent lw 1.5 pt 7
set linetype 3 lc rgb "#404040" lw 1.5 pt 7
set linetype 4 lc rgb "#e69f00" lw 1.5 pt 7
set linetype 5 lc rgb "#6f5bb5" lw 1.5 pt 7
set linetype 6 lc rgb "#3b9b5c" lw 1.5 pt 7
set linetype cycle 6

set border 3 lc rgb frame lw 0.75
set tics out nomirror scale 0.5, 0.25 textcolor rgb ink
set xlabel textcolor rgb ink
set ylabel textcolor rgb ink
set cblabel textcolor rgb ink
set colorbox noborder
set key samplen 1.2 spacing 1.1 textcolor rgb ink
set pointsize 0.5
set samples 500
eval "set palette " . sequential
if (exists("title")) set title title offset 0, -0.4 textcolor rgb ink

# A round number near x, for the step between tics: 1, 2 or 5 times a power of ten
lead(x) = x / 10 ** floor(log10(x))
round(x) = x / lead(x) * (lead(x) < 1.5 ? 1 : lead(x) < 3.5 ? 2 : lead(x) < 7.5 ? 5 : 10)

# A panel has its own share of the picture, and its letter at the upper left of that.
if (exists("panel")) {
  set origin panel_x, panel_y
  set size panel_width, panel_height
  set label 99 sprintf("{/:Bold=%g %s}", font_size * 1.3, panel_letter) \
    at screen panel_x + 0.15 / width, screen panel_y + panel_height - 0.35 / height textcolor rgb ink
}
