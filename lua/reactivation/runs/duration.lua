-- Seconds as people say them.
return function(seconds)
  if seconds < 90 then return ("%d s"):format(math.ceil(seconds)) end
  if seconds < 5400 then return ("%d min"):format(math.ceil(seconds / 60)) end
  return ("%.1f h"):format(seconds / 3600)
end
