-- The prompt of rxlua on a terminal, as its users meet it. The environment variable RXLUA may name another
-- program.

local lfs = require "lfs"
local support = require "tests.spec.support"
local system = require "system"

local quote = support.quote

local function read_file(path)
  local file = io.open(path)
  local text = file and file:read "a" or ""
  if file then file:close() end
  return text
end

local function contains(expected, output)
  assert.truthy(output:find(expected, 1, true), ("%q is not in:\n%s"):format(expected, output))
end

describe("The prompt, on a terminal", function()
  local folder, terminal, shown

  -- `script` gives the program a terminal; what it shows goes to a file. `exec` leaves the program
  -- alone on the terminal: its shell would answer Ctrl-C too.
  local function open_terminal()
    os.remove(folder .. "/shown")
    terminal = assert(io.popen(("cd %s; export XDG_STATE_HOME=%s/state TERM=xterm\n" ..
      "exec timeout -k 1 30 script -qefc %s shown > script.log 2>&1"):format(
      folder, folder, quote("exec " .. support.program)), "w"))
    shown = 0
  end

  --- Waits until a text appears after all that was waited for before.
  local function sees(expected)
    local text
    for _ = 1, 500 do
      text = read_file(folder .. "/shown")
      local _, last = text:find(expected, shown + 1, true)
      if last then
        shown = last
        return
      end
      system.sleep(0.02)
    end
    error(("%q is not shown in:\n%s"):format(expected, text:sub(shown + 1)))
  end

  local function type_in(text)
    terminal:write(text)
    terminal:flush()
  end

  local function exit_status()
    local _, _, status = terminal:close()
    terminal = nil
    return status
  end

  --- Leaves with Ctrl-D, once the prompt is back.
  local function leave()
    sees "> "
    type_in "\4"
    assert.equal(0, exit_status())
  end

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    lfs.mkdir(folder)
    open_terminal()
    sees "Ctrl-D leaves."
    sees "> "
  end)

  after_each(function()
    if terminal then
      terminal:close()
    end
    os.execute("rm -rf " .. quote(folder))
  end)

  it("prints values, goes on after incomplete lines and leaves at Ctrl-D", function()
    type_in "111 + 111\n"
    sees "222"
    sees "> "
    type_in "for i = 7, 8 do\n"
    sees ">> "
    type_in "print(i .. '' .. i) end\n"
    sees "77\r\n88\r\n"
    leave()
  end)

  it("completes globals, fields, methods and keywords", function()
    type_in "math.fl\t(2.5) + 333\n"
    sees "335\r\n"
    sees "> "
    type_in "(function() retu\t\t 6 * 7 end)()\n"
    sees "42\r\n"
    sees "> "
    type_in "thing = setmetatable({}, { __index = { grow = function() return 'gr' .. 'own' end } })\n"
    sees "> "
    type_in "thi\t:gr\t()\n"
    sees "grown\r\n"
    leave()
  end)

  it("completes the methods of userdata", function()
    type_in "io.stdout:setv\t('line')\n"
    sees "true\r\n"
    leave()
  end)

  it("calls nothing to complete a name", function()
    type_in "trap = setmetatable({}, { __index = function() print('sprung' .. '!') return {} end })\n"
    sees "> "
    type_in "trap.field.na\t\t"
    type_in "me = 1\n"
    sees "sprung!\r\n" -- by the assignment, once
    leave()
    assert.falsy(read_file(folder .. "/shown"):find("sprung!.*sprung!"))
  end)

  it("drops the line at Ctrl-C, and the statement that it continues", function()
    type_in "print('never' .. 'this')"
    sees "'this')"
    type_in "\3"
    sees "> "
    type_in "while true do\n"
    sees ">> "
    type_in "\3"
    sees "> "
    type_in "'still' .. 'here'\n"
    sees "stillhere\r\n"
    leave()
    assert.falsy(read_file(folder .. "/shown"):find("neverthis", 1, true))
  end)

  it("comes back at Ctrl-C from a computation, every time", function()
    for _ = 1, 2 do
      type_in "print('bu' .. 'sy') while true do end\n"
      sees "busy\r\n"
      type_in "\3"
      sees "interrupted!\r\n"
      sees "> "
    end
    type_in "1 + 1\n"
    sees "2\r\n"
    leave()
  end)

  it("leaves at SIGTERM, with status 143", function()
    type_in "function term() io.popen 'kill -TERM $PPID' end term()\n"
    sees "rxlua: terminated"
    assert.equal(143, exit_status())
  end)

  it("keeps its history for the next session, however it is left", function()
    type_in "'first' .. 'line'\n"
    sees "firstline\r\n"
    sees "> "
    type_in "os.exit(3)\n"
    assert.equal(3, exit_status())
    contains("'first'", read_file(folder .. "/state/rxlua/history"))
    open_terminal()
    sees "> "
    type_in "\27[A\27[A\n"
    sees "firstline\r\n"
    leave()
  end)

  it("shows what tables hold", function()
    type_in "{ 1, 'two', { 3, 4 }, x = 'y' }\n"
    sees '{ 1, "two", { 2 elements }, x = "y" }\r\n'
    sees "> "
    type_in "net = rx.rnn { inputs = 1, units = 3, outputs = 2, rng = rx.random(1) }\n"
    sees "> "
    type_in "net.weights\n"
    sees "w_rec = 3 x 3 matrix"
    sees "> "
    type_in "net.settings\n"
    sees "units = 3"
    sees "> "
    type_in "{ f = print, list = {} }\n"
    sees "{\r\n  list = {}\r\n  functions: f\r\n}\r\n"
    leave()
  end)

  it("keeps what pasted lines hold in locals", function()
    type_in "local a, b <const> = 20, 1\nlocal function f(n)\n  return n + a\nend\nlocal c = f(b)\nc * 2\n"
    sees "42\r\n"
    sees "> "
    type_in "do local hidden = 1 end print(hidden, c)\n"
    sees "nil\t21\r\n"
    leave()
  end)

  it("takes what follows a semicolon for an expression, where nothing else makes it whole", function()
    type_in "x = 3; x\n"
    sees "3\r\n"
    sees "> "
    type_in "x = 'a; b'; y = 4; x, y\n"
    sees "a; b\t4\r\n"
    sees "> "
    type_in "while x do y = 5; x\n"
    sees ">> "
    type_in "= nil end y\n"
    sees ">> "
    type_in "= 6; y\n"
    sees "6\r\n"
    leave()
  end)

  it("helps with functions, names and objects", function()
    type_in "help(rx.pca)\n"
    sees "rx.pca(source)\r\n  Principal components of rows."
    sees "for example:\r\n    local plane = rx.pca(states):project(states, 2)"
    sees "> "
    type_in "help 'mul'\n"
    sees "m:mul(other)\r\n  The elementwise product."
    sees "> "
    type_in "help(rx.random(1))\n"
    sees "rng:uniform(rows, cols, [low], [high]): Numbers uniform in [low, high)."
    sees "> "
    type_in "help 'eigenvalues'\n"
    sees "nothing is called 'eigenvalues'; of it speak"
    sees "rx.eigen(m)"
    sees "> "
    type_in "help(rx.schedule)\n"
    sees "rx.schedule.cosine(first, last, batches): From `first` to `last` along half a cosine."
    sees "> "
    type_in "help(nil)\n"
    sees "functions and objects, not of a nil"
    leave()
  end)

  it("leaves the history of a training that Ctrl-C stopped", function()
    type_in("task = rx.tasks.head_direction { steps = 5, cells = 8 }\n" ..
            "net = rx.rnn { inputs = 1, units = 4, outputs = 8, init = 8, rng = rx.random(1) }\n" ..
            "rx.train(net, task, { batches = 100000000 })\n")
    sees "/100000000"
    sees "/100000000"
    type_in "\3"
    sees "interrupted!\r\n"
    sees "their history in `history`\r\n"
    sees "> "
    type_in "#history.loss > 0 and history.test_loss[1] > 0\n"
    sees "true\r\n"
    leave()
  end)

  it("draws a figure anew in its place, whole at any time", function()
    local function draw(y)
      type_in(("rx.figure('curve', { curves = rx.matrix { { 0, 0 }, { 1, %d } } }, 'f.svg')\n"):format(y))
      sees "true\r\n"
      sees "> "
      local picture = read_file(folder .. "/f.svg")
      assert.matches("</svg>%s*$", picture)
      return picture
    end
    assert.is_true(draw(1) ~= draw(2))
    type_in "\4"
    assert.equal(0, exit_status())
  end)
end)

it("help tells of every function of the library, with its example", function()
  local known, paper = {}, require "krishna2024"
  for _, entry in ipairs(require("reactivation.prompt.reference").read()) do
    for _, part in ipairs(entry.parts) do
      known[entry.name] = known[entry.name] or part.tag == "usage" and #part.lines > 0
    end
  end
  local function check(functions, prefix)
    for name, value in pairs(functions) do
      if type(value) == "function" then assert.truthy(known[prefix .. name], prefix .. name) end
      if type(value) == "table" then check(value, prefix .. name .. ".") end
    end
  end
  check(require "reactivation", "rx.")
  check(paper, "krishna2024.")
end)
