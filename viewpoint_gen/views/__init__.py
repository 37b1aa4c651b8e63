"""Which cameras are asked for, and which images and pairs are kept."""
