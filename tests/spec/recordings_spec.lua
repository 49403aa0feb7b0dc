-- Tracking files, and the experiment on them from its command line to its figure, with a tiny network.
local rx = require "reactivation"
local cjson = require "cjson"
local support = require "tests.spec.support"
local message, read, same = support.message, support.read, support.same

local folder, remove

local function write(name, text)
  local file = assert(io.open(folder .. "/" .. name, "wb"))
  file:write(text)
  file:close()
  return folder .. "/" .. name
end

describe("a tracking file", function()
  setup(function() folder, remove = support.scratch() end)
  teardown(function() remove() end)

  it("gives its recordings, in metres, NaN where tracking failed", function()
    local path = write("rat.csv", "session,t,px,py\na,0,100,50\na,0.04,,\na,0.08,104,NaN\nb,0,1,2\nb,0.04,3,4\n")
    local recordings, interval = assert(rx.load_recordings(path, {
      x = "px", y = "py", time = "t", recording = "session", scale = 0.01,
    }))
    assert.near(0.04, interval, 1e-12)
    assert.are.same({ 2, 3, 2 }, { #recordings, recordings[1].rows, recordings[2].rows })
    assert.near(0.5, recordings[1]:get(1, 2), 1e-7)
    assert.are_not.equal(recordings[1]:get(2, 1), recordings[1]:get(2, 1))
    assert.near(0.04, recordings[2]:get(2, 2), 1e-7)
  end)

  it("has a gap where its times leave samples out", function()
    local path = write("gaps.csv", "time,x,y\n10,1,1\n10.02,2,2\n10.04,3,3\n10.1,6,6\n10.121,7,7\n")
    local recordings = assert(rx.load_recordings(path))
    assert.are.same({ 1, 7 }, { #recordings, recordings[1].rows })
    local x = recordings[1]:column(1)
    assert.are.same({ 3, 6, 7 }, { x:get(3, 1), x:get(6, 1), x:get(7, 1) })
    assert.are_not.equal(x:get(4, 1), x:get(4, 1))
    assert.are_not.equal(x:get(5, 1), x:get(5, 1))
  end)

  it("may be HDF5, its columns in groups, and its times large", function()
    local path = folder .. "/rat.h5"
    local start = 1764043200 -- seconds: more digits than single precision holds
    assert(rx.save(path, { tracking = {
      x = rx.matrix { { 1 }, { 2 }, { 3 } }, y = rx.matrix { { 4, 5, 6 } }, t = { start, start + 0.5, start + 1 },
    } }))
    local recordings, interval = assert(rx.load_recordings(path, {
      x = "tracking/x", y = "tracking/y", time = "tracking/t",
    }))
    assert.are.equal(0.5, interval)
    assert.are.same({ { 1, 4 }, { 2, 5 }, { 3, 6 } }, recordings[1]:totable())
  end)

  it("is refused with its name where it does not hold such columns", function()
    for expected, text in pairs {
      ["no column 'x'"] = "time,y\n0,1\n1,2\n",
      ["no column 'time'"] = "x,y\n0,1\n1,2\n",
      ["column 'x': number expected in row 1, got 'left'"] = "time,x,y\n0,left,1\n1,right,2\n",
      ["times that rise expected"] = "time,x,y\n0,1,1\n0,2,2\n",
    } do
      local path = write("odd.csv", text)
      local recordings, problem = rx.load_recordings(path)
      assert.is_nil(recordings)
      assert.are.equal(path .. ": " .. expected, problem)
    end
    local path = folder .. "/short.h5"
    assert(rx.save(path, { x = { 1, 2, 3 }, y = { 1, 2 }, time = { 0, 1, 2 } }))
    assert.are.equal(path .. ": column 'y': 3 numbers expected, got 2", select(2, rx.load_recordings(path)))
    assert.matches("none.csv: No such file", select(2, rx.load_recordings(folder .. "/none.csv")))
    assert.matches("recordings_spec.lua:%d+: unknown option 'z'", message(function()
      rx.load_recordings(path, { z = "z" })
    end))
  end)
end)

describe("the synthetic walks", function()
  local recordings, interval = rx.load_recordings("experiments/data/walks.csv")

  it("are three recordings of unequal length with gaps, short and long", function()
    assert.near(0.05, interval, 1e-9)
    assert.are.same({ 3000, 1800, 1200 }, { recordings[1].rows, recordings[2].rows, recordings[3].rows })
    local task = rx.tasks.recorded { positions = recordings, interval = interval, bridge = 0.25, cells = 4 }
    local cut = rx.tasks.recorded { positions = recordings, interval = interval, cells = 4 }
    assert.is_true(task.settings.samples > cut.settings.samples)
    assert.is_true(task.settings.samples < 6000 * 0.05 / 0.02)
    assert.near(1, task.settings.box, 0.03)
  end)

  it("are made by the script beside them", function()
    folder, remove = support.scratch()
    local before = read("experiments/data/walks.csv")
    support.run(("cp experiments/data/walks.lua %s/ && cd %s && %s walks.lua"):format(folder, folder, support.program))
    local after = read(folder .. "/walks.csv")
    remove()
    assert.is_true(before == after)
  end)
end)

describe("the experiment on recorded walks", function()
  local out, output, status
  local TINY = " --units 12 --batches 3 --trials 20 --quiescent-steps 20 "

  setup(function()
    folder, remove = support.scratch()
    out = folder .. "/out"
    output, status = support.run(support.experiment "recorded_navigation" .. TINY .. "--out " .. out)
  end)
  teardown(function() remove() end)

  it("ends well, with its figure of six panels and its numbers", function()
    assert.are.equal(0, status, output)
    local picture = read(out .. "/recorded_navigation.svg")
    for _, letter in ipairs { "a", "b", "c", "d", "e", "f" } do
      assert.truthy(picture:find(">" .. letter .. "<", 1, true), letter)
    end
    local numbers = cjson.decode(read(out .. "/numbers.json"))
    assert.are.equal(9, #numbers)
    for _, number in ipairs(numbers) do assert.is_true(number.mean > 0, number.label) end
  end)

  it("learns the walks of a file of one's own, which lies elsewhere", function()
    local walk = rx.load_recordings("experiments/data/walks.csv")[3]
    local x, y, time = {}, {}, {}
    for i, row in ipairs(walk:totable()) do x[i], y[i], time[i] = 100 * row[1], 100 * row[2], 5 + 0.05 * i end
    assert(rx.save_csv(folder .. "/rat.csv", { t = time, px = x, py = y }, { "t", "px", "py" }))
    local own, ended = support.run(("cd %s && %s %s --file rat.csv --x px --y py --time t --scale 0.01"):format(
      folder, support.experiment "recorded_navigation", TINY))
    assert.are.equal(0, ended, own)
    assert.matches("1 recordings, 1%d m of walks", own)
    assert.is_nil(own:find("not trained on", 1, true))
    local _, run = assert(rx.load_network(folder .. "/results/recorded_navigation/12-units-3-batches/checkpoint.h5"))
    assert.near(rx.tasks.recorded({ positions = { walk }, interval = 0.05, bridge = 0.25 }).settings.box,
                run.task.box, 1e-6)
  end)

  it("says what is wrong with a file", function()
    local own, ended = support.run(support.experiment "recorded_navigation" .. " --file none.csv --out " .. out .. "2")
    assert.are_not.equal(0, ended)
    assert.matches("none.csv: No such file", own)
  end)

  it("keeps apart what recordings of another length gave", function()
    local recordings, interval = rx.load_recordings("experiments/data/walks.csv")
    local a = rx.tasks.recorded { positions = recordings, interval = interval, cells = 8 }
    local b = rx.tasks.recorded { positions = { recordings[1], recordings[2] }, interval = interval, cells = 8 }
    assert.is_false(a.settings.walked == b.settings.walked)
    assert.is_true(same(a.walks:slice(1, 10), rx.tasks.recorded {
      positions = recordings, interval = interval, cells = 8,
    }.walks:slice(1, 10)))
  end)
end)
