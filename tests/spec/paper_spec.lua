-- The whole paper by one command, with networks that are too small to learn anything.
local support = require "tests.spec.support"
local lfs = require "lfs"

local COMMAND = support.experiment "paper" .. " --quick --units 8 --batches 3"

local read = support.read

local function count(text, pattern)
  return select(2, text:gsub(pattern, ""))
end

describe("the paper", function()
  local folder, remove, output, status
  setup(function()
    folder, remove = support.scratch()
    output, status = support.run(("cd %s && %s --out whole"):format(folder, COMMAND))
  end)
  teardown(function() remove() end)

  it("ends with one page that holds every figure and its numbers", function()
    assert.are.equal(0, status, output)
    assert.matches("\npage: whole/index.html\n$", output)
    local page = read(folder .. "/whole/index.html")
    for _, name in ipairs { "1", "2", "3", "C.1", "C.2", "C.3", "C.4", "C.5" } do
      assert.truthy(page:find("<h2>Figure " .. name .. "</h2>", 1, true), name)
    end
    assert.truthy(page:find("<h2>The noise law</h2>", 1, true))
    assert.truthy(page:find("<h2>Figure C.5 under \"text\"</h2>", 1, true) or
                  page:find("<h2>Figure C.5 under &quot;text&quot;</h2>", 1, true))
    assert.are.equal(10, count(page, '<img alt="[^"]+" src="data:image/svg%+xml;base64,'))
    assert.truthy(page:find("--quick --units 8 --batches 3", 1, true))
    assert.truthy(page:find("<td>KL(U^σ quiescent || B awake)</td>", 1, true))
    assert.is_nil(page:find('src="[^d]')) -- nothing from elsewhere
  end)

  it("has the paper's number beside ours, and every setting beside the others", function()
    local page = read(folder .. "/whole/index.html")
    assert.matches("<tr><th></th><th>ours</th><th>the paper</th></tr>\n<tr><td>test loss", page)
    local law = page:match("<h2>The noise law</h2>.*")
    assert.matches("<tr><th></th><th>text</th><th>code</th><th>tonic</th></tr>", law)
    assert.are.equal(22, count(law, '<tr><td>[^<]+</td><td class="number">[%d.e+-]+ ?[a-z²]*</td>'
      .. '<td class="number">[%d.e+-]+ ?[a-z²]*</td><td class="number">[%d.e+-]+ ?[a-z²]*</td></tr>'))
  end)

  it("has a list of its contents, captions, the command of each figure, and no table twice", function()
    local page = read(folder .. "/whole/index.html")
    assert.are.equal(11, count(page, '<li><a href="#section%d+">'))
    assert.are.equal(10, count(page, "<figcaption>%u"))
    assert.truthy(page:find("<pre>rxlua experiments/spatial_phases.lua --networks whole/networks-quick --batches 3 "
      .. "--cell gru --quick --quiescent-noise same --seeds 0 --setting tonic --units 8</pre>", 1, true))
    assert.truthy(page:find("<p>Its numbers stand under Figure C.4.</p>", 1, true))
    assert.are.equal(1, count(page, "<td>step distance, biased, deterministic, driven</td>"))
    assert.matches("<h2>Figure C%.1</h2>.-<tr><th></th><th>ours</th></tr>", page)
  end)

  it("says which claims hold, network by network", function()
    local page, text = read(folder .. "/whole/index.html"), read(folder .. "/whole/claims.md")
    for _, words in ipairs { "Biased behaviour leaves biased rest %(2a to e%)", "The same under .-text.- %(C%.5%)" } do
      assert.matches("<tr><td>" .. words .. "</td><td class=\"number\">[^<]+</td><td class=\"number\">[^<]+</td>"
        .. "<td class=\"number\">[01] of 1</td></tr>", page)
    end
    assert.matches("\n| States at rest lie where those of waking lie %(1f, g%) | variance awake [^|]+ |", text)
  end)

  it("trains each network once, two for the GRU and five of other settings among them", function()
    local names = {}
    for name in lfs.dir(folder .. "/whole/networks-quick") do
      if lfs.attributes(folder .. "/whole/networks-quick/" .. name .. "/checkpoint.h5") then
        names[#names + 1] = name
      end
    end
    table.sort(names)
    assert.are.same({
      "head_direction-code-seed0", "head_direction-text-biased-seed0", "head_direction-text-seed0",
      "head_direction-tonic-biased-seed0", "head_direction-tonic-seed0", "spatial_navigation-code-seed0",
      "spatial_navigation-text-seed0",
      "spatial_navigation-tonic-biased-noiseless-seed0", "spatial_navigation-tonic-biased-seed0",
      "spatial_navigation-tonic-gru-biased-seed0", "spatial_navigation-tonic-gru-seed0",
      "spatial_navigation-tonic-noiseless-seed0", "spatial_navigation-tonic-seed0",
    }, names)
  end)

  it("that is killed, twice, ends with the same numbers", function()
    local figures = COMMAND .. " --figures 1,C.5 --out parted"
    for _, seconds in ipairs { 0.7, 2.5 } do
      support.run(("cd %s && timeout -s KILL %.1f %s"):format(folder, seconds, figures))
    end
    local text, ended = support.run(("cd %s && %s"):format(folder, figures))
    assert.are.equal(0, ended, text)
    local compared = 0
    for name in lfs.dir(folder .. "/parted") do
      local numbers = folder .. "/parted/" .. name .. "/numbers.json"
      if lfs.attributes(numbers) and not name:find("^%.") then -- of a figure, not of all
        assert.are.equal(read(folder .. "/whole/" .. name .. "/numbers.json"), read(numbers))
        compared = compared + 1
      end
    end
    assert.are.equal(2, compared)
  end)

  it("refuses a figure that it does not know", function()
    local text, ended = support.run(("cd %s && %s --figures 1,9"):format(folder, COMMAND))
    assert.are.equal(1, ended)
    assert.truthy(text:find("unknown figure '9'; known are 1, 2, 3, C.1", 1, true), text)
  end)
end)
