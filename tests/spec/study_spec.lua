-- What experiments are made of: trained networks, their phases, means over seeds, reports and pages.
local rx = require "reactivation"
local krishna2024 = require "krishna2024"
local core = require "reactivation.core"
local support = require "tests.spec.support"
local cjson = require "cjson"
local lfs = require "lfs"
local message, same = support.message, support.same

local read = support.read

local folder, remove
setup(function() folder, remove = support.scratch() end)
teardown(function() remove() end)

describe("a network of the paper", function()
  local function trained(options)
    local o = { task = "head_direction", units = 6, batches = 2, networks = folder .. "/networks", progress = false }
    for name, value in pairs(options or {}) do o[name] = value end
    return krishna2024.trained(o)
  end

  it("is trained once, and then taken from its folder", function()
    local first = trained { seed = 3 }
    local folder_of = folder .. "/networks/head_direction-tonic-seed3"
    local written = lfs.attributes(folder_of .. "/checkpoint.h5", "modification")
    local second = trained { seed = 3 }
    assert.are.equal("head_direction-tonic-seed3", second.name)
    assert.is_true(same(first.net.parameters, second.net.parameters))
    assert.are.equal(written, lfs.attributes(folder_of .. "/checkpoint.h5", "modification"))
    assert.are.same(first.history, rx.load(folder_of .. "/history.h5"))
    local training = cjson.decode(read(folder_of .. "/training.json"))
    assert.are.same({ 3, 6, "tonic" }, { training.seed, training.units, training.setting })
  end)

  it("that is refused leaves what describes the one that is there", function()
    trained { seed = 5, folder = folder .. "/own" }
    assert.matches("made with network units = 6, but this run has 7",
                   message(trained, { seed = 5, units = 7, folder = folder .. "/own" }))
    assert.are.equal(6, cjson.decode(read(folder .. "/own/training.json")).units)
  end)

  it("goes on with a longer training", function()
    local first = trained { seed = 4 }
    assert.are.equal(2, #first.history.loss)
    assert.are.equal(5, #trained({ seed = 4, batches = 5 }).history.loss)
  end)

  it("has the paper's settings, and the noise and biases of its reading", function()
    local net = krishna2024.trained({ task = "spatial_navigation", untrained = true }).net
    assert.are.equal(512, net.units)
    assert.near(0.01, net.sigma * math.sqrt(net.dt), 1e-9)
    assert.are.same({ "gaussian", true, 0.1 }, { net.noise, net.bias, net.tau })
    net = krishna2024.trained({ task = "head_direction", untrained = true, setting = "code" }).net
    assert.are.same({ "uniform", false, 0.04, 128 }, { net.noise, net.bias, net.tau, net.units })
    assert.near(0.1, net.sigma * math.sqrt(net.dt), 1e-9)
    net = krishna2024.trained({ task = "head_direction", untrained = true, setting = "text", noisy = false }).net
    assert.are.same({ "gaussian", false, 0 }, { net.noise, net.bias, net.sigma })
  end)

  it("has a folder for each variant, and untrained none", function()
    assert.are.equal("head_direction-text-biased-noiseless-seed0",
                     trained({ setting = "text", biased = true, noisy = false }).name)
    assert.are.equal("head_direction-tonic-gru-seed0", trained({ cell = "gru" }).name)
    local random = trained { untrained = true, networks = folder .. "/nothing" }
    assert.is_nil(random.history)
    assert.is_nil(lfs.attributes(folder .. "/nothing", "mode"))
  end)

  it("answers mistakes", function()
    assert.matches("bad option 'task' %(one of 'head_direction', 'spatial_navigation' expected, got nothing",
                   message(krishna2024.trained, {}))
    assert.matches("unknown option 'noise'", message(krishna2024.trained, { task = "head_direction", noise = 1 }))
  end)
end)

describe("the phases of a network", function()
  local task = rx.tasks.head_direction { steps = 7, cells = 12 }
  local net = rx.rnn { inputs = 1, units = 9, outputs = 12, sigma = 0.5, rng = rx.random(1) }

  it("begin alike; asleep the noise is scaled, the same, or as given", function()
    assert.near(0.5 * math.sqrt(2), rx.quiescent_sigma(net, "scaled"), 1e-12)
    assert.are.equal(0.5, rx.quiescent_sigma(net, "same"))
    assert.are.equal(0.1, rx.quiescent_sigma(net, 0.1))
    local awake, asleep = rx.phases(net, task, { trials = 5, steps = 4, noise = 0, rng = rx.random(2) })
    assert.are.same({ 7, 5, 4, 5 },
                    { awake.states.steps, awake.states.batch, asleep.decoded.steps, asleep.decoded.batch })
    local expected = net:forward { init = awake.batch.init, steps = 4, sigma = 0 }
    assert.is_true(same(expected, asleep.states))
  end)

  it("decode over windows to what they decode to at once", function()
    local batch = task:batch(5, rx.random(3))
    local decoded, last = rx.decoded(net, task, { init = batch.init, steps = 47, rng = rx.random(4) })
    local states, outputs = net:forward { init = batch.init, steps = 47, rng = rx.random(4) }
    assert.are.equal(47, decoded.steps)
    assert.is_true(same(task:decode(outputs), decoded))
    assert.is_true(same(states:at(47), last))
  end)

  it("show the states of every window while they decode", function()
    local moments = rx.moments(9)
    rx.decoded(net, task, { init = task:batch(5, rx.random(3)).init, steps = 47, rng = rx.random(4) },
               function(states) moments:add(states) end)
    local states = net:forward { init = task:batch(5, rx.random(3)).init, steps = 47, rng = rx.random(4) }
    assert.are.equal(47 * 5, moments.count)
    assert.is_true((states:mean("rows") - moments.mean):abs():max() < 1e-5)
  end)

  it("are the same where the states asleep are not kept", function()
    local awake, asleep = rx.phases(net, task, { trials = 5, steps = 47, rng = rx.random(1, 1 << 57) })
    local function again(keep)
      return rx.phases(net, task, { trials = 5, steps = 47, keep = keep, rng = rx.random(1, 1 << 57) })
    end
    local day, night, pca = again "plane"
    assert.is_true(same(awake.batch.truth, day.batch.truth))
    for phase, whole in pairs { [day] = awake, [night] = asleep } do
      assert.is_true(same(whole.decoded, phase.decoded))
      assert.is_true((pca:project(whole.states, 2) - phase.plane):abs():max() < 1e-5)
      assert.are.equal(whole.states.rows, phase.moments.count)
      assert.near(pca:explained(whole.states, 2), pca:explained(phase.moments, 2), 1e-6)
      assert.is_nil(phase.states)
    end
    day, night = again "nothing"
    assert.is_true(same(awake.decoded, day.decoded))
    assert.is_true(same(asleep.decoded, night.decoded))
    assert.is_nil(night.states or night.plane)
  end)

  it("answer mistakes", function()
    assert.matches("'scaled', 'same' or a number of at least 0 expected, got 'loud'",
                   message(rx.quiescent_sigma, net, "loud"))
    assert.matches("got %-1", message(rx.quiescent_sigma, net, -1))
    assert.matches("bad option 'rng'", message(rx.phases, net, task, {}))
  end)
end)

describe("over several networks", function()
  it("there is a mean and a standard deviation", function()
    assert.are.same({ 2, 1 }, { rx.mean_sd { 1, 2, 3 } })
    assert.are.same({ 5, 0 }, { rx.mean_sd { 5 } })
    assert.matches("a mean of no numbers", message(rx.mean_sd, {}))
  end)

  it("curves have bands of one standard deviation, and one network's none", function()
    local data = rx.curves({ 10, 20 }, { { 1, 5 }, { 2, 5 }, { 3, 5 } }, { { 0, 7 }, { 0, 8 }, { 0, 9 } })
    assert.are.same({ { 10, 2, 0 }, { 20, 5, 8 } }, data.curves:totable())
    assert.are.same({ { 10, 1, 0 }, { 20, 5, 7 } }, data.lower:totable())
    assert.are.same({ { 10, 3, 0 }, { 20, 5, 9 } }, data.upper:totable())
    assert.is_nil(rx.curves({ 10 }, { { 1 } }).lower)
  end)
end)

describe("data for pictures", function()
  it("are trials of a sequence, a density on a grid, groups of numbers", function()
    local sequence = rx.matrix { { 1, 2 }, { 3, 4 }, { 5, 6 }, { 7, 8 } }:as_sequence(2)
    assert.are.same({ { 1, 2, 1 }, { 5, 6, 1 }, { 3, 4, 2 }, { 7, 8, 2 } }, rx.paths(sequence, 9):totable())
    assert.are.same({ { 1, 2, 1 }, { 5, 6, 1 } }, rx.paths(sequence, 1):totable())
    assert.matches("bad argument #1 to 'paths' %(sequence expected, got 3 x 2 matrix%)",
                   message(function() rx.paths(rx.matrix(3, 2), 1) end))
    assert.matches("bad argument #1 to 'heat_map' %(density with a method 'density' expected, got 3 x 2 matrix%)",
                   message(function() rx.heat_map(rx.matrix(3, 2), 1) end))
    assert.matches("bad argument #2 to 'decoded' %(task with a method 'decode' expected, got table%)",
                   message(function() rx.decoded(nil, {}, {}) end))
    local slope = { density = function(_, points) return points:column(1) + 10 * points:column(2) end }
    local map = rx.heat_map(slope, 1, 3)
    assert.are.same({ { -11, -10, -9 }, { -1, 0, 1 }, { 9, 10, 11 } }, map.density:totable())
    assert.are.same({ -1, 1 }, { map.xmin, map.ymax })
    assert.are.same({ { 1, 5 }, { 1, 6 }, { 3, 7 } }, rx.groups { { 5, 6 }, {}, { 7 } }:totable())
  end)
end)

describe("a report", function()
  it("prints its rows and stores them in order", function()
    local script = folder .. "/report.lua"
    local file = io.open(script, "w")
    file:write([[
      local rx = require "reactivation"
      rx.report(rx.folder(arg[1]), "mine", { { "error", { 1, 3 }, "m" }, { "a share", { 0.5 } } })
    ]])
    file:close()
    local output, status = support.run(("%s %s %s/out"):format(support.program, script, folder))
    assert.are.equal(0, status, output)
    assert.are.equal("mine\n  error    2 +- 1.4 m\n  a share  0.5\n", output)
    local numbers = cjson.decode(read(folder .. "/out/numbers.json"))
    assert.are.same({ label = "error", mean = 2, sd = math.sqrt(2), unit = "m", values = { 1, 3 } }, numbers[1])
    assert.are.equal("a share", numbers[2].label)
  end)

  it("has several columns side by side, which are stored one after the other", function()
    local printed = {}
    local print = _G.print
    _G.print = function(text) printed[#printed + 1] = text end -- luacheck: ignore
    local ok, problem = pcall(rx.report, rx.folder(folder .. "/columns"), "both", {
      { "error", { { 1, 3 }, { 0.25 } }, "m" }, { "a share", { { 0.5 }, { 1 } } },
    }, { "day", "night" })
    _G.print = print -- luacheck: ignore
    assert.is_true(ok, problem)
    assert.are.same({ "both", "           day         night", "  error    2 +- 1.4 m  0.25 m",
                      "  a share  0.5         1" }, printed)
    local numbers = cjson.decode(read(folder .. "/columns/numbers.json"))
    assert.are.equal(4, #numbers)
    assert.are.same({ label = "error", column = "night", mean = 0.25, sd = 0, unit = "m", values = { 0.25 } },
                    numbers[2])
  end)
end)

describe("an experiment", function()
  local options = {
    { "kind", "a", "kind", word = "%s", always = true }, { "size", 3, "size", word = "size%d" },
    { "quick", false, "quick", word = "quick" },
  }

  local function in_folder(f)
    local here = lfs.currentdir()
    lfs.chdir(folder)
    local ok, problem = pcall(f)
    lfs.chdir(here)
    assert.is_true(ok, problem)
  end

  it("has a folder named by what tells it from others, with its configuration", function()
    in_folder(function()
      assert.are.equal("results/e/a", rx.experiment("e", "E.", options, {}).folder.name)
      local experiment = rx.experiment("e", "E.", options, { "--quick", "--size", "4" })
      assert.are.equal("results/e/a-size4-quick", experiment.folder.name)
      assert.are.equal(4, cjson.decode(read("results/e/a-size4-quick/configuration.json")).size)
      assert.are.equal("there", rx.experiment("e", "E.", options, { "--out", "there" }).folder.name)
    end)
  end)

  it("stores its numbers even where a figure cannot be drawn, and then says so", function()
    local printed, print = {}, _G.print
    _G.print = function(text) printed[#printed + 1] = text end -- luacheck: ignore
    in_folder(function()
      local experiment = rx.experiment("f", "F.", options, {})
      experiment:draw("good.svg", { { "curve", { curves = rx.matrix { { 0, 1 }, { 1, 2 } } } } })
      experiment:finish("mine", { { "x", { 1 }, published = "about 1" } })
      assert.are.same({ "mine", "  x  1", "figure: results/f/a/good.svg" }, printed)
      assert.are.equal("about 1", cjson.decode(read("results/f/a/numbers.json"))[1].published)
      io.open("results/f/a/bad.gp", "w"):write("plot nonsense"):close()
      experiment:draw("bad.svg", { { "results/f/a/bad.gp", {} } })
      assert.matches("^no figure: gnuplot", message(experiment.finish, experiment, "mine", { { "y", { 2 } } }))
      assert.are.equal("y", cjson.decode(read("results/f/a/numbers.json"))[1].label)
    end)
    _G.print = print -- luacheck: ignore
  end)
end)

describe("a table of a report's numbers", function()
  local numbers = require "reactivation.runs.numbers"

  local function reported(name, rows)
    local out = rx.folder(folder .. "/" .. name)
    out:write("numbers.json", rows)
    return out.name
  end

  it("has the values of all seeds, and a column of what others published if they did", function()
    local zero = reported("zero", { { label = "a", unit = "m^2", values = { 1 } } })
    local one = reported("one", { { label = "a", unit = "m^2", values = { 3 } } })
    assert.are.same({ { "", "ours" }, { { "a", "2 ± 1.4 m²" } } }, { numbers.table({ zero, one }, "theirs") })
    local published = reported("published", {
      { label = "a", unit = "", values = { 1 } }, { label = "b", unit = "", values = { 2 }, published = "about 2" },
    })
    assert.are.same({ { "", "ours", "theirs" }, { { "a", "1", "" }, { "b", "2", "about 2" } } },
                    { numbers.table({ published }, "theirs") })
  end)
end)

describe("the paper's claims", function()
  local claims = require "krishna2024.page.claims"

  it("are judged network by network, where their numbers were measured", function()
    local out = rx.folder(folder .. "/claims")
    out:write("numbers.json", {
      { label = "ring radius, awake", unit = "", values = { 10, 10, 10 } },
      { label = "ring radius, quiescent", unit = "", values = { 9.5, 8, 10.5 } },
    })
    local head, rows = claims.table { ["3"] = { out.name } }
    assert.are.same({ "the claim", "found", "it holds if", "and does in" }, head)
    assert.are.same({ {
      "Head direction: the states at rest lie on the waking ring (3c, d)",
      "radius awake 10 ± 0, at rest 9.33 ± 1.3", "radius within a tenth", "2 of 3",
    } }, rows)
  end)
end)

describe("a page", function()
  it("holds its text, its tables and its pictures within itself", function()
    local bytes = {}
    for i = 0, 255 do bytes[i + 1] = string.char(i) end
    for cut = 0, 2 do -- every kind of padding
      local picture = table.concat(bytes, "", 1, 256 - cut)
      local file = io.open(folder .. "/p.png", "wb")
      file:write(picture)
      file:close()
      assert(rx.page(folder .. "/page.html", {
        title = "a < b", head = { "what", "value" },
        { title = "One", pictures = { folder .. "/p.png" }, caption = "1 < 2", command = "rxlua one.lua",
          text = "See https://example.org/a.\n\nAnd more.", rows = { { "x & y", "1 +- 2" } } },
        { title = "Two", head = { "", "day", "night" }, rows = { { "z", "1", "2" } } },
      }))
      local html = read(folder .. "/page.html")
      assert.truthy(html:find("<h1>a &lt; b</h1>", 1, true))
      assert.truthy(html:find("<th>what</th><th>value</th></tr>\n<tr><td>x &amp; y</td>", 1, true))
      assert.truthy(html:find("<th></th><th>day</th><th>night</th></tr>\n<tr><td>z</td>", 1, true))
      assert.truthy(html:find('<li><a href="#section2">Two</a></li>', 1, true))
      assert.truthy(html:find('<section id="section2">\n<h2>Two</h2>', 1, true))
      assert.truthy(html:find('<img alt="One" src=', 1, true))
      assert.truthy(html:find("<figcaption>1 &lt; 2</figcaption>\n</figure>\n<p>See <a href=\"https://example.org/a\">"
        .. "https://example.org/a</a>.</p>\n<p>And more.</p>\n<pre>rxlua one.lua</pre>\n<table>", 1, true), html)
      local code = html:match('src="data:image/png;base64,([^"]+)"')
      local decoder = io.popen("printf %s '" .. code .. "' | base64 -d > " .. folder .. "/decoded")
      assert.is_true(decoder:close())
      assert.are.equal(picture, read(folder .. "/decoded"))
    end
  end)

  it("is not written where a picture is missing, or its folder", function()
    local ok, problem = rx.page(folder .. "/none.html", { title = "", { title = "", pictures = { "none.svg" } } })
    assert.is_nil(ok)
    assert.matches("none.svg: No such file", problem)
    assert.is_nil(lfs.attributes(folder .. "/none.html", "mode"))
    ok, problem = rx.page(folder .. "/nowhere/p.html", { title = "" })
    assert.is_nil(ok)
    assert.matches("nowhere", problem)
  end)
end)

describe("a program beside this one", function()
  local log

  before_each(function()
    log = folder .. "/log"
    os.remove(log)
  end)

  local function wait(process)
    for _ = 1, 500 do
      local ended, succeeded = process:ended()
      if ended then return succeeded end
      core.sleep(0.02)
    end
  end

  it("writes to its log, and says how it ended", function()
    local process = assert(core.start { "sh", "-c", "echo out; echo err >&2", log = log })
    assert.is_true(wait(process))
    assert.are.equal("out\nerr\n", read(log))
    assert.is_false(wait(assert(core.start { "sh", "-c", "exit 3", log = log })))
  end)

  it("can be stopped", function()
    local process = assert(core.start { "sleep", "100", log = log })
    assert.is_false((process:ended()))
    process:stop()
    assert.are.same({ true, false }, { process:ended() })
  end)

  it("that does not end when it is asked to is killed", function()
    local process = assert(core.start { "sh", "-c", "trap '' INT; echo on; sleep 100", log = log })
    while read(log) == "" do core.sleep(0.01) end
    local began = core.now()
    process:stop(0.1)
    assert.is_true(core.now() - began < 5)
    assert.are.same({ true, false }, { process:ended() })
  end)

  it("ends with this one if it asks for that, even when this one is killed", function()
    local function script(name, text)
      local file = io.open(folder .. "/" .. name, "w")
      file:write(text)
      file:close()
      return folder .. "/" .. name
    end
    local child = script("child.lua", [[
      require("reactivation.core").end_with_parent()
      io.stdout:write(io.open("/proc/self/stat"):read("n"), "\n"):flush()
      while true do end
    ]])
    local parent = script("parent.lua", [[
      local core = require "reactivation.core"
      core.start { arg[1], arg[2], log = arg[3] }
      repeat core.sleep(0.01) until io.open(arg[3]):read("n")
      os.execute("kill -9 " .. io.open("/proc/self/stat"):read("n"))
    ]])
    support.run(("%s %s %s %s %s"):format(support.program, parent, support.program, child, log))
    local place = ("/proc/%d/stat"):format(tonumber(read(log):match("%d+")))
    local function runs()
      local file = io.open(place)
      local state = file and file:read("a"):match("%) (%a)")
      if file then file:close() end
      return state and state ~= "Z"
    end
    for _ = 1, 200 do
      if not runs() then break end
      core.sleep(0.01)
    end
    assert.is_falsy(runs())
  end)

  it("that cannot be started is named", function()
    assert.matches("nonesuch: not found", select(2, core.start { "nonesuch", log = log }))
    assert.matches("No such file", select(2, core.start { "true", log = folder .. "/none/log" }))
    assert.matches("'log', a path, expected", message(core.start, { "true" }))
  end)
end)

describe("options of a script", function()
  local function parse(words)
    return rx.arguments("Test.", {
      { "seeds", { 0 }, "seeds" },
      { "batches", 100, "length" },
      { "noise", "scaled", "noise", convert = function(text)
        return text == "same" and text or nil, ("'%s' is no noise"):format(text)
      end },
      { "quick", false, "quick", preset = { batches = 5 } },
    }, words)
  end

  it("may be lists, have their own check, and be preset by a flag", function()
    assert.are.same({ seeds = { 0 }, batches = 100, noise = "scaled", quick = false }, parse {})
    assert.are.same({ 1, 22, 3 }, parse({ "--seeds", "1,22,3" }).seeds)
    assert.are.equal(5, parse({ "--quick" }).batches)
    assert.are.equal(7, parse({ "--batches", "7", "--quick" }).batches)
    assert.are.equal("same", parse({ "--noise", "same" }).noise)
  end)
end)
