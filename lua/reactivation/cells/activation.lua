-- The nonlinearities that a setting may name.

local activation = {}

activation.names = { "relu", "tanh", "sigmoid", "identity" }

function activation.of(name, x)
  if name == "identity" then return x end
  return x[name](x)
end

return activation
