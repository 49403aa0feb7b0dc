-- Python programs of this folder, on Debian's Python, which sees Debian's packages, and on the
-- OpenBLAS of this program.

local Child = require "bench.child"
local machine = require "bench.machine"

-- Start a script; nil if Python or a package that it imports is absent.
return function(script, ...)
  local command = { "env", "LD_LIBRARY_PATH=" .. (machine.library_folder or ""), "/usr/bin/python3", "-B",
                    "tests/bench/" .. script, ... }
  return Child.start(table.concat(command, " "))
end
