"""A run to look at: one folder with an ``index.html`` that works from disk."""

from viewpoint_gen.preview.make import Preview, make_preview

__all__ = ["Preview", "make_preview"]
