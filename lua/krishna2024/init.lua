--- Krishna and others, 2024: the paper's settings, and its networks trained with them.
-- @module krishna2024
-- @usage local krishna2024 = require "krishna2024"

local krishna2024 = {
  paper = require "krishna2024.paper",
  trained = require "krishna2024.trained",
}

--- The folder of the trained networks that come along, a file each, which `rx.load_network` opens. They are
-- named after task, setting, what else tells them from others, and seed.
-- @field networks
-- @usage local net, file = rx.load_network(krishna2024.networks .. "/head_direction-tonic-seed0.h5")
krishna2024.networks = require("krishna2024.shipped").folder

return krishna2024
