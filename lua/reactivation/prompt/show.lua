-- What a value holds, in a few lines.

local core = require "reactivation.core"

local MOST = 40 -- fields or elements that are shown

local function width()
  return core.terminal_width() - 1
end

-- A value within another, in a few words.
local function brief(value)
  if type(value) == "string" then return ("%q"):format(value) end
  if type(value) == "table" and not (getmetatable(value) or {}).__tostring then
    return #value > 0 and ("{ %d elements }"):format(#value) or next(value) and "{ ... }" or "{}"
  end
  return (tostring(value):match "^[^\n]*")
end

local function by_name(a, b)
  return tostring(a) < tostring(b)
end

-- Names of words, as many on a line as there is room for.
local function wrapped(title, words)
  local lines, line = {}, "  " .. title
  for i, word in ipairs(words) do
    word = i < #words and word .. "," or word
    if #line + 1 + #word > width() then
      lines[#lines + 1] = line
      line = "   "
    end
    line = line .. " " .. word
  end
  lines[#lines + 1] = line
  return lines
end

-- The names of functions, also of those that an object finds behind its metatable.
local function function_names(object)
  local names, seen = {}, {}
  for _ = 1, 8 do -- a chain of classes may form a ring
    for name, value in next, object do
      local hidden = type(name) ~= "string" or name:find "^_" or seen[name]
      if type(value) == "function" and not hidden then
        names[#names + 1], seen[name] = name, true
      end
    end
    local metatable = getmetatable(object)
    object = type(metatable) == "table" and rawget(metatable, "__index")
    if type(object) ~= "table" then break end
  end
  table.sort(names)
  return names
end

local function fields(object)
  local keys = {}
  for key, value in pairs(object) do
    local listed = math.type(key) == "integer" and key >= 1 and key <= #object
    local hidden = type(key) == "string" and key:find "^_"
    if not (listed or hidden or type(value) == "function") then keys[#keys + 1] = key end
  end
  table.sort(keys, by_name)
  return keys
end

local function field_text(key, value)
  local name = type(key) == "string" and key:find "^[%a_][%w_]*$" and key or ("[%s]"):format(brief(key))
  return name .. " = " .. brief(value)
end

local function contents(object)
  local words, keys, left = {}, fields(object), 0
  for _, value in ipairs(object) do
    if #words < MOST then words[#words + 1] = brief(value) else left = left + 1 end
  end
  for _, key in ipairs(keys) do
    if #words < MOST then words[#words + 1] = field_text(key, object[key]) else left = left + 1 end
  end
  if left > 0 then words[#words + 1] = ("... %d more"):format(left) end
  return words
end

-- The text of a table: on one line if there is room; names of functions come last.
return function(object)
  local words, names = contents(object), function_names(object)
  local line = #words > 0 and "{ " .. table.concat(words, ", ") .. " }" or "{}"
  if #names == 0 and utf8.len(line) and utf8.len(line) <= width() then return line end
  local lines = { "{" }
  if #fields(object) == 0 and #words > 0 then
    for _, text in ipairs(wrapped("", words)) do lines[#lines + 1] = text end
  else
    for _, word in ipairs(words) do lines[#lines + 1] = "  " .. word end
  end
  if #names > 0 then
    for _, text in ipairs(wrapped("functions:", names)) do lines[#lines + 1] = text end
  end
  lines[#lines + 1] = "}"
  return table.concat(lines, "\n")
end
