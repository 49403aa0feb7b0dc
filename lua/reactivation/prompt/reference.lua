-- The doc comments of the library, of its bindings and of the packages beside it, such as a paper's, that are
-- loaded; read when they are first asked for.
--
-- The bindings' are in their sources, or, where the program is installed, in one file within the library.

local lfs = require "lfs"

local LUA = debug.getinfo(1, "S").source:match("^@(.*)reactivation/prompt/[^/]*$") or "./"
local BINDINGS = { LUA .. "../src/bind", LUA .. "../src/system", LUA .. "reactivation/reference" }

-- All files of an ending in a folder and those within it, in order.
local function files(folder, ending, list)
  local names = {}
  if lfs.attributes(folder, "mode") == "directory" then
    for name in lfs.dir(folder) do names[#names + 1] = name:find "^%." == nil and name or nil end
  end
  table.sort(names)
  for _, name in ipairs(names) do
    local path = folder .. "/" .. name
    if name:sub(-#ending) == ending then
      list[#list + 1] = path
    elseif lfs.attributes(path, "mode") == "directory" then
      files(path, ending, list)
    end
  end
  return list
end

-- How doc comments begin, go on and end: the first captures are their text.
local LANGUAGES = {
  [".lua"] = { begins = "^%s*%-%-%-%s?([^-].*)", goes_on = "^%s*%-%-%s?(.*)" },
  [".c"] = { begins = "^/%*%*%s?(.*)", goes_on = "^ %*%s?(.*)" },
}

-- The comments of a file: their lines, and the line of code that follows.
local function comments(path, language)
  local list, block = {}, nil
  for line in io.lines(path) do
    local text = line:match(language.begins)
    if text then
      block = {}
      list[#list + 1] = { lines = block }
    elseif block then
      text = line:match(language.goes_on)
      if not text then list[#list].code = line end
    end
    if block and text then block[#block + 1] = (text:gsub("%s*%*/%s*$", "")) end
    if not text or line:find "%*/%s*$" then block = nil end
  end
  return list
end

-- Tags, with the order of the words that follow them.
local WORDS = {
  param = { "name" }, tparam = { "type", "name" }, tab = { "name" }, string = { "name" }, int = { "name" },
  number = { "name" }, bool = { "name" }, ["return"] = {}, treturn = { "type" }, usage = {},
  module = { "name" }, pragma = { "name" }, ["function"] = { "name" }, field = { "name" },
}

local function parse_tag(line)
  local tag, modifier, rest = line:match "^@(%w+)(%[?[^%]%s]*%]?)%s*(.*)"
  local part = { tag = tag, default = modifier:match "opt=([^%]]*)", optional = modifier ~= "" }
  for _, word in ipairs(WORDS[tag] or {}) do
    part[word], rest = rest:match "^(%S*)%s*(.*)"
  end
  part.lines = rest ~= "" and { rest } or {}
  return part
end

-- A comment as a list of parts: the text before the first tag, then one for each.
local function parts_of(comment)
  local parts = { { tag = "text", lines = {} } }
  for _, line in ipairs(comment.lines) do
    if line:find "^@%w" then
      parts[#parts + 1] = parse_tag(line)
    else
      table.insert(parts[#parts].lines, line)
    end
  end
  return parts
end

-- What stands in the code, if no tag tells the name; without its table, unless users write that too.
local function name_in_code(code, keeps_table)
  local name = code and (code:match "^function ([%w_.]+)" or code:match "^([%w_.]+) = ")
  return name and (keeps_table and name or name:match "[%w_]+$")
end

local function prefix(package_name)
  return (package_name == "reactivation" and "rx" or package_name) .. "."
end

-- As a script writes it: a method after its object, else with its package, which of the library is `rx`.
local function full_name(name, root)
  if name:find ":" or name:sub(1, #root) == root then return name end
  return root .. name
end

local pages = {} -- name of a page -> the lines with which its files begin

local function add_file(list, path, language)
  local module, root, keeps_table
  for _, comment in ipairs(comments(path, language)) do
    local entry = { parts = parts_of(comment) }
    for _, part in ipairs(entry.parts) do
      if part.tag == "module" then
        module = part.name:gsub("^reactivation%.?", "")
        root = prefix(part.name:match "^[^.]+")
        pages[module] = pages[module] or {} -- several files may share a page
        table.move(entry.parts[1].lines, 1, #entry.parts[1].lines, #pages[module] + 1, pages[module])
      elseif part.tag == "pragma" then
        keeps_table = part.name == "nostrip"
      elseif part.tag == "function" or part.tag == "field" then
        entry.name = part.name
      end
    end
    entry.name = entry.name or name_in_code(comment.code, keeps_table)
    if entry.name and root then
      entry.name, entry.module = full_name(entry.name, root), module
      list[#list + 1] = entry
    end
  end
end

local reference = {}

local entries, read = {}, {} -- all entries; folders whose files were read

local function read_folder(folder, ending)
  if read[folder] then return end
  read[folder] = true
  for _, path in ipairs(files(folder, ending, {})) do add_file(entries, path, LANGUAGES[ending]) end
end

-- The library and the packages beside it that are loaded: how the names of theirs begin -> package.
function reference.packages()
  local found = {}
  for name, value in pairs(package.loaded) do
    if type(value) == "table" and lfs.attributes(("%s%s/init.lua"):format(LUA, name)) then
      found[prefix(name)] = value
    end
  end
  return found
end

-- The list of all entries: `name`, `module`, and `parts`, each with its `tag` and `lines`; and module -> the
-- lines with which its page's files begin.
function reference.read()
  for _, folder in ipairs(BINDINGS) do read_folder(folder, ".c") end
  for name in pairs(reference.packages()) do
    read_folder(LUA .. (name == "rx." and "reactivation" or name:sub(1, -2)), ".lua")
  end
  return entries, pages
end

return reference
