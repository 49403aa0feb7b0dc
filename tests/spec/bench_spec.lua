-- What the benchmark stands on: its statistics, and how it talks with other programs.
local rx = require "reactivation"
local support = require "tests.spec.support"

package.path = "tests/?.lua;" .. package.path
local Child = require "bench.child"
local npy = require "bench.npy"
local sampling = require "bench.sampling"

describe("samples", function()
  it("have a median, a least and a most, in whatever order they came", function()
    local odd = sampling.summary { 5, 1, 9 }
    assert.are.same({ 5, 1, 9 }, { odd.median, odd.least, odd.most })
    assert.are.equal(3, sampling.summary({ 4, 1, 2, 9 }).median)
    assert.are.same({ 5, 1, 9 }, odd.samples)
  end)

  it("are compared within their round", function()
    assert.are.same({ 2, 3 }, sampling.ratio({ 2, 30 }, { 1, 10 }).samples)
    assert.is_nil(sampling.ratio(nil, { 1 }))
  end)

  it("leave out the first round, and programs that are absent", function()
    local calls = 0
    local samples = sampling.rounds(3, function(samples)
      calls = calls + 1
      samples:add(calls, "step", 1)
      samples:add(nil, "step", 2)
    end)
    assert.are.same({ 2, 3, 4 }, samples:of("step", 1))
    assert.is_nil(samples:of("step", 2))
  end)
end)

describe("a program that is asked", function()
  local answering = [[sh -c 'echo ready; while read -r line && [ "$line" ]; do echo "$line"; done']]

  it("answers one request after the other", function()
    local child = assert(Child.start(answering))
    assert.are.equal("step spatial_rnn 2", child:ask("step", "spatial_rnn", 2))
    assert.are.equal(0.25, child:ask(0.25))
    child:close()
  end)

  it("ends when it is closed, though others were started after it", function()
    local first, second = Child.start(answering), Child.start(answering)
    first:close()
    assert.are.equal(1, second:ask(1))
    second:close()
  end)

  it("is absent if it does not start", function()
    assert.is_nil(Child.start("no-such-program"))
  end)

  it("is an error, and not waited for, when it has died", function()
    local child = assert(Child.start("sh -c 'echo ready; read -r line'"))
    local message = support.message(function() child:ask("work") end)
    assert.is_truthy(message:find("ended at the request 'work'", 1, true))
  end)

  it("is an error if it died before it was asked", function()
    local child = assert(Child.start("echo ready"))
    os.execute("sleep 0.1")
    assert.is_truthy(support.message(function() child:ask("work") end))
  end)
end)

describe("NumPy's files", function()
  local folder, remove = support.scratch()
  local path = folder .. "/m.npy"
  teardown(remove)

  it("give back the numbers that were written, to the last bit", function()
    local m = rx.random(1):normal(7, 5)
    npy.write(path, m)
    assert.is_true(support.same(m, npy.read(path)))
  end)

  it("have the documented form", function()
    npy.write(path, rx.matrix { { 1, -2, 0.5 } })
    local text = support.read(path)
    assert.are.equal("\x93NUMPY\1\0", text:sub(1, 8))
    local header, at = ("<s2"):unpack(text, 9)
    assert.are.equal(1, at % 64)
    assert.is_truthy(header:find("^{'descr': '<f4', 'fortran_order': False, 'shape': %(1, 3%), } *\n$"))
    assert.are.equal(("<fff"):pack(1, -2, 0.5), text:sub(at))
  end)

  it("of other numbers are refused", function()
    npy.write(path, rx.matrix(2, 2))
    local text = support.read(path):gsub("<f4", "<f8")
    local file = io.open(path, "wb")
    file:write(text)
    file:close()
    assert.is_truthy(support.message(npy.read, path):find("float32 expected", 1, true))
  end)
end)
