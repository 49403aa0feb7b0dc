-- Right calls made wrong: each kind of change is an iterator over the arguments that one change of it gives, and
-- words for it.

local mutations = {}

local function is_matrix(value)
  return type(value) == "userdata" and pcall(function() return value.rows end) and value.rows ~= nil
end

-- A table without methods: options, data or a list.
local function is_plain(value)
  if type(value) ~= "table" or getmetatable(value) then return false end
  for _, field in pairs(value) do
    if type(field) == "function" then return false end
  end
  return true
end

local function is_list(value)
  return is_plain(value) and #value > 0
end

local function is_options(value)
  return is_plain(value) and #value == 0
end

local function with(arguments, i, value)
  local changed = table.move(arguments, 1, arguments.n, 1, { n = arguments.n, folder = arguments.folder })
  changed[i] = value
  return changed
end

-- Iterate over the pairs that a function gives to `add`.
local function collect(f)
  local list, i = {}, 0
  f(function(arguments, what) list[#list + 1] = { arguments, what } end)
  return function()
    i = i + 1
    if list[i] then return list[i][1], list[i][2] end
  end
end

function mutations.surplus(arguments)
  return collect(function(add)
    local changed = with(arguments, 15, "surplus")
    changed.n = 15
    add(changed, "a surplus argument")
  end)
end

local function copy(t)
  local new = {}
  for name, value in pairs(t) do new[name] = value end
  return new
end

function mutations.unknown_option(arguments)
  return collect(function(add)
    for i = 1, arguments.n do
      if is_options(arguments[i]) then
        local options = copy(arguments[i])
        options.nonesuch = 1
        add(with(arguments, i, options), ("an unknown option in #%d"):format(i))
      end
    end
  end)
end

-- The list with its second element gone, and one after that.
local function holed(list)
  local new = copy(list)
  for i = #list + 1, 4 do new[i] = list[#list] end
  new[2] = nil
  return new
end

function mutations.hole(arguments)
  return collect(function(add)
    for i = 1, arguments.n do
      local value = arguments[i]
      if is_list(value) then
        add(with(arguments, i, holed(value)), ("a hole in #%d"):format(i))
      elseif is_options(value) then
        for name, field in pairs(value) do
          if is_list(field) then
            local options = copy(value)
            options[name] = holed(field)
            add(with(arguments, i, options), ("a hole in '%s' of #%d"):format(name, i))
          end
        end
      end
    end
  end)
end

-- Change each matrix among the arguments and in the fields of the tables among them.
local function each_matrix(arguments, add, change, what)
  for i = 1, arguments.n do
    local value = arguments[i]
    if is_matrix(value) then
      add(with(arguments, i, change(value)), ("%s in #%d"):format(what, i))
    elseif is_plain(value) then
      for name, field in pairs(value) do
        if is_matrix(field) then
          local fields = copy(value)
          fields[name] = change(field)
          add(with(arguments, i, fields), ("%s in '%s' of #%d"):format(what, name, i))
        end
      end
    end
  end
end

function mutations.empty(arguments)
  local rx = require "reactivation"
  return collect(function(add)
    each_matrix(arguments, add, function(m)
      local none = rx.matrix(0, m.cols)
      return m.steps and none:as_sequence(m.steps) or none
    end, "no rows")
    for i = 1, arguments.n do
      if is_list(arguments[i]) then add(with(arguments, i, {}), ("an empty list as #%d"):format(i)) end
    end
  end)
end

function mutations.nan(arguments)
  return collect(function(add)
    each_matrix(arguments, add, function(m)
      local spoilt = m:clone()
      if m.rows * m.cols > 0 then spoilt:set(1, 1, 0 / 0) end
      return spoilt
    end, "NaN")
  end)
end

local function nothing() end

local OTHERS = { false, 0, -1, 2.5, 2.9999999999999996, math.huge, 0 / 0, "nonesuch", {}, { 1 }, { x = 1 }, nothing,
                 io.stdout }

-- Other kinds of value for every argument and for every option.
function mutations.kind(arguments)
  return collect(function(add)
    for i = 1, arguments.n do
      add(with(arguments, i, nil), ("nothing as #%d"):format(i))
      for _, other in ipairs(OTHERS) do
        add(with(arguments, i, other), ("%s as #%d"):format(tostring(other), i))
        if is_options(arguments[i]) then
          for name in pairs(arguments[i]) do
            local options = copy(arguments[i])
            options[name] = other
            add(with(arguments, i, options), ("%s as '%s' of #%d"):format(tostring(other), name, i))
          end
        end
      end
    end
  end)
end

-- One matrix in place of two of its shape.
function mutations.alias(arguments)
  return collect(function(add)
    for i = 1, arguments.n do
      for j = i + 1, arguments.n do
        local a, b = arguments[i], arguments[j]
        if is_matrix(a) and is_matrix(b) and a.rows == b.rows and a.cols == b.cols and a.steps == b.steps then
          add(with(arguments, j, a), ("#%d as #%d"):format(i, j))
        end
      end
    end
  end)
end

-- The same arguments, of which none shares memory with another.
function mutations.apart(arguments)
  local apart = { n = arguments.n, folder = arguments.folder }
  for i = 1, arguments.n do apart[i] = is_matrix(arguments[i]) and arguments[i]:clone() or arguments[i] end
  return apart
end

local function alike(a, b)
  if not (is_matrix(a) and is_matrix(b)) then return a == b or a ~= a and b ~= b or type(a) == "table" end
  return a.rows == b.rows and a.cols == b.cols and a:eq(b):sum() == a.rows * a.cols
end

-- Whether two calls gave the same.
function mutations.same(a, b)
  local same = a.n == b.n
  for i = 1, a.n do same = same and alike(a[i], b[i]) end
  return same
end

return mutations
