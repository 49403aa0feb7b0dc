-- The kinds of picture: each is a script of plots/ that begins with the data it takes. What stands there is
-- all that a figure of the kind accepts, and what the reference tells of it.

local beside = require "reactivation.files.beside"
local lfs = require "lfs"

local kinds = {}

local PLOTS = beside(debug.getinfo(1, "S").source:match("^@(.*)/[^/]+/[^/]+$"), "plots")

-- The text of a file; or nil and a message.
function kinds.read_file(path)
  local file, message = io.open(path, "rb")
  if not file then return nil, message end
  local text
  text, message = file:read("a")
  file:close()
  return text, message
end

-- The names of all kinds.
function kinds.names()
  local names = {}
  for file in lfs.dir(PLOTS) do
    local name = file:match("^([%w_]+)%.gp$")
    if name and name ~= "style" then names[#names + 1] = name end
  end
  table.sort(names)
  return names
end

-- The script of a kind; nil if there is none.
function kinds.script(name)
  return name:find("^[%w_]+$") and name ~= "style" and kinds.read_file(PLOTS .. "/" .. name .. ".gp") or nil
end

-- What all scripts share.
function kinds.style()
  return assert(kinds.read_file(PLOTS .. "/style.gp"))
end

-- What a script's first lines say: a sentence, and the fields in order, each `names` and what they are. A
-- field's name stands three blanks behind the #, what continues a line stands further in.
function kinds.head(script)
  local about, fields = {}, {}
  for line in script:gmatch("([^\n]*)\n") do
    local text = line:match("^#%s?(.*)$")
    if not text then break end
    local matrix, what = text:match("^data: `([%w_]+)`%s+(.*)$")
    local names, rest = text:match("^  ([%a][%w_, ]-)%s%s+(.*)$")
    names = names or text:match("^  ([%a][%w_, ]*)$")
    if matrix then
      fields[1] = { names = matrix, what }
    elseif names then
      fields[#fields + 1] = { names = names, rest }
    elseif #fields > 0 then
      table.insert(fields[#fields], (text:gsub("^%s+", "")))
    elseif not text:find("^data") then
      about[#about + 1] = text
    end
  end
  return table.concat(about, " "), fields
end

-- The set of the fields that scripts take.
local function field_names(script, names)
  local _, fields = kinds.head(script)
  for _, field in ipairs(fields) do
    for name in field.names:gmatch("[%w_]+") do names[#names + 1], names[name] = name, true end
  end
  return names
end

-- The fields of a script's data, as a list that is a set too: its own, and those that all take.
function kinds.fields(script)
  local names = field_names(script, {})
  for _, name in ipairs(field_names(kinds.style(), {})) do
    if name ~= "colour" and not names[name] then names[#names + 1], names[name] = name, true end
  end
  return names
end

-- Whether the style gives a name a meaning of its own, whatever the data hold.
function kinds.is_taken(name)
  local style = "\n" .. kinds.style()
  return style:find("\n%s*" .. name .. "%s*=[^=]") ~= nil or style:find("\n%s*" .. name .. "%(") ~= nil
end

local function list_of_fields(script)
  local _, fields = kinds.head(script)
  local lines = {}
  for _, field in ipairs(fields) do
    local names = field.names:gsub("[%w_]+", "`%0`")
    lines[#lines + 1] = ("- %s: %s"):format(names, table.concat(field, " ")):gsub("[:%s]+$", "")
  end
  return table.concat(lines, "\n")
end

-- A page of the reference, in Markdown.
function kinds.reference()
  local parts = {
    "# Kinds of picture",
    "`rx.figure(kind, data, path)` draws one. What follows is all that `data` may hold.",
    "## Every kind", list_of_fields(kinds.style()),
  }
  for _, name in ipairs(kinds.names()) do
    parts[#parts + 1] = "## " .. name
    parts[#parts + 1] = kinds.head(kinds.script(name)):gsub("^[%w_]+%.gp %- ", "")
    parts[#parts + 1] = list_of_fields(kinds.script(name))
  end
  return table.concat(parts, "\n\n") .. "\n"
end

return kinds
