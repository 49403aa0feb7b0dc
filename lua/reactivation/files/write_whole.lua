-- Write a file whole or not at all: beside its place, and then renamed into it. Takes its path and its
-- text; returns true, or nil and a message.
return function(path, text)
  local unfinished = path .. ".tmp"
  local file, message = io.open(unfinished, "wb")
  if not file then return nil, message end
  local ok, problem = file:write(text)
  local closed, late = file:close()
  if ok and closed then ok, problem = os.rename(unfinished, path) end
  if not (ok and closed) then
    os.remove(unfinished)
    return nil, problem or late
  end
  return true
end
