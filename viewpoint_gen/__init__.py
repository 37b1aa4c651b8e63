"""viewgen: meshes in; verified camera pairs, viewpoint questions and a trained baseline out."""

__version__ = "0.1.0"
