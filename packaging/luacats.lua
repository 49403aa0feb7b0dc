-- Definitions for editors (LuaCATS), made of the doc comments: what the library and the paper's package hold,
-- with types, options and texts. `rxlua packaging/luacats.lua FOLDER` writes a file for each into the folder.

local rx = require "reactivation"
require "krishna2024"
local reference = require "reactivation.prompt.reference"

local entries, pages = reference.read()

-- Objects -----------------------------------------------------------------------------------------

-- What stands before the colon of a method -> what the texts call such an object.
local OBJECTS = { m = "matrix", rng = "generator", net = "network" }

local function object_of(receiver) return OBJECTS[receiver] or receiver end

local classes = {} -- name of a kind of object -> its methods
for _, entry in ipairs(entries) do
  local receiver = entry.name:match "^(%w+):"
  if receiver then
    local class = object_of(receiver)
    classes[class] = classes[class] or { receiver = receiver }
    table.insert(classes[class], entry)
  end
end

local function sorted(set)
  local names = {}
  for name in pairs(set) do names[#names + 1] = name end
  table.sort(names)
  return names
end

-- Types -------------------------------------------------------------------------------------------

local TYPES = { tab = "table", int = "integer", bool = "boolean", func = "function" }

-- `matrix|number`, `{int,...}`, `{{number,...},...}`
local function type_text(text)
  local list = text:match "^{(.*),%.%.%.}$"
  if list then return type_text(list) .. "[]" end
  return (text:gsub("[%w_.]+", function(word)
    return classes[word] and "rx." .. word or TYPES[word] or word
  end))
end

-- What a text without a type says: "the matrix", "a task; its ...", "true; or nil and a message".
local function told_type(text)
  local word = text:match "^%a+ (%w+)"
  local kind = classes[word] and "rx." .. word or text:match "^true" and "true" or "any"
  return text:find "or nil" and kind .. "?" or kind
end

local TAG_TYPES = { string = "string", int = "integer", number = "number", tab = "table", bool = "boolean" }

local function is_argument(part)
  return part.tag == "param" or part.tag == "tparam" or TAG_TYPES[part.tag] ~= nil
end

-- Options -----------------------------------------------------------------------------------------

local GUESSES = { rng = "generator", net = "network", task = "task" }

-- A number may often be something else in its place, which only the text tells.
local function option_type(name, default)
  if classes[GUESSES[name]] then return "rx." .. GUESSES[name] end
  return (default == "true" or default == "false") and "boolean" or "any"
end

local KEYWORDS = { ["true"] = true, ["false"] = true, ["nil"] = true }

-- The names in backquotes, or those that a list is made of, each with the default that may follow it:
-- `rate` (1e-3), or size (200); checkpoint, a path.
local function options_of(text)
  local list, known = {}, {}
  local function add(name)
    if known[name] or KEYWORDS[name] then return end
    known[name] = true
    local default = text:match("%f[%w_]" .. name .. "`? %(([^()]*)%)")
    list[#list + 1] = { name = name, type = option_type(name, default), default = default or "" }
  end
  local outside = text:gsub("%b()", "")
  for name in outside:gmatch "`([%a_][%w_]*)`" do add(name) end
  for item in (outside .. ","):gmatch "%s*([^,;.]*)[,;.]" do
    local name = item:match "^([%a_][%w_]*)%s*$"
    if name then add(name) end
  end
  return list
end

-- Writing -----------------------------------------------------------------------------------------

local out

local function say(format, ...)
  local line = select("#", ...) > 0 and format:format(...) or format
  out[#out + 1] = line:gsub(" #? ?$", "")
end

local function joined(lines) return (table.concat(lines, " "):gsub("%s+", " ")) end

local function say_text(lines)
  for _, line in ipairs(lines) do say("---" .. (line ~= "" and " " .. line or "")) end
end

local function class_of_options(entry) return entry.name:gsub("[:]", ".") .. ".options" end

local function say_options(entry, part)
  local options = options_of(joined(part.lines))
  if part.name ~= "options" or #options == 0 then return nil end
  say("---@class %s", class_of_options(entry))
  for _, option in ipairs(options) do
    say("---@field %s? %s %s", option.name, option.type, option.default)
  end
  say ""
  return class_of_options(entry)
end

local function argument_type(part)
  if part.tag == "tparam" then return type_text(part.type) end
  local guess = GUESSES[part.name]
  return TAG_TYPES[part.tag] or classes[guess] and "rx." .. guess or "any"
end

local function say_function(entry, name)
  local classes_of_parts = {}
  for _, part in ipairs(entry.parts) do
    if is_argument(part) then classes_of_parts[part] = say_options(entry, part) end
  end
  say_text(entry.parts[1].lines)
  local arguments = {}
  for _, part in ipairs(entry.parts) do
    local text = joined(part.lines)
    if is_argument(part) then
      arguments[#arguments + 1] = part.name
      say("---@param %s%s %s %s", part.name, part.optional and "?" or "",
          classes_of_parts[part] or argument_type(part), text)
    elseif part.tag == "return" or part.tag == "treturn" then
      say("---@return %s # %s", part.type and type_text(part.type) or told_type(text), text)
    end
  end
  say("function %s(%s) end\n", name, table.concat(arguments, ", "))
end

-- Fields that a page tells of, such as `m.rows`.
local function say_fields(class, object)
  local known = {}
  for _, lines in pairs(pages) do
    for name in joined(lines):gmatch("`" .. object.receiver .. "%.([%a_]+)`") do known[name] = true end
  end
  for _, name in ipairs(sorted(known)) do
    say("---@field %s %s", name, class == "matrix" and "integer" or "any")
  end
end

local OPERATORS = { "add", "sub", "mul", "div", "pow", "unm" }

local function say_class(class)
  local object = classes[class]
  say("---@class rx.%s", class)
  say_fields(class, object)
  for _, operator in ipairs(class == "matrix" and OPERATORS or {}) do
    say("---@operator %s: rx.matrix", operator == "unm" and operator or operator .. "(rx.matrix|number)")
  end
  say("local %s = {}\n", object.receiver)
  for _, entry in ipairs(object) do say_function(entry, entry.name) end
end

local function is_function(entry, value)
  if value ~= nil then return type(value) == "function" end
  for _, part in ipairs(entry.parts) do
    if is_argument(part) or part.tag:find "return" then return true end
  end
  return false
end

local function value_at(package, path)
  for name in path:gmatch "[^.]+" do
    if type(package) ~= "table" then return nil end
    package = package[name]
  end
  return package
end

-- All that is named after a root, `rx` or `krishna2024`.
local function say_package(root, package)
  say("local %s = {}\n", root)
  local tables = {}
  for _, entry in ipairs(entries) do
    local path = entry.name:match("^" .. root .. "%.(.+)")
    if path then
      local above = path:match "^(.*)%."
      if above and not tables[above] then
        tables[above] = true
        say("%s.%s = {}\n", root, above)
      end
      local value = value_at(package, path)
      if is_function(entry, value) then
        say_function(entry, entry.name)
      else
        say_text(entry.parts[1].lines)
        say("%s = %s\n", entry.name, type(value) == "string" and ("%q"):format(value) or "{}")
      end
    end
  end
  say("return %s", root)
end

local function write(folder, name)
  local path = ("%s/%s.lua"):format(folder, name)
  local file = assert(io.open(path, "w"))
  assert(file:write(table.concat(out, "\n"), "\n"))
  assert(file:close())
end

local folder = assert(arg[1], "folder expected")

out = { "---@meta reactivation", "-- Made by packaging/luacats.lua of the doc comments.", "" }
for _, class in ipairs(sorted(classes)) do say_class(class) end
say_package("rx", rx)
write(folder, "reactivation")

out = { "---@meta krishna2024", "-- Made by packaging/luacats.lua of the doc comments.", "" }
say_package("krishna2024", package.loaded.krishna2024)
write(folder, "krishna2024")
