local rx = require "reactivation"
local cjson = require "cjson"
local lfs = require "lfs"
local support = require "tests.spec.support"
local message = support.message

local read = support.read

describe("a folder of results", function()
  local top, remove
  before_each(function() top, remove = support.scratch() end)
  after_each(function() remove() end)

  it("is made with all above it, and may be there already", function()
    for _ = 1, 2 do
      local out = rx.folder(top .. "/a/b//c/")
      assert.are.equal("directory", lfs.attributes(top .. "/a/b/c", "mode"))
      out:write("n.json", { x = 1 })
      assert.are.equal(1, cjson.decode(read(out:path("n.json"))).x)
    end
  end)

  it("is made in the working directory if its name is relative", function()
    local here = lfs.currentdir()
    lfs.chdir(top)
    local ok, problem = pcall(function() rx.folder("relative/deep"):write("n.json", {}) end)
    lfs.chdir(here)
    assert.is_true(ok, problem)
    assert.are.equal("file", lfs.attributes(top .. "/relative/deep/n.json", "mode"))
  end)

  it("stores a table as JSON, one field a line, in order, to the last digit", function()
    local out = rx.folder(top)
    local values = {
      seed = 7, sigma = 0.1 / math.sqrt(0.02), quick = true, setting = 'a "text"', list = { 1.5, 2.5 },
      large = 2.0 ^ 53, third = 1 / 3,
    }
    out:write("values.json", values)
    local text = read(out:path("values.json"))
    for name, value in pairs(values) do assert.are.same(value, cjson.decode(text)[name]) end
    assert.matches('^{\n  "large": %d+,\n  "list": %[1.5, 2.5%],\n  "quick": true,\n  "seed": 7,\n', text)
    assert.matches('\n  "third": [%d.]+\n}\n$', text)
    out:write("empty.json", {})
    assert.are.same({}, cjson.decode(read(out:path("empty.json"))))
  end)

  it("stores what JSON has no number for as null", function()
    local out = rx.folder(top)
    out:write("n.json", { loss = 0 / 0, most = math.huge, least = -math.huge, x = 1 })
    assert.are.same({ loss = cjson.null, most = cjson.null, least = cjson.null, x = 1 },
                    cjson.decode(read(out:path("n.json"))))
  end)

  it("keeps the former file when the new one cannot be written", function()
    local out = rx.folder(top)
    out:write("n.json", { x = 1 })
    assert.matches("^cannot write .*/n.json: ", message(out.write, out, "n.json", { x = print }))
    assert.matches("^cannot write .*/n.json: names of fields expected, got true",
                   message(out.write, out, "n.json", { [true] = 1 }))
    assert.matches("^cannot write .*/n.json: ", message(out.write, out, "n.json"))
    assert.are.equal(1, cjson.decode(read(out:path("n.json"))).x)
    assert.matches("^cannot write .*/none/n.json: .*No such file", message(out.write, out, "none/n.json", { x = 1 }))
    lfs.mkdir(top .. "/taken")
    lfs.mkdir(top .. "/taken/inside")
    assert.matches("^cannot write .*/taken: ", message(out.write, out, "taken", { x = 1 }))
    for name in lfs.dir(top) do assert.is_nil(name:find("tmp", 1, true)) end
  end)

  it("writes through links, also to what is not there yet, and replaces no device", function()
    local out = rx.folder(top)
    lfs.mkdir(top .. "/disk")
    assert(lfs.link("disk/n.json", out:path("first.json"), true))
    assert(lfs.link("first.json", out:path("second.json"), true))
    for x = 1, 2 do
      out:write("second.json", { x = x })
      assert.are.equal("link", lfs.symlinkattributes(out:path("second.json"), "mode"))
      assert.are.equal("link", lfs.symlinkattributes(out:path("first.json"), "mode"))
      assert.are.equal(x, cjson.decode(read(top .. "/disk/n.json")).x)
    end
    assert(lfs.link("/dev/null", out:path("device.json"), true))
    assert.matches("device.json: not a regular file", message(out.write, out, "device.json", { x = 1 }))
    assert.are.same({ nil, "/dev/full: not a regular file" }, { rx.page("/dev/full", { title = "mine" }) })
    assert.are.equal("char device", lfs.attributes("/dev/full", "mode"))
    local long = ("n"):rep(255)
    out:write(long, { x = 3 })
    assert.are.equal(3, cjson.decode(read(out:path(long))).x)
  end)

  it("that cannot be made is named", function()
    io.open(top .. "/file", "w"):close()
    for _, name in ipairs { top .. "/file", top .. "/file/deep", "/proc/none", "" } do
      local expected = ("^cannot make the folder '%s': %%u"):format(name:gsub("%p", "%%%0"))
      assert.matches(expected, message(rx.folder, name))
    end
    assert.matches("folder_spec.lua:%d+: bad argument #1 to 'folder' %(string expected, got nil",
                   message(function() rx.folder() end))
  end)
end)
