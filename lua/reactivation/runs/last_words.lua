-- The last words of a program, in the file that took what it said; the places of an error follow them. Nil if
-- there is no such file.
return function(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local words = ""
  for line in file:lines() do
    if line:find("^%S") and line ~= "stack traceback:" then words = line end
  end
  file:close()
  return words ~= "" and words or "it said nothing: was it killed, or is the disk full?"
end
