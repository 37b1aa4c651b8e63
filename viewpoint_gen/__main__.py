"""``python -m viewpoint_gen`` is ``viewgen``."""

from viewpoint_gen.cli import main

if __name__ == "__main__":
    main()
