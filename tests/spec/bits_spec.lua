-- What the core computes by its own means, on as many processors as this machine can be.
local support = require "tests.spec.support"

local flags = "-std=c11 -O3 -D_GNU_SOURCE -ffp-contract=off -fno-math-errno -fno-trapping-math -fopenmp "
  .. "-Wno-psabi -Isrc/core tests/bits.c src/core/product.c src/core/vector.c src/core/elementary.c -lm"

-- for 100000 arguments of each function
local kept = [[
products 165ffd1e09fa5bed
exp cacbae52b3684f22
log 0d336e9b2528ad07
sin ab39bd5cd76b2d1e
cos c19567615949ac3e
tanh 11c7aa58ad2231b7
sigmoid 1aa18614e0ec4e63
power 573149c0b5104fcd
atan2 7cbfed187a1b4459
doubles c0f969521d9b5f50
sums 10f4582d0e178997
]]

local function has(program)
  local _, status = support.run("command -v " .. program)
  return status == 0
end

describe("products, functions and sums", function()
  local folder, remove
  setup(function() folder, remove = support.scratch() end)
  teardown(function() remove() end)

  -- What the test program prints, but for how far the functions are from exact.
  local function bits(compiler, options, arguments, runner)
    local program = folder .. "/bits"
    local output, status = support.run(("%s %s %s -o %s"):format(compiler, options, flags, program))
    assert.are.equal(0, status, output)
    output, status = support.run(("%s %s %d"):format(runner or "", program, arguments))
    assert.are.equal(0, status, output)
    return (output:gsub(" %d%.%d%d\n", "\n"))
  end

  local machine = support.run("uname -m"):match "%S+"
  local processor = machine == "x86_64" and "-march=x86-64-v3" or "-march=native"

  it("are chains and to within two units in the last place, for ten million arguments in all", function()
    bits("cc", processor, 1250000)
  end)

  for lanes, compiler in pairs { [4] = "clang", [8] = "gcc", [16] = "gcc" } do
    it(("have the same bits by %s in vectors of %d"):format(compiler, lanes), function()
      if not has(compiler) then return pending(compiler .. " is not here") end
      assert.are.equal(kept, bits(compiler, processor .. " -DRX_LANES=" .. lanes, 100000))
    end)
  end

  it("have the same bits on arm64", function()
    if not (has "aarch64-linux-gnu-gcc" and has "qemu-aarch64") then
      return pending "a compiler for arm64 and qemu-user are not here"
    end
    assert.are.equal(kept, bits("aarch64-linux-gnu-gcc", "-static", 100000, "qemu-aarch64"))
  end)
end)
