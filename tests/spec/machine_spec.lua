-- What rxlua says of itself and of the machine, and how many threads it takes.
local rx = require "reactivation"
local support = require "tests.spec.support"

describe("the version", function()
  it("is said in one place, which the citation follows", function()
    assert.are.equal(support.read("src/system/version.h"):match('RX_VERSION "([^"]+)"'), rx.version)
    assert.are.equal("rxlua " .. rx.version, rx._VERSION)
    assert.are.equal(rx.version, support.read("CITATION.cff"):match("\nversion: (%S+)\n"))
  end)

  it("is among what the library knows of the machine", function()
    local machine = rx.machine()
    assert.are.equal(rx.version, machine.version)
    assert.are.equal(rx.threads(), machine.threads)
    for name, pattern in pairs {
      lua = "^Lua 5%.4", hdf5 = "^%d+%.%d+%.%d+$", openblas = "^%d+%.%d+", kernel = "^%w+$", processor = "^%w",
    } do
      assert.matches(pattern, machine[name])
    end
  end)
end)

describe("the threads at the start", function()
  local ASKS = support.program .. [[ -e 'print(require("reactivation").threads())']]

  local function threads(before)
    local output = support.run(before .. " " .. ASKS)
    return tonumber(output) or output
  end

  it("are those of OMP_NUM_THREADS", function()
    assert.are.equal(7, threads "OMP_NUM_THREADS=7")
  end)

  it("are no more than the cores that the process may use", function()
    assert.are.equal(1, threads "unset OMP_NUM_THREADS; taskset -c $(taskset -cp $$ | grep -oE '[0-9]+$')")
  end)

  it("are no more than a container's share of the processors", function()
    -- in namespaces of its own, where /sys/fs/cgroup holds what a container would see
    local ENTER = "unshare -rm sh -c 'mount -t tmpfs none /sys/fs/cgroup && exec %s'"
    if select(2, support.run(ENTER:format("true"))) ~= 0 then return pending "no namespaces here" end
    local function granted(quota, before)
      local script = ('echo "%s" >/sys/fs/cgroup/cpu.max; "$@"'):format(quota)
      return threads(before .. " " .. ENTER:format(('sh -c "$0" sh "$@"')) .. " " .. support.quote(script))
    end
    local all = threads "unset OMP_NUM_THREADS;"
    for quota, expected in pairs {
      ["max 100000"] = all, ["100000 100000"] = 1, ["25000 100000"] = 1, ["20000 10000"] = math.min(all, 2),
      ["6400000 100000"] = all,
    } do
      assert.are.equal(expected, granted(quota, "unset OMP_NUM_THREADS;"), quota)
    end
    assert.are.equal(3, granted("100000 100000", "OMP_NUM_THREADS=3"))
  end)
end)

describe("threads that there is no memory for", function()
  local function run(threads, code)
    return support.run(("ulimit -v 1000000; OMP_NUM_THREADS=%d %s -e %s"):format(
      threads, support.program, support.quote('local rx = require "reactivation" ' .. code)))
  end

  it("are told where they are needed first, and where they are asked for", function()
    if select(2, run(1, "rx.matrix(1, 1)")) ~= 0 then return pending "the sanitizers need more" end
    local output, status = run(400, "rx.matrix(1, 1)")
    assert.are.equal(1, status)
    assert.matches("command line%):1: not enough memory for 400 threads; see OMP_NUM_THREADS", output)
    assert.are.equal("false\t1\t2\n", (run(1, "print((pcall(rx.threads, 400)), rx.threads(), rx.matrix(2, 1).rows)")))
    assert.are.equal("1\n", (run(400, "rx.threads(1) print(rx.matrix(1, 1, 1):sum() // 1 | 0)")))
  end)
end)
