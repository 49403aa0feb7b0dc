--- Krishna and others, 2024: the paper's settings, and its networks trained with them.
-- @module krishna2024
-- @usage local krishna2024 = require "krishna2024"

return {
  paper = require "krishna2024.paper",
  trained = require "krishna2024.trained",
}
