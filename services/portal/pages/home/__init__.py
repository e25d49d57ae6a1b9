"""The page that somebody opens first: what is due, with the action beside it."""
