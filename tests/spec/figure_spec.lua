local rx = require "reactivation"
local core = require "reactivation.core"
local lfs = require "lfs"
local support = require "tests.spec.support"

local HOSTILE = {
  "'; system('touch pwned'); '", "`touch pwned`", '"`touch pwned`"', "$(touch pwned)", "@x \\n %s {",
  "''", "a # b",
}

local counts = rx.matrix { { -2, 0.1 }, { 0, 0.2 }, { 2, 0.15 } }
local points = rx.matrix { { 0, 1, -3 }, { 1, 0, 0 }, { 0 / 0, 1, 2 }, { -1, -1, 3 } }
local curves = rx.matrix { { 0, 0.5, 0.4 }, { 100, 0.1, 0.05 }, { 200, 0.02, 0.01 } }

local paths = rx.matrix { { 0, 0, 1 }, { 1, 1, 2 }, { 0.5, 0, 1 }, { 1, 0.5, 2 }, { 0.5, 0.5, 1 } }
local density = rx.matrix { { 0, 0.2, 0.1 }, { 0.3, 1, 0.2 } }
local grid = { density = density, xmin = -1, xmax = 1, ymin = 0, ymax = 1 }
local values = rx.matrix { { 0.1, 0.2, 10 }, { 5, 0 / 0, 2 } }
local groups = rx.matrix { { 1, 2 }, { 2, 3 }, { 2, 5 }, { 3, 1 }, { 3, 2 }, { 3, 3 }, { 3, 4 }, { 3, 20 } }
local arrows = rx.matrix { { 0, 0, 1, 0.5 }, { 0.5, 0.5, -1, 0 } }
local bins = rx.matrix { { -1, 0.2 }, { 0, 0.5 }, { 1, 0.3 } }
local shares = rx.matrix { { -1, 0.1, 0.05, 1 }, { 0, 0.4, 0.1, 1 }, { 1, 1, 0, 2 } }
local spectrum = rx.matrix { { 0.5, 0.2, 1 }, { 0.5, -0.2, 1 }, { -1.2, 0, 2 } }

-- What each script draws: the least that it asks for, and with every option.
local LEAST = {
  polar_histogram = { counts = counts },
  scatter = { points = points },
  arrows = { arrows = arrows },
  heat_map = { values = values },
  curve = { curves = curves },
  trajectories = { paths = paths },
  density = grid,
  matrix = { values = values },
  box = { values = groups },
  polar_trajectories = { paths = paths },
  histogram = { bins = bins },
  psychometric = { shares = shares },
  eigenvalues = { values = spectrum },
}
local EXAMPLES = {
  polar_histogram = { counts = counts, colour = "#ee3233", rmax = 0.3, rlabel = "radius", title = "asleep" },
  arrows = { arrows = rx.join { arrows, arrows:column(1) }, points = points, curve = bins, scale = 0.5,
             colour = "quiescent", cbmin = 0, cbmax = 1, xlabel = "a", ylabel = "b", cblabel = "speed",
             xmin = -2, xmax = 2, ymin = -1, ymax = 1, equal = false },
  heat_map = { values = values, downward = true, xmin = 0, xmax = 1, ymin = 0, ymax = 3, equal = true,
               diverging = true, cbmin = -10, cbmax = 10, xlabel = "from", ylabel = "to", cblabel = "weight" },
  scatter = { points = points, cyclic = true, cblabel = "bearing (rad)", xlabel = "x", ylabel = "y", dot = 3,
              xmin = -2, xmax = 2, ymin = -2, ymax = 2 },
  curve = { curves = curves, lower = curves * 0.9, upper = curves * 1.1, labels = { "one", "the other" },
            logy = true, key = "bottom left", xlabel = "batches", ylabel = "loss", points = true, xmin = 0,
            xmax = 300, ymin = 1e-3, ymax = 1, xstep = 100 },
  trajectories = { paths = paths, box = 2.2, colour = "quiescent", shades = false, xlabel = "a", ylabel = "b",
                   xmin = -2, xmax = 2, ymin = -2, ymax = 2 },
  density = { density = density, xmin = -1, xmax = 1, ymin = 0, ymax = 1, box = 1, cbmin = 0, cbmax = 2,
              xlabel = "PC 1", ylabel = "PC 2", cblabel = "density (1/m^2)" },
  matrix = { values = values, row_labels = { "U^s", "U" }, column_labels = { "U^s", "uniform", "R" },
             xlabel = "quiescent", ylabel = "active", logcb = true, cbmin = 0.1, cbmax = 20, number = "%.1f",
             slanted = true },
  box = { values = groups, labels = { "one", "two", "five" }, colours = { "active", "quiescent", "#888888" },
          xlabel = "training", ylabel = "variance (m^2)", ymin = 1, ymax = 100, logy = true,
          reference = 5 },
  polar_trajectories = { paths = paths, colour = "quiescent", shades = false, rmax = 2, rlabel = "steps" },
  histogram = { bins = bins, mean = 0.1, colour = "quiescent", xlabel = "speed (rad/s)", ylabel = "density",
                xmin = -2, xmax = 2, ymax = 1 },
  psychometric = { shares = shares, fits = curves / rx.matrix { { 100, 1, 1 } }, labels = { "one", "two" },
                   xlabel = "coherence", ylabel = "right", xmin = -1, xmax = 2, key = "top left" },
  eigenvalues = { values = spectrum, labels = { "awake", "at rest" }, colours = { "#888888", "active" },
                  colour = "quiescent", xlabel = "Re", ylabel = "Im", xmin = -2, xmax = 2, ymin = -2, ymax = 2 },
}

