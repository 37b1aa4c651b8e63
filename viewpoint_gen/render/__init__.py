"""Images from Blender: jobs, the supervised child process, its pictures, and their proof."""
