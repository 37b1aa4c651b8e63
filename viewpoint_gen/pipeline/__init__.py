"""From a recipe to a finished run: planning, leasing, working, resuming."""