local SIGNATURES = { svg = "^<%?xml", pdf = "^%%PDF", png = "^\137PNG" }

describe("a figure", function()
  local folder

  local function path(name) return folder .. "/" .. name end

  local function read(name) return support.read(path(name)) end

  local function write(name, text)
    local file = assert(io.open(path(name), "wb"))
    file:write(text)
    file:close()
    return path(name)
  end

  local function listing(where)
    local names = {}
    for name in lfs.dir(where or folder) do
      if name ~= "." and name ~= ".." then names[#names + 1] = name end
    end
    table.sort(names)
    return table.concat(names, " ")
  end

  -- The message of a call that must raise, without its place; which must be in this file.
  local function refusal(...)
    local arguments = table.pack(...)
    local ok, message = pcall(function() rx.figure(table.unpack(arguments, 1, arguments.n)) end)
    assert.is_false(ok)
    local place, text = message:match("^(.-:%d+: )(.*)$")
    assert.is_truthy(place and place:find("figure_spec", 1, true), message)
    return text
  end

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    assert(lfs.mkdir(folder))
  end)

  after_each(function()
    assert(core.run { "rm", "-r", folder })
  end)

  for script, full in pairs(EXAMPLES) do
    for ending, signature in pairs(SIGNATURES) do
      it(("of %s is drawn as %s"):format(script, ending), function()
        local out = "fig." .. ending
        for _, data in ipairs { LEAST[script], full } do
          assert(rx.figure(script, data, path(out)))
          assert.is_truthy(read(out):find(signature))
          assert.are.equal("fig.dat fig.gp " .. out, (listing():gsub("fig.png fig.gp", "fig.gp fig.png")))
        end
      end)
    end
  end

  it("says which of its data are missing or of the wrong shape", function()
    local function failure(script, data)
      local message = support.message(rx.figure, script, data, path("fig.svg"))
      return message and message:match("^.-%.lua:%d+: (.*)$") or message
    end
    for script, data in pairs(LEAST) do
      for name in pairs(data) do
        local less = {}
        for other, value in pairs(data) do less[other] = other ~= name and value or nil end
        local kind = type(data[name]) == "number" and "" or "matrix "
        local expected = ("%s'%s' expected among the data"):format(kind, name)
        assert.are.equal(expected, failure(script, less))
      end
    end
    assert.are.equal("bad data 'paths' (3 columns expected, got 2)",
      failure("trajectories", { paths = curves:t():slice(1, 2):t() }))
    local gap = failure("box", { values = rx.matrix { { 1, 2 }, { 3, 4 } } })
    assert.is_truthy(gap:find("no values of group 2 among the data", 1, true), gap)
    assert.are.equal("", listing():match("svg") or "")
  end)

  it("draws logarithmic curves, and from where it is told", function()
    assert(rx.figure("curve", { curves = curves, points = true, logx = true, xmin = 50 }, path("d.svg")))
  end)

  -- The SVG of a picture.
  local function svg_of(script, data)
    assert(rx.figure(script, data, path("fig.svg")))
    return read("fig.svg")
  end

  it("leaves out points and steps that are not a number", function()
    local nan = 0 / 0
    local some = rx.matrix { { 0, 1, 0 }, { 1, 0, 1 } }
    local gap = rx.matrix { { 0, 1, 0 }, { 1, 0, 1 }, { 0.5, 0.5, nan } }
    assert.are.equal(svg_of("scatter", { points = some }), svg_of("scatter", { points = gap }))
    local rows = paths:totable()
    rows[#rows + 1] = { nan, nan, 1 }
    local padded = rx.matrix(rows)
    assert.are.equal(svg_of("trajectories", { paths = paths }), svg_of("trajectories", { paths = padded }))
  end)

  it("of paths takes their rows mixed or one after another", function()
    local sorted = rx.matrix { { 0, 0, 1 }, { 0.5, 0, 1 }, { 0.5, 0.5, 1 }, { 1, 1, 2 }, { 1, 0.5, 2 } }
    for _, script in ipairs { "trajectories", "polar_trajectories" } do
      local mixed = svg_of(script, { paths = paths })
      assert.are.equal(mixed, svg_of(script, { paths = sorted }))
      assert.are_not.equal(mixed, svg_of(script, { paths = paths:slice(1, 4) }))
    end
  end)

  it("knows the two colours of the paper by name", function()
    for _, script in ipairs { "trajectories", "polar_trajectories", "histogram", "polar_histogram" } do
      local field, matrix = next(LEAST[script])
      local named = svg_of(script, { [field] = matrix, colour = "quiescent" })
      assert.are.equal(svg_of(script, { [field] = matrix, colour = "#ee3233" }), named)
      assert.are_not.equal(svg_of(script, { [field] = matrix }), named)
    end
  end)

  it("of a matrix writes every value and label, and none for NaN", function()
    local svg = svg_of("matrix", EXAMPLES.matrix)
    for _, text in ipairs { "0.1", "0.2", "10.0", "5.0", "2.0", "uniform", "R", "active", "quiescent" } do
      assert.is_truthy(svg:find(">%s*" .. text:gsub("%.", "%%.") .. "<"), text)
    end
    assert.is_nil(svg:lower():find(">%s*nan<"))
  end)

  it("of groups leaves out NaN, and takes groups of one", function()
    local rows = groups:totable()
    table.insert(rows, 4, { 2, 0 / 0 })
    assert.are.equal(svg_of("box", { values = groups }), svg_of("box", { values = rx.matrix(rows) }))
    assert(svg_of("box", { values = rx.matrix { { 1, 0.5 } } }))
  end)

  it("of points in groups names them, draws each in its colour and none of no group", function()
    local grouped = { points = rx.matrix { { 0, 1, 1 }, { 1, 0, 2 }, { 1, 1, 1 } }, labels = { "day", "night" },
                      colours = { "active", "#010203" }, xmin = -1, xmax = 2, ymin = -1, ymax = 2 }
    local svg = svg_of("scatter", grouped)
    local function marks(colour) return select(2, svg:gsub("<path stroke='rgb%(" .. colour .. "%)'", "")) end
    assert.is_truthy(svg:find(">day<") and svg:find(">night<"))
    assert.are.same({ 2, 1 }, { marks " 44, 167, 197", marks "  1,   2,   3" })
    grouped.points:set(2, 3, 3)
    svg = svg_of("scatter", grouped)
    assert.are.same({ 2, 0 }, { marks " 44, 167, 197", marks "  1,   2,   3" })
  end)

  it("of a box plot has a line at its reference", function()
    local data = { values = groups, ymin = 0, ymax = 25 }
    local without = svg_of("box", data)
    data.reference = 12.5
    local with = svg_of("box", data)
    assert.is_nil(without:find("stroke%-dasharray"))
    assert.is_truthy(with:find("stroke%-dasharray"))
    assert.is_truthy(svg_of("box", { values = groups, ymin = 0, reference = 40 }):find(">%s*40<"))
  end)

  it("of a curve has whole numbers on its x axis where every x is whole", function()
    local fraction = ">%s*%d+%.%d+<"
    local whole = rx.matrix { { 1, 100 }, { 2, 300 }, { 3, 200 } }
    assert.is_nil(svg_of("curve", { curves = whole }):find(fraction))
    assert.is_truthy(svg_of("curve", { curves = whole * 0.5 }):find(fraction))
  end)

  it("of many points or a large grid stays small in SVG", function()
    local rng = rx.random(1)
    assert.is_true(#svg_of("scatter", { points = rng:normal(4000, 3) }) < 200000)
    local large = { density = rng:uniform(100, 100), xmin = 0, xmax = 1, ymin = 0, ymax = 1 }
    assert.is_true(#svg_of("density", large) < 80000)
  end)

  it("is drawn again by its own script in its folder", function()
    assert(rx.figure("scatter", EXAMPLES.scatter, path("fig.svg")))
    local first = read("fig.svg")
    os.remove(path("fig.svg"))
    assert(core.run { "gnuplot", "fig.gp", directory = folder })
    assert.are.equal(first, read("fig.svg"))
  end)

  it("takes names that a shell or gnuplot would read otherwise", function()
    local names = { "-fig.svg", "|touch pwned.svg", "<touch pwned.svg", "it's.svg", "~.svg", "a b.svg" }
    for _, name in ipairs(names) do
      assert(rx.figure("curve", { curves = curves }, path(name)))
      assert.is_truthy(read(name):find(SIGNATURES.svg))
    end
    assert.is_nil(lfs.attributes(path("pwned"), "mode"))
  end)

  it("makes missing folders", function()
    assert(rx.figure("curve", { curves = curves }, path("new/deep/fig.svg")))
    assert.are.equal("fig.dat fig.gp fig.svg", listing(path("new/deep")))
  end)

  it("hands every kind of data to the script", function()
    local script = write("own.gp", [[
      set print "seen"
      print data, number, 1 / whole, yes, no, text
      print |words|, words[1], words[2], series_rows, series_columns, rates_rows
      stats data index rate using 1 nooutput
      print STATS_max
      stats data index rates using 2 nooutput
      print STATS_max, STATS_invalid
      set print
      plot x
    ]])
    assert(rx.figure(script, {
      number = 2.5, whole = 2.0, yes = true, no = false, text = "some text", words = { "a", "b c" },
      series = { 1, 2, 3 }, rate = { 5, 7 }, rates = rx.matrix { { 1, 2 }, { 3, 0 / 0 }, { 1, 9 } },
    }, path("fig.svg")))
    -- it was drawn in a folder that is gone, so look by drawing it again
    assert(core.run { "gnuplot", "fig.gp", directory = folder })
    assert.are.equal("fig.dat 2.5 0.5 1 0 some text\n2 a b c 3 1 3\n7.0\n9.0 1\n", read("seen"))
  end)

  it("keeps hostile strings strings", function()
    local script = write("own.gp", 'set print "seen"\nprint text\nprint list[1]\nset print\n'
      .. 'plot x title text\n')
    for _, text in ipairs(HOSTILE) do
      assert(rx.figure(script, { text = text, list = { text }, title = text }, path("fig.svg")))
      assert(core.run { "gnuplot", "fig.gp", directory = folder })
      assert.are.equal(text .. "\n" .. text .. "\n", read("seen"))
    end
    assert.are.equal("fig.dat fig.gp fig.svg own.gp seen", listing()) -- and no folder to draw in
    for _, text in ipairs(HOSTILE) do
      local labels = { text, text }
      rx.figure("curve", { curves = curves, labels = labels, xlabel = text, key = text }, path("a.svg"))
      rx.figure("polar_histogram", { counts = counts, rlabel = text }, path("b.svg"))
      rx.figure("scatter", { points = points, cblabel = text, title = text, cyclic = 1 }, path("c.svg"))
      rx.figure("matrix", { values = values, column_labels = { text, text, text } }, path("d.svg"))
      rx.figure("box", { values = groups, labels = { text, text, text }, colours = { text, text, text } },
                path("e.svg"))
      rx.figure("trajectories", { paths = paths, colour = text }, path("f.svg"))
    end
    assert.is_nil(lfs.attributes(path("pwned"), "mode"))
    assert.is_nil(lfs.attributes("pwned", "mode"))
  end)

  it("has panels with letters, none of which sees another's data or settings", function()
    local nosy = write("nosy.gp", 'leaked = exists("mine") || exists("colour") ? 1 : 0\n'
      .. 'set title sprintf("leaked %d", leaked)\nplot data index numbers using 1:1\n')
    local full = write("full.gp", "plot data index numbers using 1:1\n")
    assert(rx.figure({
      { full, { colour = "#123456", mine = 1, numbers = { 1 } } },
      { "scatter", { points = points, cyclic = true, title = "second" } },
      { nosy, { numbers = { 10, 20, 30 } } },
      columns = 2, width = 12,
    }, path("fig.svg")))
    local picture = read("fig.svg")
    for _, text in ipairs { ">a<", ">b<", ">c<", ">second<", ">leaked 0<", 'width="453"' } do
      assert.is_truthy(picture:find(text), text)
    end
    assert.is_truthy(read("fig.dat"):find("# c_numbers\n10\n20\n30\n", 1, true))
    assert(core.run { "gnuplot", "fig.gp", directory = folder })
    assert.are.equal(picture, read("fig.svg"))
  end)

  it("letters its panels as asked", function()
    local panel = { "curve", { curves = curves } }
    assert(rx.figure({ panel, panel, panel, letters = "q x" }, path("fig.svg")))
    local picture = read("fig.svg")
    assert.is_truthy(picture:find(">q<") and picture:find(">x<"))
    assert.is_nil(picture:find(">a<") or picture:find(">b<"))
  end)

  it("refuses what the caller got wrong, at the caller's line", function()
    local out = path("fig.svg")
    local unknown = refusal("pie", {}, out)
    assert.is_truthy(unknown:find("bad argument #1 to 'figure' (unknown script 'pie'; known: ", 1, true))
    assert.is_truthy(unknown:find("curve, .*polar_histogram, .*scatter"))
    assert.is_truthy(refusal("../plots/curve", {}, out):find("unknown script"))
    assert.is_truthy(refusal("style", {}, out):find("unknown script"))
    local no_script = "script's name or list of panels expected, got number"
    assert.is_truthy(refusal(3, {}, out):find(no_script, 1, true))
    assert.is_truthy(refusal("scatter", { points = rx.matrix(3, 2), tilte = "a" }, out)
      :find("unknown data 'tilte': scatter.gp does not use it", 1, true))
    assert.is_truthy(refusal("curve", 3, out):find("bad argument #2 .*table of data expected, got number"))
    for _, wrong in ipairs { path("fig.jpeg"), path("fig"), path(".svg"), "a\nb.svg", "" } do
      local expected = "path ending in .svg, .pdf or .png expected"
      assert.is_truthy(refusal("curve", {}, wrong):find(expected, 1, true))
    end
    assert.is_truthy(refusal("curve", {}):find("path of the picture expected, got nil", 1, true))
    assert.are.equal("", listing())
  end)

  it("names the field whose data it cannot take", function()
    local expected = "bad data 'points' (matrix, number, string, boolean or list of numbers or of strings "
      .. "expected, "
    local wrong = {
      ["got function)"] = print, ["got an empty table)"] = {}, ["got another table)"] = { 1, "a" },
      ["got inf)"] = math.huge, ["got userdata)"] = io.stdout,
      ["got a string with control characters or no UTF-8)"] = "a\nb",
    }
    for ending, value in pairs(wrong) do
      assert.are.equal(expected .. ending, refusal("scatter", { points = value }, path("fig.svg")))
    end
    for _, value in ipairs { { "a", "b\n" }, { 1, x = 2 }, { { 1, 2 } }, "\xff" } do
      local message = refusal("scatter", { points = value }, path("fig.svg"))
      assert.is_truthy(message:find(expected, 1, true), message)
    end
    for _, name in ipairs { "a b", "1a", "a=1;b", "out", "data", "pi", "GPVAL_x", "panel", "", "é", 1 } do
      local message = refusal("scatter", { [name] = 1 }, path("fig.svg"))
      assert.is_truthy(message:find("not a free name", 1, true), message)
    end
    local panels = { { "curve", { curves = curves } }, { "curve", { curves = print } } }
    assert.is_truthy(refusal(panels, path("fig.svg")):find("bad data 'curves' of panel b", 1, true))
  end)

  it("refuses wrong panels and their options", function()
    local panel, out = { "curve", { curves = curves } }, path("fig.svg")
    assert.is_truthy(refusal({}, out):find("list of 1 to 26 panels", 1, true))
    assert.is_truthy(refusal({ panel, "curve" }, out):find("bad panel b", 1, true))
    assert.are.equal("unknown option 'cols' of panels (known: columns, font_size, height, letters, "
      .. "width)",
      refusal({ panel, cols = 2 }, out))
    assert.are.equal("bad option 'columns' of panels (integer above 0 expected)",
      refusal({ panel, columns = 1.5 }, out))
    assert.are.equal("bad option 'width' of panels (number above 0 expected)",
      refusal({ panel, width = -1 }, out))
    assert.are.equal("bad option 'letters' of panels (string of 2 small letters or spaces expected)",
      refusal({ panel, panel, letters = "b" }, out))
  end)

  it("reports what gnuplot says, and keeps the former picture", function()
    assert(rx.figure("curve", { curves = curves }, path("fig.svg")))
    local former = read("fig.svg")
    local script = write("own.gp", "plot nonesuch\n")
    local ok, message = rx.figure(script, {}, path("fig.svg"))
    assert.is_nil(ok)
    assert.is_truthy(message:find('^gnuplot: .*"fig.gp" line %d+: undefined variable: nonesuch$'), message)
    assert.are.equal(former, read("fig.svg"))
    assert.are.equal("fig.dat fig.gp fig.svg own.gp", listing())
  end)

  it("reports a script or folder that the world does not have", function()
    local ok, message = rx.figure(path("nonesuch.gp"), {}, path("fig.svg"))
    assert.is_nil(ok)
    assert.is_truthy(message:find("nonesuch.gp: No such file", 1, true))
    write("file", "")
    for _, below in ipairs { "file/fig.svg", "file/deeper/fig.svg" } do
      ok, message = rx.figure("curve", { curves = curves }, path(below))
      assert.is_nil(ok)
      assert.is_truthy(message:find("file/.*: %u"), message)
    end
  end)

  it("leaves no temporary files when the picture cannot be put in place", function()
    assert(lfs.mkdir(path("fig.svg")))
    write("fig.svg/inside", "")
    assert.is_nil((rx.figure("curve", { curves = curves }, path("fig.svg"))))
    assert.are.equal("fig.dat fig.gp fig.svg", listing())
  end)
end)

describe("a program", function()
  it("runs with its arguments as they are", function()
    assert.is_true(core.run { "test", "$HOME `x`", "=", "$HOME `x`" })
    assert.is_true(core.run { "sh", "-c", "test $PWD = /", directory = "/" })
  end)

  it("that fails gives its last words or its status", function()
    assert.are.same({ nil, "sh: oh" }, { core.run { "sh", "-c", "printf oh >&2; exit 3" } })
    assert.are.same({ nil, "sh: exit status 3" }, { core.run { "sh", "-c", "exit 3" } })
    assert.are.same({ nil, "sh: killed by signal 9" }, { core.run { "sh", "-c", "kill -9 $$" } })
    local _, message = core.run { "sh", "-c", "yes | head -c 300000 >&2; exit 1" }
    assert.are.equal(2000, #message - #"sh: ")
  end)

  it("that is not there is named", function()
    assert.are.same({ nil, "nonesuch: not found (install nonesuch)" }, { core.run { "nonesuch" } })
    assert.is_nil((core.run { "true", directory = "/nonesuch" }))
  end)

  it("needs a list of strings", function()
    for _, wrong in ipairs { {}, { 1 }, { "a\0b" }, { "true", 2 }, { "true", directory = 3 } } do
      assert.is_false((pcall(core.run, wrong)))
    end
  end)
end)

describe("the process", function()
  it("knows the time, its threads and its terminal", function()
    local before = core.now()
    assert.is_true(core.now() >= before)
    local threads = core.threads()
    assert.are.equal(1, core.threads(1))
    assert.are.equal(threads, core.threads(threads))
    assert.is_false((pcall(core.threads, 0)))
    assert.are.equal("boolean", type(core.is_terminal()))
    assert.is_true(core.terminal_width() > 0)
  end)
end)
