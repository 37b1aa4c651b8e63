"""Look at a mesh file before Blender does, and refuse what must not reach it.

Only headers and JSON are read, no image is decoded, and no file outside the asset's own folder
is opened. A refusal is an ``ImportFailed`` with one of these codes:

=====================  =========================================================================
missing_file           the file, or a buffer that it needs, isn't there
unreadable             it is no regular file, or may not be read
empty_file             it has no bytes at all
html_page              a web page was saved in its place: the download failed
lfs_pointer            Git LFS left its pointer in its place
wrong_magic            it doesn't start as files of its suffix do
truncated              it ends before its own lengths say
bad_json               its JSON is broken
malformed              it contradicts its own format, so that the importer would stop
unsupported_format     a suffix or a version that Blender 4.5 doesn't read
ascii_fbx              an FBX in text form, which Blender doesn't read
unsupported_extension  it requires a glTF extension that Blender doesn't read
unsupported_texture    a texture that it shows is in a format that Blender doesn't read (KTX2)
missing_texture        a texture that it shows isn't there
outside_folder         it refers to a file outside its own folder
remote_file            it refers to a file on another machine
recursive_nodes        a node contains itself or has two parents
no_mesh                nothing in it has a face
not_finite             a vertex or a transform is nan or infinite
too_large              it has, or unpacks to, too many bytes
too_complex            it has too many triangles, vertices, nodes or levels
textures_too_large     its images have too many pixels once decoded
=====================  =========================================================================

``no_mesh``, ``not_finite`` and ``missing_texture`` mean the same as when Blender reports them
later: what the headers of a format don't tell is left to it.
"""

from viewpoint_gen.assets.preflight.config import PreflightConfig
from viewpoint_gen.assets.preflight.inspection import inspect
from viewpoint_gen.assets.preflight.subject import Preflight

__all__ = ["Preflight", "PreflightConfig", "inspect"]
