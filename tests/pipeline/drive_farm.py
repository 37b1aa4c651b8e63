"""A real driver process with fake lanes, for tests that kill it: ``drive_farm.py JSON``."""

from __future__ import annotations

import json
import logging
import sys

from farm_fakes import FakeLanes, FakeSource, make_recipe

from viewpoint_gen.errors import ViewgenError
from viewpoint_gen.pipeline.run import run_render


def main() -> int:
    options = json.loads(sys.argv[1])
    lanes = options.get("fakes", {})
    lanes = {k: frozenset(v) if isinstance(v, list) else v for k, v in lanes.items()}
    recipe = make_recipe(options.get("num_pairs", 36), lanes=options.get("lanes", 1))
    logging.basicConfig(level=logging.WARNING)
    try:
        run_render(recipe, FakeSource(40), options["run"], lane_factory=FakeLanes(**lanes))
    except ViewgenError as error:
        print(f"viewgen: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt as stop:
        print(f"viewgen: {stop}", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
