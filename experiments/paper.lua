-- The whole paper: trains every network that the asked figures need, once, several side by side; draws
-- the figures; and ends with one page, index.html, of all figures and numbers. What is finished is
-- skipped, what was interrupted goes on. The trainings are a sweep, which --list, --slurm and --status are
-- about.
--
--   rxlua experiments/paper.lua --quick
--   rxlua experiments/paper.lua --quick --check      # and are the numbers those that were kept?
--   rxlua experiments/paper.lua --figures 1,2,C.3 --seeds 0..4
--   rxlua experiments/paper.lua --seeds 0..4 --slurm

local rx = require "reactivation"
local command_line = require "reactivation.runs.command_line"
local core = require "reactivation.core"
local figures = require "krishna2024.figures"
local kept = require "krishna2024.page.kept"
local krishna2024 = require "krishna2024"
local page = require "krishna2024.page"
local settings = require "krishna2024.settings"
local study = require "krishna2024.study"

local shared = study.options()
shared.quick.preset = nil
local opt = rx.arguments("Reproduces the paper, or the named figures.", {
  { "figures", "all", "figures, such as 1,2,C.3,noise" },
  shared.setting, shared.seeds, shared.quick, shared.units, shared.batches,
  { "jobs", 0, "trainings side by side (0: one for each core)", least = 0 },
  { "out", "results/paper", "folder of the page, the figures and the networks" },
  { "check", false, "of --quick: compare its numbers with those that were kept" },
  sweep = true,
})
local program, here = arg[-1] or "rxlua", arg[0]:match("^(.*)/") or "."
local chosen, unknown = figures.chosen(opt.figures)
if not chosen then
  io.stderr:write("Error: --figures: " .. unknown .. "\n")
  os.exit(1)
end
local other = opt.check and kept.other_option(opt)
if other then
  io.stderr:write(("Error: --check: %s has the numbers of another --%s\n"):format(kept.path, other))
  os.exit(1)
end
local out = rx.folder(opt.out)
local networks = rx.folder(opt.out .. (opt.quick and "/networks-quick" or "/networks"))

-- The trainings: a sweep over the networks, several side by side, each on its share of the cores

local trainings, work = figures.trainings(chosen, opt)
local sweep = rx.sweep(networks.name, trainings, function(network, folder)
  network.folder = folder.name
  local history = krishna2024.trained(network).history
  local last = #history.test_loss
  return { test_loss = history.test_loss[last], test_error = history.test_error[last] }
end, {
  at_once = opt.jobs > 0 and opt.jobs or rx.threads(), name = settings.name, work = work,
  fixed = {}, -- a network's configuration tells all
})
for _, failure in ipairs(sweep.failed) do
  error(("the training %s failed: %s (see %s)"):format(
    failure.name, failure.words, networks:path(failure.name .. "/log.txt")), 0)
end

-- Drawing, a script once for all its figures; a script that takes one seed once for each

local drawn = {}
local function draw(figure, seeds)
  local words = command_line(figures.options(figure, opt, seeds))
  local folder = out:path((figure.script .. table.concat(words, "-"):gsub("%-+", "-")))
  if drawn[folder] then return folder end
  local ok, problem = core.run {
    program, ("%s/%s.lua"):format(here, figure.script), "--networks", networks.name, "--out", folder,
    table.unpack(words),
  }
  if not ok then error(("figure %s: %s"):format(figure.name, problem), 0) end
  drawn[folder] = true
  return folder
end

local folders = {}
for _, figure in ipairs(chosen) do
  folders[figure.name] = {}
  for i, seeds in ipairs(figure.one_seed and opt.seeds or { opt.seeds }) do
    folders[figure.name][i] = draw(figure, seeds)
  end
end

local ok, problem = page(out, chosen, folders, opt, networks.name, "rxlua " .. table.concat(arg, " ", 0))
if not ok then error("no page: " .. problem, 0) end
print("page: " .. out:path("index.html"))

local found = kept.gather(chosen, folders)
out:write("numbers.json", found)
if opt.check then
  local same, words = kept.check(found, here .. "/../" .. kept.path)
  print(words)
  if not same then os.exit(1) end
end
