"""The child's main loop: a job per line on stdin, a report per line on what was stdout.

``viewpoint_gen/render/job.py`` documents the protocol. It runs with the bpy module
(``python worker.py``) and inside a Blender binary (``blender --background --factory-startup
--python-exit-code 1 --python worker.py``). No Python threads: Blender crashes with them.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

PROTOCOL = 1  # the same number as in viewpoint_gen/render/job.py
_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def main() -> None:
    """Answer jobs until stdin ends."""
    reports_fd = _take_stdout()
    _end_with_parent()
    session: Any = None
    for line in iter(sys.stdin.buffer.readline, b""):
        job = json.loads(line)
        if session is None:
            session, report = _open_session(job)
        else:
            report = session.answer(job)
        _send(reports_fd, {**report, "number": job["number"]})
        if session is None:
            return


def _take_stdout() -> int:
    """Keep stdout for reports alone: whatever Blender prints goes to stderr from here on."""
    reports_fd = os.dup(1)
    os.dup2(2, 1)
    return reports_fd


def _end_with_parent() -> None:
    """Die with the parent, even if it is killed; leave no core file behind."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _send(reports_fd: int, report: dict) -> None:
    data = json.dumps(report).encode() + b"\n"
    while data:
        data = data[os.write(reports_fd, data) :]


def _open_session(job: dict) -> tuple[Any, dict]:
    """Import Blender and start; no session with an error report where that is impossible."""
    if job.get("protocol") != PROTOCOL:
        message = f"the package speaks version {job.get('protocol')}, the worker {PROTOCOL}"
        return None, {"event": "error", "stage": "start", "code": "protocol", "message": message}
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    try:
        import session
    except ImportError as error:
        return None, {
            "event": "error",
            "stage": "start",
            "code": "bpy_missing",
            "message": str(error),
        }
    opened = session.Session()
    return opened, opened.answer(job)


if __name__ == "__main__":
    main()
