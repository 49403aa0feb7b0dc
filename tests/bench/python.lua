-- Python programs of this folder, on Debian's Python, which sees Debian's packages, and on the
-- OpenBLAS of this program.

local Child = require "bench.child"
local machine = require "bench.machine"

-- The C library gives large blocks back to the system as soon as they are free, and has to have them
-- cleared, page by page, when it asks for them again. With these it keeps what it has.
local KEEPING = "MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=100000000000"

local function start(environment, script, ...)
  return Child.start(table.concat({
    "env", "LD_LIBRARY_PATH=" .. (machine.library_folder or ""), environment, "/usr/bin/python3", "-B",
    "tests/bench/" .. script, ...,
  }, " "))
end

local python = {}

-- Start a script; nil if Python or a package that it imports is absent.
function python.start(script, ...) return start("", script, ...) end

-- The same, but what it has freed stays its own.
function python.start_keeping_memory(script, ...) return start(KEEPING, script, ...) end

return python
