"""The geometry tower's own schooling, on the renders' truth, before any word is read."""
