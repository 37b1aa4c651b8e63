"""Where meshes come from: one interface, several sources."""
