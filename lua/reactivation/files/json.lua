-- JSON: tables of numbers, strings, booleans and such tables, as text and in files.

local cjson = require "cjson"
local check = require "reactivation.check"
local core = require "reactivation.core"

local json = {}

-- (cjson would keep 14 digits.)
local function number_text(x)
  if x - x ~= 0 then return "null" end -- JSON has neither NaN nor infinity
  return math.type(x) == "integer" and ("%d"):format(x) or core.number_text(x)
end

local function sorted_names(values)
  local names = {}
  for name in pairs(values) do
    if type(name) ~= "string" then error("names of fields expected, got " .. check.describe(name), 0) end
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

local function check_table(value, place)
  if type(value) ~= "table" then
    error(("number, string, boolean or table of such expected, got %s%s")
          :format(check.describe(value), place and (" (at '%s')"):format(place) or ""), 0)
  end
end

local function check_list(values, place)
  local problem = check.list_problem(values)
  if problem then error(problem .. (place and (" (at '%s')"):format(place) or ""), 0) end
end

-- The parts of a list or of a table by names, in the order of names; `place` is the field that holds it.
local function parts(values, text_of, place)
  local list = {}
  if math.type(next(values)) == "integer" then
    check_list(values, place)
    for i, element in ipairs(values) do list[i] = text_of(element, place) end
    return list, "[", "]"
  end
  for i, name in ipairs(sorted_names(values)) do
    list[i] = cjson.encode(name) .. ": " .. text_of(values[name], name)
  end
  return list, "{", "}"
end

local function value_text(value, place)
  if type(value) == "number" then return number_text(value) end
  if type(value) == "string" or type(value) == "boolean" then return cjson.encode(value) end
  check_table(value, place)
  local list, open, close = parts(value, value_text, place)
  return open .. table.concat(list, ", ") .. close
end

-- JSON with one element or field a line, so that people and diff can read it.
function json.text(values)
  check_table(values)
  local list, open, close = parts(values, value_text)
  return open .. "\n  " .. table.concat(list, ",\n  ") .. "\n" .. close .. "\n"
end

-- True; or nil and a message.
function json.write(path, values)
  local ok, text = pcall(json.text, values)
  if not ok then return nil, text end
  return core.write_whole(path, text)
end

-- What a file holds; or nil and a message.
function json.read(path)
  local file, message = io.open(path, "rb")
  if not file then return nil, message end
  local text = file:read("a")
  file:close()
  local ok, values = pcall(cjson.decode, text)
  if not ok then return nil, ("%s: %s"):format(path, values) end
  return values
end

return json
