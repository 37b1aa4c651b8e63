"""Files that exports hand out as they are; each stands alone but for viewgen's own scoring."""
