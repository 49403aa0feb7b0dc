-- The house: what may stand where (ARCHITECTURE.md).
local lfs = require "lfs"
local support = require "tests.spec.support"

-- Call f(path, text) for each file of the endings in a folder and those within it.
local function each_file(folder, endings, f)
  for name in lfs.dir(folder) do
    local path = folder .. "/" .. name
    if lfs.attributes(path, "mode") == "directory" then
      if not name:find("^%.") then each_file(path, endings, f) end
    elseif endings[name:match("%.[^.]*$") or ""] then
      f(path, support.read(path))
    end
  end
end

local CODE = { [".c"] = true, [".h"] = true, [".lua"] = true, [".gp"] = true }

describe("the house", function()
  it("has no file of code over 500 lines", function()
    for _, folder in ipairs { "src", "lua", "experiments", "plots", "tests" } do
      each_file(folder, CODE, function(path, text)
        local _, lines = text:gsub("\n", "")
        assert.is_true(lines <= 500, ("%s has %d lines"):format(path, lines))
      end)
    end
  end)

  it("has no folder of Lua with more than a dozen files", function()
    local counts = {}
    each_file("lua", { [".lua"] = true }, function(path)
      local folder = path:match("^(.*)/")
      counts[folder] = (counts[folder] or 0) + 1
    end)
    for folder, count in pairs(counts) do assert.is_true(count <= 12, ("%s has %d files"):format(folder, count)) end
  end)

  it("tells mistakes in one place: src/bind/check.c and lua/reactivation/check", function()
    each_file("src/bind", { [".c"] = true }, function(path, text)
      text = text:gsub("luaL_checkstack", "")
      for _, word in ipairs { "luaL_check", "luaL_opt", "luaL_arg", "luaL_error", "luaL_where", "luaL_Reg" } do
        assert.is_nil(text:find(word, 1, true), path .. ": " .. word .. ", see check.c")
      end
    end)
    each_file("lua", { [".lua"] = true }, function(path, text)
      local level = text:match("error%b(),? [1-9]%)") or text:match('error%([^\n]*, [1-9]%)\n')
      assert.is_nil(level, path .. ": a level, see check.complain")
    end)
  end)

  it("has arrows that point down only", function()
    each_file("lua/reactivation", CODE, function(path, text)
      assert.is_nil(text:find("krishna2024", 1, true), path .. " knows a paper")
    end)
    each_file("src/core", CODE, function(path, text)
      assert.is_nil(text:find("#include <lua", 1, true), path .. " knows Lua")
      assert.is_nil(text:find("#include <stdio", 1, true), path .. " prints")
    end)
    each_file("src/core", CODE, function(path, text)
      for header in text:gmatch('#include "([^"]+)"') do
        assert.is_truthy(lfs.attributes("src/core/" .. header), path .. " includes " .. header)
      end
    end)
  end)
end)
