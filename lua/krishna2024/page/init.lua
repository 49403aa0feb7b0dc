-- The page of the paper: every figure with its caption, the command that draws it alone, and its numbers; and
-- before them, which of the paper's claims hold.

local claims = require "krishna2024.page.claims"
local command_line = require "reactivation.runs.command_line"
local core = require "reactivation.core"
local figures = require "krishna2024.figures"
local numbers = require "reactivation.runs.numbers"
local write_page = require "reactivation.runs.page"

local INTRODUCTION = [[
Krishna, Bredenberg, Levenstein, Richards and Lajoie, "Sufficient conditions for offline reactivation in
recurrent neural networks" (ICLR 2024, https://arxiv.org/abs/2505.17003), done again with rxlua. A noisy
recurrent network learns to keep track of a position or a bearing from movements alone. Then its input is
taken away, and the network rests, moved by nothing but its own noise: does it go through the states of its
waking life, as often as it did awake? Blue is awake, red quiescent.

Setting "%s" (tonic: Gaussian noise, and a constant drive that each unit learns; text: as the paper's
equations have it, without that drive; code: the uniform noise of its published code); %s; %s. Numbers are
means over the networks%s.]]

local function introduction(opt)
  local several = #opt.seeds > 1
  return INTRODUCTION:format(
    opt.setting,
    opt.quick and "small networks and short trainings, for a quick look" or "the paper's sizes and trainings",
    (several and "seeds " or "one network of each kind, seed ") .. table.concat(opt.seeds, ", "),
    several and ", ± their standard deviation" or "")
end

-- The command that draws a figure alone, from the networks that are trained.
local function command_of(figure, opt, networks)
  local lines = {}
  for i, seeds in ipairs(figure.one_seed and opt.seeds or { opt.seeds }) do
    lines[i] = ("rxlua experiments/%s.lua --networks %s %s"):format(
      figure.script, networks, table.concat(command_line(figures.options(figure, opt, seeds)), " "))
  end
  return table.concat(lines, "\n")
end

-- A table as Markdown has it.
local function markdown(head, rows)
  local lines = { "| " .. table.concat(head, " | ") .. " |", ("|---"):rep(#head) .. "|" }
  for _, row in ipairs(rows) do
    lines[#lines + 1] = "| " .. table.concat(row, " | "):gsub(" || ", " ‖ ") .. " |"
  end
  return table.concat(lines, "\n") .. "\n"
end

-- The claims, as a section, where any could be judged; and as claims.md, for documents.
local function judged(out, folders)
  local head, rows = claims.table(folders)
  if #rows == 0 then return nil end
  local ok, problem = core.write_whole(out:path "claims.md", markdown(head, rows))
  if not ok then error(problem, 0) end
  return {
    title = "Which of the paper's claims hold", head = head, rows = rows,
    text = "The claims in our words, with the figures that make them. The bounds are ours: the paper draws "
      .. "more than it states.",
  }
end

-- @param out folder of the page
-- @tab chosen figures, of `figures.chosen`
-- @tab folders name of a figure -> list of the folders that its script wrote
-- @tab opt those of experiments/paper.lua
-- @string networks folder of the networks
-- @string command what made all this
-- @return as `rx.page`
return function(out, chosen, folders, opt, networks, command)
  local content = {
    title = "Offline reactivation in recurrent neural networks, reproduced",
    text = introduction(opt), command = command,
  }
  content[1] = judged(out, folders) -- or nothing
  local last = {} -- figures of one script share its numbers, which stand with the last of them
  for _, figure in ipairs(chosen) do last[folders[figure.name][1]] = figure end
  for _, figure in ipairs(chosen) do
    local of, pictures = folders[figure.name], {}
    for i, name in ipairs(figure.pictures) do pictures[i] = ("%s/%s.svg"):format(of[1], name) end
    local section = {
      title = figures.title(figure), pictures = pictures, caption = figure.caption,
      command = command_of(figure, opt, networks),
    }
    if last[of[1]] == figure then
      section.head, section.rows = numbers.table(of, "the paper")
    else
      section.text = ("Its numbers stand under %s."):format(figures.title(last[of[1]]))
    end
    content[#content + 1] = section
  end
  return write_page(out:path "index.html", content)
end
