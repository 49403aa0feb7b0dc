-- `luarocks make` builds and installs the program rxlua and the module "reactivation" from this folder.
-- It brings neither OpenBLAS (its OpenMP build), LAPACKE, HDF5, libedit, Random123 nor gnuplot: see README.md.
rockspec_format = "3.0"
package = "reactivation"
version = "dev-1"
source = { url = "git+file://." }
description = {
  summary = "Recurrent networks that integrate, rest and replay",
  detailed = "Tasks, cells, losses, trainings and analyses of recurrent networks in short Lua scripts, on a fast core in C.",
  license = "MIT",
}
supported_platforms = { "linux" }
dependencies = { "lua ~> 5.4", "argparse", "lua-cjson", "luafilesystem" }
build = {
  type = "make",
  variables = { PREFIX = "$(PREFIX)", BINDIR = "$(BINDIR)", LUADIR = "$(LUADIR)", LIBDIR = "$(LIBDIR)" },
}
deploy = { wrap_bin_scripts = false }
