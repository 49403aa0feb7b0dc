-- Trained networks that come along: from their folders into networks/, a file for each, of what its
-- checkpoint holds but for the moments of the optimizer, which are two thirds of it.
--
--   ./rxlua packaging/networks.lua results/networks/head_direction-tonic-seed0 ...

local rx = require "reactivation"
local bits = require "reactivation.files.bits"
local shipped = require "krishna2024.shipped"

local out = rx.folder(shipped.folder)
for _, folder in ipairs(arg) do
  local net, run = assert(rx.load_network(folder .. "/checkpoint.h5"))
  run.optimizer, run.bits = nil, bits { net.parameters }
  local name = folder:match("([^/]+)/*$") .. ".h5"
  out:save(name, run)
  print(("%s: %d batches, bits %s"):format(out:path(name), run.batch, run.bits))
end
