-- rxlua as its users meet it: a program with a command line, a prompt and manners.
-- It runs as a child; the environment variable RXLUA may name another one.

local lfs = require "lfs"
local system = require "system"

local function absolute(path)
  return path:find "^/" and path or lfs.currentdir() .. "/" .. path
end

local rxlua = absolute(os.getenv "RXLUA" or "./rxlua")

local function quote(text)
  return "'" .. text:gsub("'", [['\'']]) .. "'"
end

local function write_file(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

--- Runs a shell command in which `rxlua` is the program.
-- @return its output, stdout and stderr together, and its exit status
local function sh(command)
  local pipe = io.popen("exec 2>&1; unset LUA_INIT LUA_INIT_5_4 LUA_PATH LUA_PATH_5_4\n" ..
                        "rxlua() { timeout -k 1 20 " .. quote(rxlua) .. ' "$@"; }\n' .. command)
  local output = pipe:read "a"
  local _, _, status = pipe:close()
  return output, status
end

--- Runs code with -e.
local function run(code)
  return sh("rxlua -e " .. quote(code))
end

local function says(expected, command)
  local output, status = sh(command)
  assert.equal(expected, output)
  assert.equal(0, status)
end

local function contains(expected, output)
  assert.truthy(output:find(expected, 1, true), ("%q is not in:\n%s"):format(expected, output))
end

describe("The command line of rxlua", function()
  local folder

  setup(function()
    folder = os.tmpname()
    os.remove(folder)
    lfs.mkdir(folder)
    write_file(folder .. "/show.lua", "print(#arg, arg[0], ...)")
    write_file(folder .. "/named.lua", "return { name = ... }")
  end)

  teardown(function()
    os.execute("rm -rf " .. quote(folder))
  end)

  local function here(command)
    return "cd " .. quote(folder) .. "; " .. command
  end

  it("runs the code after -e, in the same word or the next, in its order", function()
    says("1\n2\n", "rxlua -e 'print(1)' -e'print(2)'")
  end)

  it("requires the library after -l into the global of its name", function()
    says("named\n", here "rxlua -l named -e 'print(named.name)'")
    says("named\n", here "rxlua -lnamed -e 'print(named.name)'")
  end)

  it("requires the library after -l g=name into the global g", function()
    says("named nil\n", here [[rxlua -l g=named -e 'print(g.name .. " " .. tostring(named))']])
  end)

  it("fails if the library after -l does not exist", function()
    local output, status = sh "rxlua -l no_such_library"
    contains("rxlua: module 'no_such_library' not found", output)
    assert.equal(1, status)
  end)

  it("has the bindings inside", function()
    says("table\n", [[cd /; rxlua -e 'print(type(require "reactivation.core"))']])
  end)

  it("shows for -v and --version its version, that of Lua, and what computes", function()
    for _, option in ipairs { "-v", "--version" } do
      local output, status = sh("OMP_NUM_THREADS=3 rxlua " .. option)
      assert.truthy(output:find("^rxlua %d+%.%d+%.%d+  Lua 5%.4%.%d+\n" ..
        "OpenBLAS %d%S+ with kernels for %w+, HDF5 %d+%.%d+%.%d+, built for [^\n]+, 3 threads\n$"), output)
      assert.equal(0, status)
    end
  end)

  it("says what it was built for where the processor does not know an instruction", function()
    local output, status = run "for _ = 1, 2 do os.execute 'kill -ILL $PPID' end"
    contains("rxlua: this processor lacks instructions of the one that rxlua was built for, ", output)
    contains("make ARCH=", output)
    assert.equal(128 + 4, status)
  end)

  it("shows its usage for -h and --help", function()
    for _, option in ipairs { "-h", "--help" } do
      local output, status = sh("rxlua 2>&- " .. option)
      contains("usage: rxlua [options] [script [args]]", output)
      assert.equal(0, status)
    end
  end)

  it("refuses an unknown option, and shows its usage on stderr", function()
    for _, option in ipairs { "-x", "--no", "-iv", "-vE" } do
      local output, status = sh("rxlua 2>&1 >&- " .. option)
      contains(("rxlua: unknown option '%s'\nusage:"):format(option), output)
      assert.equal(1, status)
    end
  end)

  it("refuses -e and -l without their text", function()
    for _, options in ipairs { "-e", "-l", "-e -v" } do
      local output, status = sh("rxlua " .. options)
      contains(("rxlua: '%s' needs an argument"):format(options:sub(1, 2)), output)
      assert.equal(1, status)
    end
  end)

  it("turns warnings on for -W, from there on", function()
    says("Lua warning: two\n", [[rxlua -e 'warn "one"' -W -e 'warn "two"']])
  end)

  it("runs a script with its arguments, whatever they look like", function()
    says("3\tshow.lua\ta\t-e\t--\n", here "rxlua show.lua a -e --")
  end)

  it("numbers the words before the script down from -1", function()
    write_file(folder .. "/before.lua", "print(arg[-1], arg[-2], arg[-4])")
    local output = sh(here "rxlua -e '' -- before.lua")
    assert.equal(("--\t\t%s\n"):format(rxlua), output)
  end)

  it("counts from its own name if there is no script", function()
    says("nil\t-e\n", "rxlua -e 'print(arg[-1], arg[1])'")
  end)

  it("ends its options at --", function()
    says("1\t-odd.lua\tx\n", here "cp show.lua ./-odd.lua; rxlua -- -odd.lua x")
  end)

  it("runs standard input without arguments, or for -", function()
    says("hello\t0\n", [[echo 'print("hello", #arg)' | rxlua]])
    says("hello\ta\tb\n", [[echo 'print("hello", ...)' | rxlua - a b]])
  end)

  it("skips a first line that starts with #", function()
    says("ok\n", here [[printf '#!/usr/bin/rxlua\nprint "ok"\n' > hash.lua; rxlua hash.lua]])
  end)

  it("runs LUA_INIT first, code or a file, and its versioned form rather than the plain one", function()
    says("init\nmain\n", [[LUA_INIT='print "init"' rxlua -e 'print "main"']])
    write_file(folder .. "/init.lua", "print 'file'")
    says("file\nmain\n", here [[LUA_INIT='@init.lua' rxlua -e 'print "main"']])
    says("5.4\n", [[LUA_INIT='print "plain"' LUA_INIT_5_4='print "5.4"' rxlua -e '']])
  end)

  it("ignores the environment for -E", function()
    says("nil\n", [[LUA_INIT='print "init"' rxlua -E -e 'print(os.getenv "nothing")']])
    says("nil\n", [[LUA_PATH='/odd/?.lua' rxlua -E -e 'print(package.path:find "odd")']])
  end)

  it("takes its exit status from os.exit", function()
    assert.same({ "", 7 }, { run "os.exit(7)" })
    assert.same({ "", 1 }, { run "os.exit(false)" })
    assert.same({ "", 0 }, { run "os.exit(true, true)" })
  end)

  it("says what failed and where, and exits with 1", function()
    write_file(folder .. "/fails.lua", "local function deep() error 'too deep' end\ndeep()\n")
    local output, status = sh(here "rxlua 2>&1 >&- fails.lua")
    contains("rxlua: fails.lua:1: too deep\nstack traceback:\n", output)
    contains("fails.lua:2: in main chunk", output)
    assert.equal(1, status)
  end)

  it("names a syntax error without a traceback", function()
    local output, status = run "x ="
    assert.equal("rxlua: (command line):1: unexpected symbol near <eof>\n", output)
    assert.equal(1, status)
  end)

  it("names a script that is not there", function()
    local output, status = sh "rxlua /no/such/script.lua"
    contains("rxlua: cannot open /no/such/script.lua", output)
    assert.equal(1, status)
  end)

  it("lets error objects with __tostring speak for themselves", function()
    local output, status = run "error(setmetatable({}, { __tostring = function() return 'my words' end }))"
    assert.equal("rxlua: my words\n", output)
    assert.equal(1, status)
  end)

  it("names the type of other error objects", function()
    contains("rxlua: (error object is a table value)", (run "error {}"))
    contains("rxlua: (error object is a nil value)", (run "error()"))
  end)

  it("stops at the first failure", function()
    local output, status = sh "rxlua -e 'print(1)' -e 'error(2, 0)' -e 'print(3)'"
    contains("1\nrxlua: 2\n", output)
    assert.falsy(output:find("3\n", 1, true) and output:find "\n3\n")
    assert.equal(1, status)
  end)

  it("closes the Lua state, whatever happened", function()
    local closing = "setmetatable({}, { __gc = function() print 'closed' end })"
    assert.equal("closed\n", (run(closing)))
    contains("closed\n", (run(closing .. " error 'oops'")))
  end)
end)

describe("The Lua library of rxlua", function()
  local top

  local function plant(program_folder, library_folder)
    os.execute(("mkdir -p %s/%s %s/%s/reactivation"):format(top, program_folder, top, library_folder))
    os.execute(("cp %s %s/%s/rxlua"):format(quote(rxlua), top, program_folder))
    write_file(("%s/%s/reactivation/init.lua"):format(top, library_folder), "return 'the library'")
    write_file(("%s/%s/reactivation/part.lua"):format(top, library_folder), "return 'its part'")
  end

  before_each(function()
    top = os.tmpname()
    os.remove(top)
    lfs.mkdir(top)
  end)

  after_each(function()
    os.execute("rm -rf " .. quote(top))
  end)

  local function is_found(program_folder)
    local output = sh(("cd /; %s/%s/rxlua -e %s"):format(top, program_folder,
      quote "print((require 'reactivation'), (require 'reactivation.part'))"))
    assert.equal("the library\tits part\n", output)
  end

  it("is found in the source tree, from any working directory", function()
    plant(".", "lua")
    is_found "."
  end)

  it("is found by a program in build/<kind>", function()
    plant("build/sanitize", "lua")
    is_found "build/sanitize"
  end)

  it("is found where it is installed", function()
    plant("bin", "share/lua/5.4")
    is_found "bin"
  end)

  it("is found through a symbolic link to the program", function()
    plant("bin", "share/lua/5.4")
    os.execute(("mkdir %s/elsewhere; ln -s ../bin/rxlua %s/elsewhere/rxlua"):format(top, top))
    is_found "elsewhere"
  end)

  it("comes before what LUA_PATH names", function()
    plant(".", "lua")
    local output = sh(("LUA_PATH='/odd/?.lua' %s/rxlua -e 'print(package.path)'"):format(top))
    assert.equal(("%s/lua/?.lua;%s/lua/?/init.lua;/odd/?.lua\n"):format(top, top), output)
  end)
end)

describe("A signal", function()
  -- the child's own child sends it, once the child is busy
  local function signalled(name, code)
    return run(("io.popen 'sleep 0.1; kill -%s $PPID' %s"):format(name, code))
  end

  it("ends a busy script: Ctrl-C with status 130, SIGTERM with 143, and one line", function()
    assert.same({ "rxlua: interrupted\n", 130 }, { signalled("INT", "while true do end") })
    assert.same({ "rxlua: terminated\n", 143 }, { signalled("TERM", "while true do end") })
  end)

  it("ends it within half a second", function()
    local start = system.gettime()
    signalled("INT", "while true do end")
    assert.is_true(system.gettime() - start < 0.1 + 0.5 + 1) -- a second for a busy machine
  end)

  it("leaves the script time to clean up, and closes the Lua state", function()
    local output, status = signalled("INT", [[
      setmetatable({}, { __gc = function() print "closed" end })
      local guard <close> = setmetatable({}, { __close = function() print "left" end })
      while true do end]])
    assert.equal("left\nrxlua: interrupted\nclosed\n", output)
    assert.equal(130, status)
  end)

  it("raises one error, which a script can catch, save its work and rethrow", function()
    local output, status = signalled("TERM", [[
      local ok, message = pcall(function() while true do end end)
      for _ = 1, 1e5 do end
      print("saved", message)
      error(message, 0)]])
    assert.equal("saved\tinterrupted!\nrxlua: terminated\n", output)
    assert.equal(143, status)
  end)

  it("does not change the status of a script that swallows it", function()
    local output, status = signalled("INT", "pcall(function() while true do end end) print 'done'")
    assert.same({ "done\n", 0 }, { output, status })
  end)

  it("is not blamed for an error that came later", function()
    local output, status = signalled("INT", "pcall(function() while true do end end) error 'other'")
    contains("rxlua: (command line):1: other\nstack traceback:", output)
    assert.equal(1, status)
  end)

  it("ends at its second coming a script that swallows everything", function()
    local _, status = run [[
      io.popen "sleep 0.1; kill -INT $PPID; sleep 0.4; kill -INT $PPID"
      while true do pcall(function() while true do end end) end]]
    assert.equal(130, status)
  end)

  it("is one signal when timeout or a batch system sends it to the process and to its group", function()
    local output, status = run [[
      io.popen "sleep 0.1; kill -TERM $PPID; sleep 0.02; kill -INT $PPID; kill -TERM $PPID"
      local ok, message = pcall(function() while true do end end)
      local start = os.clock()
      while os.clock() - start < 0.1 do end
      print("saved", message)
      error(message, 0)]]
    assert.equal("saved\tinterrupted!\nrxlua: terminated\n", output)
    assert.equal(143, status)
  end)

  it("ends a read from a pipe", function()
    local output, status = sh("sleep 0.4 | rxlua -e " ..
      quote "io.popen 'sleep 0.1; kill -INT $PPID' io.read() while true do end")
    assert.same({ "rxlua: interrupted\n", 130 }, { output, status })
  end)
end)

describe("The prompt, without a terminal", function()
  local function typed(text, options)
    return sh(("printf %%s %s | rxlua -i %s"):format(quote(text), options or ""))
  end

  it("prints what expressions yield", function()
    contains("> 2\n", (typed "1 + 1\n"))
    contains("> a\tnil\n", (typed "'a', nil\n"))
    contains("> 3\n", (typed "return 3\n"))
  end)

  it("starts with the version and a hint", function()
    assert.truthy(typed "":find "^rxlua [^\n]+\n[^\n]*Ctrl%-D leaves[^\n]*\n> \n$")
  end)

  it("goes on after an incomplete line", function()
    contains("> >> >> 1\n2\n> ", (typed "for i = 1, 2 do\nprint(i)\nend\n"))
    contains("> >> 3\n", (typed "1 +\n2\n"))
  end)

  it("names a syntax error without a traceback, and an unfinished statement at the end", function()
    local output, status = typed "x y\nfor\n"
    contains("stdin:1: syntax error near 'y'\n", output)
    contains("stdin:1: <name> expected near <eof>\n", output)
    assert.falsy(output:find "traceback")
    assert.equal(0, status)
  end)

  it("shows a traceback for a runtime error, and goes on", function()
    local output, status = typed "error 'oops'\n1 + 1\n"
    contains("stdin:1: oops\nstack traceback:\n", output)
    contains("2\n", output)
    assert.equal(0, status)
  end)

  it("comes after the code of -e, and not after code that failed", function()
    contains("> 5\n", (typed("x\n", "-e 'x = 5'")))
    local output, status = typed("1 + 1\n", "-e 'error(0)'")
    assert.falsy(output:find("> ", 1, true))
    assert.equal(1, status)
  end)

  it("shows _PROMPT and _PROMPT2, if they are strings", function()
    contains("? ?? 3\n", (typed("1 +\n2\n", [[-e '_PROMPT, _PROMPT2 = "? ", "?? "']])))
    contains("> 3\n", (typed("1 + 2\n", "-e '_PROMPT = {}'")))
  end)

  it("keeps its word when print is broken", function()
    local output, status = typed "print = nil\n1\n2 > 1\n"
    contains("attempt to call a nil value", output)
    assert.equal(0, status)
  end)
end)
