# matrix.gp - a small matrix: colour and value of each cell, the first row on top
# data: `values`  matrix
#   row_labels, column_labels   lists of strings; absent, numbers
#   xlabel, ylabel              what the columns and the rows are
#   logcb                       true: colours by the logarithm, for values above 0
#   cbmin, cbmax                range of the colours
#   number                      how a value is written, as gprintf has it; absent, "%.2g"
#   slanted                     true for slanted column labels; absent, where one is wide

eval needs_matrix("values", 0)
if (!exists("logcb")) logcb = 0
if (!exists("number")) number = "%.2g"

# widest text in a cell and under a column, against the room there (cm)
cell = (plot_width - 2.0) / values_columns
written(z) = z == z ? gprintf(number, z) : ""
wide = 1
widen(text) = (wide = strlen(text) > wide ? strlen(text) : wide)
stats data index values matrix using (widen(written($3))) nooutput
small = wide * letter_width < cell ? font_size : font_size * cell / (wide * letter_width)
wide = 1
if (exists("column_labels")) {
  do for [i = 1 : |column_labels|] { wide = widen(column_labels[i]) }
}
if (!exists("slanted")) slanted = wide * letter_width > 1.15 * cell

stats data index values matrix nooutput
if (!exists("cbmin")) cbmin = STATS_min
if (!exists("cbmax")) cbmax = STATS_max

scaled(z) = logcb ? log(z) : z
span = scaled(cbmax) - scaled(cbmin)
height(z) = span > 0 ? (scaled(z) - scaled(cbmin)) / span : 0.5
set cbrange [0 : 1]
unset colorbox

set xrange [0.5 : values_columns + 0.5]
set yrange [values_rows + 0.5 : 0.5]
unset border
set tics scale 0
set xtics 1, 1, values_columns
set ytics 1, 1, values_rows
if (exists("column_labels")) {
  set xtics ()
  if (slanted) { set xtics rotate by 35 right }
  do for [i = 1 : |column_labels|] { set xtics add (column_labels[i] i) }
}
if (exists("row_labels")) {
  set ytics ()
  do for [i = 1 : |row_labels|] { set ytics add (row_labels[i] i) }
}
if (exists("xlabel")) set xlabel xlabel
if (exists("ylabel")) set ylabel ylabel

# dark text on light cells, white on dark ones
contrast(z) = height(z) < 0.6 ? 0xffffff : 0x262626
plot data index values matrix \
    using ($1 + 1):($2 + 1):($1 + 0.5):($1 + 1.5):($2 + 0.5):($2 + 1.5):(height($3)) \
    with boxxyerror fillstyle solid 1 border lc rgb "white" lc palette notitle, \
  data index values matrix using ($1 + 1):($2 + 1):(written($3)):(contrast($3)) \
    with labels font sprintf(",%g", small) textcolor rgb variable notitle
