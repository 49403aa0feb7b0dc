-- help(rx.pca), help "pca": what the reference tells, with its example.

local reference = require "reactivation.prompt.reference"

local USAGE = [[
help(rx.pca)     tells of a function,
help "pca"       of all that is called so,
help(m)          of what can be done with an object, help(rx.tasks) of what is in a table.
`rx` alone lists the library; `make docs` writes all of it as pages.]]

local function first_sentence(entry)
  local text = table.concat(entry.parts[1].lines, " ")
  return text:match "^(.-[.:])%s" or text
end

local function call_text(entry)
  local names, is_function = {}, false
  for _, part in ipairs(entry.parts) do
    is_function = is_function or part.tag == "function" or part.tag == "return" or part.tag == "treturn"
    if part.name and part.tag ~= "function" and part.tag ~= "field" and part.tag ~= "module" then
      names[#names + 1] = part.optional and "[" .. part.name .. "]" or part.name
    end
  end
  is_function = is_function or #names > 0
  return entry.name .. (is_function and "(" .. table.concat(names, ", ") .. ")" or "")
end

-- An argument or a result: its name in front, further lines below its text.
local function print_part(name, part)
  local head = "  " .. name
  for i, line in ipairs(part.lines) do
    local text = line:gsub("^%s+", "")
    if i == #part.lines and part.default then text = ("%s (%s)"):format(text, part.default) end
    print((i == 1 and ("%-10s"):format(head) or (" "):rep(10)) .. " " .. text)
  end
  if #part.lines == 0 then print(("%-10s %s"):format(head, part.type or "")) end
end

local function print_entry(entry)
  local example = "  for example:"
  print(call_text(entry))
  for _, part in ipairs(entry.parts) do
    if part.tag == "text" then
      for _, line in ipairs(part.lines) do print(line ~= "" and "  " .. line or "") end
      print()
    elseif part.tag == "usage" then
      print(example)
      example = "  or:"
      for _, line in ipairs(part.lines) do print("    " .. line) end
    elseif part.tag == "return" or part.tag == "treturn" then
      print_part("->", part)
    elseif part.name and part.tag ~= "function" and part.tag ~= "field" and part.tag ~= "module" then
      print_part(part.name, part)
    end
  end
end

local function print_entries(list)
  for i, entry in ipairs(list) do
    if i > 1 then print() end
    print_entry(entry)
  end
end

-- A line for each.
local function print_list(list)
  for _, entry in ipairs(list) do print(("  %s: %s"):format(call_text(entry), first_sentence(entry))) end
end

local function entries(holds)
  local list = {}
  for _, entry in ipairs(reference.read()) do
    if holds(entry) then list[#list + 1] = entry end
  end
  return list
end

-- Names of a function: in the packages, and of methods, which come without their object.
local function names_of(f)
  local names = {}
  local function look(object, prefix, deeper)
    for name, value in next, object do
      if value == f then names[prefix .. tostring(name)] = true end
      if deeper and type(value) == "table" then look(value, ("%s%s."):format(prefix, name), false) end
    end
  end
  for prefix, functions in pairs(reference.packages()) do look(functions, prefix, true) end
  for _, type_of in pairs(debug.getregistry()) do
    local methods = type(type_of) == "table" and rawget(type_of, "methods")
    if type(methods) == "table" then look(methods, ":") end
  end
  return names
end

local function of_function(f)
  local names = names_of(f)
  return entries(function(entry) return names[entry.name] or names[entry.name:match ":.*" or ""] end)
end

local function of_text(text)
  local found = entries(function(entry)
    local name = entry.name
    return name == text or name == "rx." .. text or name:match "[.:]([%w_]+)$" == text
  end)
  return #found > 0 and found or entries(function(entry) return entry.module == text end), #found > 0
end

-- The methods of an object: those of the page that tells of most of them, or of the one of its type's name.
local function of_object(object)
  local pages, best = {}, nil
  local type_name = (debug.getmetatable(object) or {}).__name
  for _, entry in ipairs(entries(function(entry) return entry.name:find ":" end)) do
    local ok, value = pcall(function() return object[entry.name:match ":(.*)"] end)
    local page = pages[entry.module] or { score = type_name == "rx." .. entry.module and 1000 or 0 }
    local known = ok and type(value) == "function"
    page[#page + 1], page.score = entry, page.score + (known and 1 or -1)
    pages[entry.module] = page
  end
  for _, page in pairs(pages) do
    if not best or page.score > best.score then best = page end
  end
  return best and best.score > 0 and best or {}
end

-- The functions in a table, such as `rx.tasks`.
local function of_table(functions)
  local names = {}
  for _, value in pairs(functions) do
    for name in pairs(type(value) == "function" and names_of(value) or {}) do names[name] = true end
  end
  return entries(function(entry) return names[entry.name] end)
end

-- Nothing is called so: what speaks of it.
local function print_near(text)
  local near = entries(function(entry)
    return (entry.name .. table.concat(entry.parts[1].lines, " ")):lower():find(text:lower(), 1, true)
  end)
  print(("nothing is called '%s'%s"):format(text, #near > 0 and "; of it speak" or ""))
  print_list(near)
end

return function(...)
  local what = ...
  if select("#", ...) == 0 then
    print(USAGE)
  elseif type(what) == "string" then
    local found, named = of_text(what)
    if named then print_entries(found) elseif #found > 0 then print_list(found) else print_near(what) end
  elseif type(what) == "function" then
    local found = of_function(what)
    if #found > 0 then print_entries(found) else print "the reference does not tell of this function" end
  else
    local found = of_object(what)
    if #found == 0 and type(what) == "table" then found = of_table(what) end
    print_list(found)
    if #found == 0 then print("the reference tells of functions and objects, not of a " .. type(what)) end
  end
end
