-- `history`: that of the training which an error or Ctrl-C ended last, for the prompt.
return {}
