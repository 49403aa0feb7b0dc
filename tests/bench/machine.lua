-- What this runs on.

local rx = require "reactivation"
local products = require "products" -- built by `make bench`

local function find(path, pattern)
  local file = io.open(path)
  local found = file and file:read("a"):match(pattern)
  if file then file:close() end
  return found
end

local threads = rx.threads()
local library, kernel = products.library()
local forced = os.getenv "OPENBLAS_CORETYPE"

return {
  processor = find("/proc/cpuinfo", "model name%s*: ([^\n]*)") or "unknown",
  threads = threads,
  thread_counts = threads > 1 and { 1, threads } or { 1 },
  load = tonumber(find("/proc/loadavg", "^%S+")), -- before this program's own
  library = library,
  kernel = kernel,
  forced = forced, -- the environment chose that kernel, not OpenBLAS
  vectors = rx.machine().vectors,
  peak = products.peak(), -- multiplications and additions a second
  library_folder = find("/proc/self/maps", "(/[^\n]*)/libopenblas"), -- for others to load the same one
}
