"""Image-text models, the geometry tower that can stand beside their eyes, and how both are kept.

Needs the extra ``train``; nothing outside this package, ``evaluation`` and ``training`` imports
PyTorch.
"""
