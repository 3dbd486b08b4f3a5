"""`make run`: the whole house on one machine, from nothing to a page that answers, until Ctrl-C."""
