"""What a model that is made from nothing learns first: to read, and to see in words."""
