"""The command line: the only reader of arguments, and the only place that sets exit codes.

A command is the function in the module of its name; ``app`` puts them together. What a command
works with is imported when it runs, so that ``--help`` answers at once.
"""

from viewpoint_gen.cli.app import main

__all__ = ["main"]
