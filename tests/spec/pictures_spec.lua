-- What a reader sees in a picture, of any kind; and what is refused because nobody would see it.
local rx = require "reactivation"
local kinds = require "reactivation.figures.kinds"
local support = require "tests.spec.support"

local curves = rx.matrix { { 1, 2.2, 3 }, { 2, 5, 4 }, { 3, 3.3, 2.5 } }
local points = rx.matrix { { 0, 0, 1 }, { 1, 0, 2 }, { 0, 1, 3 } }

describe("a picture", function()
  local folder, remove
  before_each(function() folder, remove = support.scratch() end)
  after_each(function() remove() end)

  local function path(name) return folder .. "/" .. name end

  -- The text of a picture in SVG.
  local function drawn(kind, data)
    assert(rx.figure(kind, data, path("f.svg")))
    return support.read(path("f.svg"))
  end

  local function complaint(kind, data)
    local ok, returned, message = pcall(rx.figure, kind, data, path("f.svg"))
    return ok and (returned and "drawn" or message) or returned
  end

  -- The numbers at the axes.
  local function numbers(svg)
    local list = {}
    for text in svg:gsub("<tspan[^>]*>", ""):gsub("</tspan>", ""):gmatch("<text>(.-)</text>") do
      list[#list + 1] = text
    end
    return " " .. table.concat(list, " ") .. " "
  end

  it("shows a title as it was given, apostrophes and all", function()
    for _, title in ipairs { "f''(x)", "'''", "it's", "''''a''''b'" } do
      local svg = drawn("scatter", { points = points, title = title })
      assert.is_truthy(svg:gsub("&apos;", "'"):gsub("&#39;", "'"):find(title, 1, true), title)
    end
  end)

  it("has numbers on a logarithmic axis, however short it is", function()
    for _, case in ipairs {
      { { curves = curves, logy = true, ymin = 2, ymax = 6 }, " 2 ", " 5 ", " 6 " },
      { { curves = curves, logy = true }, " 2 ", " 5 " },
      { { curves = rx.matrix { { 1, 0.02 }, { 20, 0.5 } }, logy = true, logx = true }, " 0.1 ", " 0.2 ", " 10 " },
      { { curves = rx.matrix { { 1, 101 }, { 2, 105 } }, logy = true }, " 102 ", " 104 " },
      { { curves = rx.matrix { { 1, 2e-6 }, { 2, 5e-5 } }, logy = true }, "2·10", "5·10" },
      { { curves = rx.matrix { { 1, 1e-6 }, { 2, 1 } }, logy = true }, "10" },
    } do
      local found = numbers(drawn("curve", case[1]))
      for i = 2, #case do assert.is_truthy(found:find(case[i], 1, true), case[i] .. " in " .. found) end
    end
    assert(rx.figure({ { "curve", { curves = curves, logy = true } } }, path("f.svg"))) -- and in a panel
    assert.is_truthy(numbers(support.read(path("f.svg"))):find(" 2 ", 1, true))
    drawn("curve", { curves = rx.matrix { { 1, 0 / 0 }, { 2, 0 } }, logy = true }) -- of nothing it has axes
    local boxes = drawn("box", { values = rx.groups { { 1, 3, 5 }, { 2, 8, 12 } }, logy = true })
    for _, number in ipairs { " 1 ", " 2 ", " 5 ", " 10 ", " 20 " } do
      assert.is_truthy(numbers(boxes):find(number, 1, true), number)
    end
  end)

  it("tells groups apart by colours of their own", function()
    local svg = drawn("scatter", { points = points, labels = { "a", "b", "c" } })
    for _, colour in ipairs { "#2ca7c5", "#ee3233", "#404040" } do
      local red, green, blue = colour:match("#(%x%x)(%x%x)(%x%x)")
      local decimal = ("rgb%%(%s?%d, %s?%d, %s?%d%%)"):format("%s", tonumber(red, 16), "%s", tonumber(green, 16),
                                                              "%s", tonumber(blue, 16))
      assert.is_truthy(svg:lower():find(colour, 1, true) or svg:find(decimal), colour)
    end
  end)

  it("has the colours of all values, also of those beyond the range of an axis", function()
    local far = rx.matrix { { 0, 0, 0 }, { 1, 1, 40 } }
    assert.is_truthy(numbers(drawn("scatter", { points = far })):find(" 40 ", 1, true))
  end)

  it("gives each axis its own scale where that is asked", function()
    local wide = rx.matrix { { 0, 0, 1 }, { 1, 1000, 2 } }
    local free = numbers(drawn("scatter", { points = wide, equal = false }))
    assert.is_truthy(free:find(" 0.2 ", 1, true) and free:find(" 1000 ", 1, true), free)
    assert.is_nil(numbers(drawn("scatter", { points = wide })):find(" 0.2 ", 1, true))
  end)

  it("leaves elements of a heat map that are NaN blank", function()
    local function coloured(svg) -- elements that are blank are white or not drawn
      local _, all = svg:gsub("<polygon fill = '", "")
      local _, white = svg:gsub("<polygon fill = '#FFFFFF'", "")
      return all - white
    end
    local full = rx.random(1):normal(6, 7)
    local all = coloured(drawn("heat_map", { values = full }))
    full:set(2, 3, 0 / 0)
    assert.are.equal(all - 1, coloured(drawn("heat_map", { values = full })))
    assert.is_truthy(complaint("heat_map", { values = rx.matrix(2, 2, 0 / 0) }):find("at least one number expected"))
  end)

  it("shows which eigenvalues lie within the circle of modulus 1", function()
    local svg = drawn("eigenvalues", { values = rx.matrix { { 0.9, 0.1 }, { 0.9, -0.1 } } })
    local corners = 0
    for line in svg:gmatch("<path stroke='rgb%(140, 140, 140%)'%s+d='([^']*)'") do
      corners = math.max(corners, select(2, line:gsub(",", "")))
    end
    assert.is_true(corners > 300)
  end)

  it("has points in its numbers whatever the locale", function()
    if not os.setlocale("de_DE.UTF-8") then return pending("no locale with a decimal comma") end
    local ok, message = rx.figure({ { "curve", { curves = curves, ymax = 7.5 } }, width = 17.5 }, path("f.svg"))
    os.setlocale("C")
    assert.is_true(ok, message)
    assert.is_truthy(support.read(path("f.dat")):find("1 2.2 3\n", 1, true))
    assert.is_truthy(support.read(path("f.gp")):find("ymax = 7.5\n", 1, true))
  end)

  it("takes what the first lines of its script say, and nothing else", function()
    for _, kind in ipairs(kinds.names()) do
      for _, name in ipairs { "xrange", "size", "sequential", "room", "colours_" } do
        local message = complaint(kind, { [name] = 3 })
        assert.is_truthy(message:find("data '" .. name .. "'", 1, true), message)
      end
      local _, fields = kinds.head(kinds.script(kind))
      assert.is_true(#fields >= 4, kind)
      assert.is_true(kinds.fields(kinds.script(kind)).title, kind)
    end
  end)

  it("refuses what would be left out", function()
    for expected, case in pairs {
      ["'colours' .one for each of 3 groups"] =
        { "scatter", { points = points, labels = { "a", "b", "c" }, colours = { "active" } } },
      ["values of a group without label"] =
        { "box", { values = rx.groups { { 1 }, { 2 } }, labels = { "a" } } },
      ["'labels' .one for each of 2 curves"] = { "curve", { curves = curves, labels = { "a" } } },
      ["of 'lower upper' all or none"] = { "curve", { curves = curves, lower = curves } },
      ["'lower' and 'upper' expected"] = { "curve", { curves = curves, bars = true } },
      ["'upper' .3 columns expected, got 2"] =
        { "curve", { curves = curves, lower = curves, upper = rx.matrix(3, 2) } },
      ["of 'xmin xmax ymin ymax' all or none"] = { "scatter", { points = points, xmin = 0 } },
      ["of 'cbmin cbmax' all or none"] = { "heat_map", { values = points, cbmin = 0 } },
      ["'width' of panel a .it is the whole"] = { { { "curve", { curves = curves, width = 3 } } } },
      ["bad panel b"] = { { { "curve", { curves = curves } }, { "curve", { curves = curves }, 3 } } },
    } do
      local ok, returned, message
      if type(case[1]) == "table" then
        ok, returned, message = pcall(rx.figure, case[1], path("f.svg"))
      else
        ok, returned, message = pcall(rx.figure, case[1], case[2], path("f.svg"))
      end
      message = ok and message or returned
      assert.matches(expected, tostring(message))
    end
  end)

  it("may leave the place of a panel free", function()
    local panel = { "curve", { curves = curves } }
    assert(rx.figure({ panel, {}, panel, letters = "a b" }, path("f.svg")))
    local svg = support.read(path("f.svg"))
    assert.is_truthy(svg:find(">a<") and svg:find(">b<"))
  end)

  it("has a place in the reference, with its fields", function()
    local page = kinds.reference()
    for _, kind in ipairs(kinds.names()) do
      assert.is_truthy(page:find("\n## " .. kind .. "\n", 1, true))
      for _, name in ipairs(kinds.fields(kinds.script(kind))) do
        assert.is_truthy(page:find("`" .. name .. "`", 1, true), name)
      end
    end
  end)
end)
