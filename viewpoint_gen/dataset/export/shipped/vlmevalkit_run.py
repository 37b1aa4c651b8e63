"""VLMEvalKit's own ``run.py``, with viewgen's questions among its datasets.

Start it in a checkout of VLMEvalKit; every option is that of ``run.py``.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path


def main() -> None:
    """Make the dataset known, then run."""
    sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path.cwd())]
    import vlmeval.dataset
    from viewgen_dataset import ViewgenDataset

    vlmeval.dataset.DATASET_CLASSES.insert(0, ViewgenDataset)
    vlmeval.dataset.SUPPORTED_DATASETS.extend(ViewgenDataset.supported_datasets())
    vlmeval.dataset.ViewgenDataset = ViewgenDataset
    runpy.run_path("run.py", run_name="__main__")


if __name__ == "__main__":
    main()
