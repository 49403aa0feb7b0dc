-- What others are given: definitions for editors.
local rx = require "reactivation"
local krishna2024 = require "krishna2024"
local support = require "tests.spec.support"

describe("the definitions for editors", function()
  local folder, remove, text
  setup(function()
    folder, remove = support.scratch()
    local output, status = support.run(("%s packaging/luacats.lua %s"):format(support.program, folder))
    assert(status == 0, output)
    text = support.read(folder .. "/reactivation.lua")
  end)
  teardown(function() remove() end)

  -- What an editor would find: the file, run as the Lua that it also is.
  local function defined(name) return assert(loadfile(("%s/%s.lua"):format(folder, name), "t", {}))() end

  local function has_all(package, definitions, name)
    for key, value in pairs(package) do
      if key ~= "_VERSION" then
        local full = name .. "." .. key
        assert.are.equal(type(value), type(definitions[key]), full)
        if type(value) == "table" then has_all(value, definitions[key], full) end
      end
    end
  end

  it("hold every public name of the library", function()
    has_all(rx, defined "reactivation", "rx")
  end)

  it("hold every public name of the paper's package", function()
    local definitions = defined "krishna2024"
    for key, value in pairs(krishna2024) do assert.are.equal(type(value), type(definitions[key]), key) end
  end)

  it("hold every method of the types in C", function()
    local count = 0
    for type_name, metatable in pairs(debug.getregistry()) do
      local methods = tostring(type_name):find "^rx%." and metatable.methods
      for name in pairs(methods or {}) do
        count = count + 1
        assert.is_truthy(text:find(":" .. name .. "(", 1, true) or name:find "^__", name)
      end
    end
    assert.is_true(count > 40)
  end)

  it("tell types: of matrices, generators, options", function()
    for _, expected in ipairs {
      "---@class rx.matrix\n---@field batch integer\n---@field cols integer\n---@field rows integer\n",
      "---@operator mul(rx.matrix|number): rx.matrix\n",
      "---@param rows integer\n---@param cols integer\n---@param low? number\n---@param high? number\n" ..
        "---@return rx.matrix\nfunction rng:uniform(rows, cols, low, high) end\n",
      "---@class rx.adam.options\n---@field rate? any 1e-3\n",
      "---@param options? rx.adam.options",
      "---@return rx.network",
    } do
      assert.is_truthy(text:find(expected, 1, true), expected)
    end
  end)
end)
