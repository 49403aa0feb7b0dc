-- The command line of a script that reads its options with `rx.arguments`: the other way round.
-- @tab options name -> value: true makes a flag, a list of numbers its elements with commas, false nothing
-- @treturn table words, in the order of names
return function(options)
  local names, words = {}, {}
  for name in pairs(options) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    local value = options[name]
    if value then words[#words + 1] = "--" .. name:gsub("_", "-") end
    if value and value ~= true then
      words[#words + 1] = type(value) == "table" and table.concat(value, ",") or tostring(value)
    end
  end
  return words
end
