"""One module per few categories; each has a table CATEGORIES."""
