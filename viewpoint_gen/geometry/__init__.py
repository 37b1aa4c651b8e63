"""Cameras and what lies between two of them. NumPy and SciPy only; no pixels, no files."""
