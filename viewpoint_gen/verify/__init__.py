"""Verification by another route: every file checked, every answer recomputed.

Nothing here imports the code that builds a run, so that an error there can't hide here.

    >>> report = verify_run("runs/viewpoint")  # doctest: +SKIP
    >>> report.ok  # doctest: +SKIP
    True
"""

from viewpoint_gen.verify.report import Finding, Report
from viewpoint_gen.verify.run import Progress, verify_run

__all__ = ["Finding", "Progress", "Report", "verify_run"]
