-- The whole paper: trains every network that the asked figures need, once, several side by side; draws
-- the figures; and ends with one page, index.html, of all figures and numbers. What is finished is
-- skipped, what was interrupted goes on.
--
--   rxlua experiments/paper.lua --quick
--   rxlua experiments/paper.lua --figures 1,2,C.3 --seeds 0,1,2,3,4

local rx = require "reactivation"
local krishna2024 = require "krishna2024"
local core = require "reactivation.core"
local cjson = require "cjson"

local opt = rx.arguments("Reproduces the paper, or the named figures.", {
  { "figures", "all", "figures, such as 1,2,C.3,noise" },
  { "setting", "tonic", "noise and biases: text, code or tonic", choices = { "text", "code", "tonic" } },
  { "seeds", { 0 }, "seeds of the networks, such as 0,1,2,3,4" },
  { "quick", false, "small networks, short trainings and comparisons" },
  { "units", 0, "units of every network (0: as in the paper, or quick)", least = 0 },
  { "batches", 0, "length of every training (0: as in the paper, or quick)", least = 0 },
  { "jobs", 0, "trainings side by side (0: one for each core)", least = 0 },
  { "out", "results/paper", "folder of the page, the figures and the networks" },
})
local networks = opt.out .. (opt.quick and "/networks-quick" or "/networks")
local here = arg[0]:match("^(.*)/") or "."

-- The networks, with the time that a batch takes relative to the others'

local SPATIAL = { task = "spatial_navigation", cost = 0.73, quick_cost = 0.25 }
local GRU = { task = "spatial_navigation", cell = "gru", cost = 1.35, quick_cost = 0.5 }
local HEAD = { task = "head_direction", cost = 0.07, quick_cost = 0.07 }

