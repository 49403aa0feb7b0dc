-- Make a folder with all above it, unless it is there. Takes its path; returns true, or nil and a message.
local lfs = require "lfs"

return function(path)
  local made = path:sub(1, 1) == "/" and "/" or ""
  for part in path:gmatch("[^/]+") do
    made = made .. part
    if lfs.attributes(made, "mode") ~= "directory" then
      local ok, message = lfs.mkdir(made)
      -- another program may have made it meanwhile
      if not ok and lfs.attributes(made, "mode") ~= "directory" then
        return nil, ("cannot make the folder '%s': %s"):format(path, message)
      end
    end
    made = made .. "/"
  end
  if made == "" then return nil, "cannot make the folder '': No name" end
  return true
end
