-- What the documents say is true: their code runs, and the reference tells of every public name.
local rx = require "reactivation"
local krishna2024 = require "krishna2024"
local support = require "tests.spec.support"
local lfs = require "lfs"

local read = support.read

local function files(folder, pattern)
  local list = {}
  for name in lfs.dir(folder) do
    if name:find(pattern) then list[#list + 1] = folder .. "/" .. name end
  end
  table.sort(list)
  return list
end

-- Run code as a script in a folder of its own; on one thread, since other tests may be running.
local function run(code)
  local folder, remove = support.scratch()
  local script = assert(io.open(folder .. "/script.lua", "wb"))
  script:write(code)
  script:close()
  local output, status = support.run(("cd %s && OMP_NUM_THREADS=1 %s script.lua")
                                     :format(folder, support.program))
  remove()
  return output, status
end

-- Pages ------------------------------------------------------------------------------------------

-- The ```lua blocks, each on the lines where it stands in the page, so that errors name them.
local function lua_blocks(text)
  local lines, inside, found = {}, false, false
  for line in (text .. "\n"):gmatch("(.-)\n") do
    if line:find("^```") then
      inside = line == "```lua"
      found = found or inside
      line = ""
    end
    lines[#lines + 1] = inside and line or ""
  end
  return found and table.concat(lines, "\n") or nil
end

local pages = files("docs", "%.md$")
for _, page in ipairs(files(".", "%.md$")) do pages[#pages + 1] = page:sub(3) end
pages[#pages + 1] = "tests/golden/README.md"

for _, page in ipairs(pages) do
  local text = read(page)
  local code = lua_blocks(text)

  describe(page, function()
    if code then
      it("holds code that runs, one block after the other", function()
        local output, status = run(code)
        assert.are.equal(0, status, output)
      end)
    end

    it("links to files that exist", function()
      local folder = page:match("^(.*/)") or ""
      for target in text:gmatch("[^!]%[[^%]]*%]%(([^)#]+)[^)]*%)") do
        local outside = target:find("^%a+:")
        assert.is_truthy(outside or lfs.attributes(folder .. target), target .. " is missing")
      end
    end)
  end)
end

it("README.md names only what make can make", function()
  local makefile = read("Makefile")
  for target in read("README.md"):gmatch("make ([%l]+)") do
    assert.is_truthy(makefile:find("\n" .. target .. ":"), "make has no target " .. target)
  end
end)

-- Reference --------------------------------------------------------------------------------------

local ENTITIES = { lt = "<", gt = ">", quot = '"', apos = "'", amp = "&" }

local function plain(html)
  return (html:gsub("<[^>]*>", ""):gsub("&(%a+);", ENTITIES))
end

-- Name -> list of usages, of all that the pages tell about.
local function read_reference(folder)
  local items = {}
  for _, page in ipairs(files(folder, "%.html$")) do
    for entry in read(page):gmatch("<dt>(.-)</dd>") do
      local name = plain(entry:match("<strong>(.-)</strong>")):match("^[^%s(]+")
      items[name] = {}
      for usage in entry:gmatch('<pre class="example">(.-)</pre>') do
        table.insert(items[name], plain(usage))
      end
    end
  end
  return items
end

local ROOTS = { rx = rx, krishna2024 = krishna2024 }

-- Call f(name, value) for each field of the library, of the paper, and of their tables.
local function each_public(f)
  for root, fields in pairs(ROOTS) do
    for key, member in pairs(fields) do
      if type(member) == "table" then
        for inner, value in pairs(member) do f(("%s.%s.%s"):format(root, key, inner), value) end
      elseif key ~= "_VERSION" then
        f(root .. "." .. key, member)
      end
    end
  end
end

-- How the reference calls an object of a type in C; by default as the type.
local RECEIVERS = {
  ["rx.matrix"] = "m", ["rx.random"] = "rng", ["rx.network"] = "net", ["rx.adam"] = "optimizer",
  ["rx.head_direction_cells"] = "cells", ["rx.place_cells"] = "cells", ["rx.kde"] = "kde", ["rx.moments"] = "moments",
}

-- Call f(name) for each method of the types in C: their table is what __index closes over.
local function each_method(f)
  for type_name, metatable in pairs(debug.getregistry()) do
    if type(type_name) == "string" and type_name:find("^rx%.") and metatable.__index then
      local _, methods = debug.getupvalue(metatable.__index, 1)
      for method in pairs(methods) do
        f((RECEIVERS[type_name] or type_name:sub(4)) .. ":" .. method)
      end
    end
  end
end

describe("the reference", function()
  local items, remove

  setup(function()
    local folder
    folder, remove = support.scratch()
    local output, status = support.run("make -s build/kinds_of_picture.md && "
      .. "lua5.4 \"$(command -v ldoc)\" --quiet --fatalwarnings --dir " .. folder .. " .")
    assert(status == 0, output)
    items = read_reference(folder .. "/reference")
  end)
  teardown(function() remove() end)

  local function is_told(name)
    assert.is_truthy(items[name], "no documentation of " .. name)
  end

  it("tells of every public name", function()
    each_public(is_told)
  end)

  it("tells of every method", function()
    local count = 0
    each_method(function(name)
      is_told(name)
      count = count + 1
    end)
    assert.is_true(count > 40)
  end)

  it("has an example of every public function", function()
    each_public(function(name, value)
      if type(value) == "function" then
        assert.is_truthy(items[name] and items[name][1], "no @usage of " .. name)
      end
    end)
  end)

  it("has examples that run", function()
    for name, usages in pairs(items) do
      for _, usage in ipairs(usages) do
        local output, status = run(support.given .. usage)
        assert.are.equal(0, status, name .. ": " .. output)
      end
    end
  end)

  it("tells of nothing that is not there", function()
    local known = {}
    each_public(function(name) known[name] = true end)
    each_method(function(name) known[name] = true end)
    for name in pairs(items) do
      if ROOTS[name:match("^(%w+)%.")] then
        assert.is_true(known[name], name .. " is documented but does not exist")
      end
      local receiver, method = name:match("^(%w+):(.+)$")
      if receiver == "m" or receiver == "rng" or receiver == "optimizer" then
        assert.is_true(known[name], receiver .. " has no method " .. method)
      end
    end
  end)
end)