-- A network of a kind, of the words that tell it from others, and of another setting than the page's
local function network(kind, extra, setting)
  local words = { "--setting", setting or opt.setting, "--task", kind.task, table.unpack(extra) }
  if kind.cell then words[#words + 1], words[#words + 2] = "--cell", kind.cell end
  local paper = krishna2024.paper
  local batches, units = paper[kind.task].batches, nil
  if opt.quick then batches, units = paper.quick[kind.task].batches, paper.quick[kind.task].units end
  if opt.batches > 0 then batches = opt.batches end
  if opt.units > 0 then units = opt.units end
  if units then words[#words + 1], words[#words + 2] = "--units", tostring(units) end
  return { words = words, cost = opt.quick and kind.quick_cost or kind.cost, batches = batches }
end
local U_NOISY = network(SPATIAL, {})
local U = network(SPATIAL, { "--noiseless" })
local B_NOISY = network(SPATIAL, { "--biased" })
local B = network(SPATIAL, { "--biased", "--noiseless" })
local U_GRU = network(GRU, {})
local B_GRU = network(GRU, { "--biased" })
local H = network(HEAD, {})
local H_BIASED = network(HEAD, { "--biased" })
local EVERY_SETTING = {}
for _, setting in ipairs { "text", "code", "tonic" } do
  for _, kind in ipairs { SPATIAL, HEAD } do
    EVERY_SETTING[#EVERY_SETTING + 1] = network(kind, {}, setting)
  end
end

-- The figures: the script that draws each, and the networks that it needs

local figures = {
  { name = "1", script = "spatial_navigation", needs = { U_NOISY }, pictures = { "figure1" } },
  { name = "2", script = "biased_navigation", needs = { U_NOISY, U, B_NOISY, B }, pictures = { "figure2" } },
  { name = "3", script = "head_direction", needs = { H }, pictures = { "figure3" }, one_seed = true },
  { name = "C.1", script = "spatial_phases", words = { "--quiescent-noise", "same" },
    needs = { U_NOISY, B_NOISY }, pictures = { "phases" } },
  { name = "C.2", script = "spatial_phases", words = { "--quiescent-noise", "same", "--cell", "gru" },
    needs = { U_GRU, B_GRU }, pictures = { "phases" } },
  { name = "C.3", script = "deterministic_navigation", needs = { U_NOISY, U, B_NOISY, B },
    pictures = { "figureC3" } },
  { name = "C.4", script = "deterministic_navigation", needs = { U_NOISY, U, B_NOISY, B },
    pictures = { "figureC4" } },
  { name = "C.5", script = "biased_head_direction", needs = { H, H_BIASED }, pictures = { "figureC5" } },
  { name = "C.5-text", title = "Figure C.5 under \"text\"", script = "biased_head_direction",
    setting = "text", needs = { network(HEAD, {}, "text"), network(HEAD, { "--biased" }, "text") },
    pictures = { "figureC5" } },
  { name = "noise", title = "The noise law", script = "noise_law", needs = EVERY_SETTING,
    every_setting = true, pictures = { "noise_law" } },
}

-- Which figures, and what they need for every seed, each network once

local function chosen()
  if opt.figures == "all" then return figures end
  local known, list, names, seen = {}, {}, {}, {}
  for i, figure in ipairs(figures) do known[figure.name:lower()], names[i] = figure, figure.name end
  for name in (opt.figures:lower() .. ","):gmatch("([^,]*),") do
    if not known[name] then
      io.stderr:write(("Error: --figures: unknown figure '%s'; known are %s\n")
                      :format(name, table.concat(names, ", ")))
      os.exit(1)
    end
    if not seen[name] then list[#list + 1], seen[name] = known[name], true end
  end
  return list
end

local function trainings_for(list)
  local trainings, seen = {}, {}
  for _, figure in ipairs(list) do
    for _, needed in ipairs(figure.needs) do
      for _, seed in ipairs(opt.seeds) do
        local words = { "--seed", tostring(seed), table.unpack(needed.words) }
        local name = table.concat(words, " ")
        if not seen[name] then
          seen[name] = true
          trainings[#trainings + 1] = { name = name, words = words, network = needed, done = 0 }
        end
      end
    end
  end
  table.sort(trainings, function(a, b) -- the longest first, so that they end together
    local work_a, work_b = a.network.cost * a.network.batches, b.network.cost * b.network.batches
    return work_a > work_b or work_a == work_b and a.name < b.name
  end)
  return trainings
end

-- Training: children side by side, each on its share of the cores

local program = arg[-1] or "rxlua"
local out = rx.folder(opt.out)
rx.folder(networks)

local function last_line(path)
  local file = io.open(path)
  if not file then return "" end
  local last = ""
  for line in file:lines() do last = line end
  file:close()
  return last
end

local function launch(training, threads)
  training.log = ("%s/%s.log"):format(networks, training.name:gsub("^%-+", ""):gsub("[ %-]+", "-"))
  os.remove(training.log)
  local command = {
    program, here .. "/train.lua", "--child", "--networks", networks, "--threads", tostring(threads),
    "--batches", tostring(training.network.batches), log = training.log, table.unpack(training.words),
  }
  local problem
  training.process, problem = core.start(command)
  if not training.process then error("cannot start a training: " .. problem, 0) end
end

local function finish(training, succeeded)
  if not succeeded then
    error(("the training %s failed: %s (see %s)"):format(
      training.name, last_line(training.log), training.log), 0)
  end
  training.done, training.process = training.network.batches, nil
end

local function duration(seconds)
  return seconds < 5400 and ("%d min"):format(math.ceil(seconds / 60)) or ("%.1f h"):format(seconds / 3600)
end

-- All work, that done before, and that done by now.
local progress = { began = core.now(), said = core.now() }
function progress:say(trainings)
  local all, done, finished = 0, 0, 0
  for _, training in ipairs(trainings) do
    if training.process then
      training.done = tonumber(last_line(training.log):match("^batch (%d+)/")) or training.done
    end
    all = all + training.network.cost * training.network.batches
    done = done + training.network.cost * training.done
    finished = finished + (training.done == training.network.batches and 1 or 0)
  end
  self.before = self.before or done
  if core.now() - self.said < 30 then return end
  self.said = core.now()
  local rate = (done - self.before) / (core.now() - self.began)
  local left = rate > 0 and ", " .. duration((all - done) / rate) .. " left" or ""
  io.stderr:write(("%d of %d networks trained, %.0f%% of the work%s\n"):format(
    finished, #trainings, 100 * done / all, left))
end

local function train(trainings)
  local cores = rx.threads()
  local jobs = math.min(opt.jobs > 0 and opt.jobs or cores, #trainings)
  local waiting, running = table.move(trainings, 1, #trainings, 1, {}), {}
  while #waiting + #running > 0 do
    while #running < jobs and #waiting > 0 do
      local training = table.remove(waiting, 1)
      launch(training, math.max(1, cores // jobs))
      running[#running + 1] = training
    end
    core.sleep(0.2)
    for i = #running, 1, -1 do
      local ended, succeeded = running[i].process:ended()
      if ended then finish(table.remove(running, i), succeeded) end
    end
    progress:say(trainings)
  end
end

-- Drawing, a script once for all its figures

local drawn = {}
local function draw(figure, seeds)
  local words = { figure.one_seed and "--seed" or "--seeds", seeds, table.unpack(figure.words or {}) }
  if not figure.every_setting then
    words[#words + 1], words[#words + 2] = "--setting", figure.setting or opt.setting
  end
  if opt.quick then words[#words + 1] = "--quick" end
  for _, option in ipairs { "batches", "units" } do
    if opt[option] > 0 then words[#words + 1], words[#words + 2] = "--" .. option, tostring(opt[option]) end
  end
  local name = (figure.script .. " " .. table.concat(words, " ")):gsub("[ -]+", "-")
  local folder = opt.out .. "/" .. name
  if not drawn[folder] then
    local ok, problem = core.run {
      program, ("%s/%s.lua"):format(here, figure.script), "--networks", networks, "--out", folder,
      table.unpack(words),
    }
    if not ok then error(("figure %s: %s"):format(figure.name, problem), 0) end
    drawn[folder] = true
  end
  return folder
end

-- The folders of a figure, that of the first seed first
local function draw_all(figure)
  if not figure.one_seed then return { draw(figure, table.concat(opt.seeds, ",")) } end
  local folders = {}
  for i, seed in ipairs(opt.seeds) do folders[i] = draw(figure, tostring(seed)) end
  return folders
end

-- The page: figures, and their numbers beside the paper's

local function read_json(path)
  local file = assert(io.open(path))
  local values = cjson.decode(file:read("a"))
  file:close()
  return values
end

-- A number of a report, over all folders.
local function shown(number, values)
  local mean, sd = rx.mean_sd(values)
  local ours = #values > 1 and ("%.3g +- %.2g"):format(mean, sd) or ("%.3g"):format(mean)
  return ours .. " " .. number.unit
end

-- The table of a figure: its titles, and a row for each quantity, whose columns come one after the other
-- among the numbers. Where it has columns of its own, the paper has none of its numbers.
local function table_of(folders)
  local numbers, values = {}, {}
  for f, folder in ipairs(folders) do
    for i, number in ipairs(read_json(folder .. "/numbers.json")) do
      if f == 1 then numbers[i], values[i] = number, {} end
      table.move(number.values, 1, #number.values, #values[i] + 1, values[i])
    end
  end
  local head, rows = { "" }, {}
  for i, number in ipairs(numbers) do
    local row = rows[#rows]
    if not row or row[1] ~= number.label then
      row = { number.label }
      rows[#rows + 1] = row
    end
    row[#row + 1] = shown(number, values[i])
    head[#row] = number.column or "ours"
    if not number.column then row[3], head[3] = number.published or "", "the paper" end
  end
  return head, rows
end

local function section(figure)
  local folders, pictures = draw_all(figure), {}
  for i, name in ipairs(figure.pictures) do pictures[i] = ("%s/%s.svg"):format(folders[1], name) end
  local head, rows = table_of(folders)
  return { title = figure.title or "Figure " .. figure.name, pictures = pictures, head = head, rows = rows }
end

local list = chosen()
train(trainings_for(list))
local content = {
  title = "Offline reactivation in recurrent neural networks, reproduced",
  text = ("Setting \"%s\", %s; seeds %s. Numbers are means over seeds, +- standard deviation where there "
    .. "is more than one."):format(opt.setting, opt.quick and "quick" or "full training",
                                   table.concat(opt.seeds, ", ")),
  command = "rxlua " .. table.concat(arg, " ", 0),
}
for i, figure in ipairs(list) do content[i] = section(figure) end
local ok, problem = rx.page(out:path("index.html"), content)
if not ok then error("no page: " .. problem, 0) end
print("page: " .. out:path("index.html"))
