"""Runs the command line in a process of its own, without waiting between tries."""

from __future__ import annotations

import time

if __name__ == "__main__":
    time.sleep = lambda seconds: None  # before the Hub's client and tenacity take it

    from viewpoint_gen.cli import main

    main()
