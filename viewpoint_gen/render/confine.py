"""Give up the network and most of the file system, then become another program.

``python confine.py JSON PROGRAM ARGUMENT…`` is how a Blender child starts: a mesh file from the
internet may make an importer open any path that it names. What is given up here can't be had
back, by the program or by any process that it starts. Where the system lacks a means (Landlock
came with Linux 5.13), that part is left out; ``VIEWGEN_CONFINED`` tells the program which parts
hold. Standard library only: this runs by itself, before Blender.

Source of the numbers: <linux/landlock.h> and <linux/sched.h>.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

CONFINED = "VIEWGEN_CONFINED"
"""Environment variable: which of "network", "write" and "read" are confined, comma-separated."""

SYSTEM = (
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/opt", "/proc", "/sys", "/run",
    *(f"/etc/{name}" for name in (
        "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "ld.so.preload", "alternatives", "fonts",
        "OpenCL", "vulkan", "glvnd", "egl", "drirc", "nvidia", "localtime", "timezone",
    )),
)  # fmt: skip
"""Where libraries and drivers lie: always readable."""

DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "dri", "nvidia", "kfd", "dxg")
"""Beginnings of the names in ``/dev`` that a renderer needs."""

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # system calls, the same on every CPU
_RULE_PATH_BENEATH = 1
_GET_VERSION = 1
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000

_READ = 1 << 2 | 1 << 3  # read a file, list a folder
_WRITE_BY_VERSION = {
    1: 1 << 1 | sum(1 << bit for bit in range(4, 13)),  # write; remove, make: of every kind
    2: 1 << 13,  # link or rename into another folder
    3: 1 << 14,  # truncate
}
_OF_FILES = 1 << 1 | 1 << 2 | 1 << 14  # rights that a rule on a single file may grant
_TCP_VERSION, _TCP = 4, 1 << 0 | 1 << 1  # bind, connect


def main() -> None:
    """Confine this process as its first argument says, and become the rest of them."""
    spec = json.loads(sys.argv[1])
    _make_gpu_devices()
    held = confine(readable=spec["readable"], writable=spec["writable"])
    os.environ[CONFINED] = ",".join(held)
    try:
        os.execvp(sys.argv[2], sys.argv[2:])
    except OSError as error:
        sys.exit(f"{sys.argv[2]} can't be started: {error.strerror}")


def confine(*, readable: Sequence[str] | None, writable: Sequence[str]) -> list[str]:
    """Leave the network, and give up every file outside the folders named.

    Args:
        readable: folders, besides the system's and the writable ones; None: everything.
        writable: folders, besides the devices of ``DEVICES``.

    Returns:
        What is confined now: of "network", "write" and "read".
    """
    libc = ctypes.CDLL(None, use_errno=True)
    held = ["network"] if _leave_network(libc) else []
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    version = libc.syscall(_CREATE_RULESET, None, 0, _GET_VERSION)
    if version < 1:
        return held
    writes = sum(bits for since, bits in _WRITE_BY_VERSION.items() if since <= version)
    reads = _READ if readable is not None else 0
    ruleset_fd = _ruleset(libc, writes | reads, _TCP if version >= _TCP_VERSION else 0)
    devices = [str(path) for path in Path("/dev").iterdir() if path.name.startswith(DEVICES)]
    _allow(libc, ruleset_fd, [*writable, *devices], writes | reads)
    if readable is not None:
        _allow(libc, ruleset_fd, [*SYSTEM, *readable], reads)
    if libc.syscall(_RESTRICT_SELF, ruleset_fd, 0) == 0:
        held += ["write"] if readable is None else ["write", "read"]
    os.close(ruleset_fd)
    return held


def _leave_network(libc: ctypes.CDLL) -> bool:
    """Move into an empty network; users other than root need a user namespace for it."""
    user_id, group_id = os.getuid(), os.getgid()
    if libc.unshare(_CLONE_NEWNET) == 0:
        return True
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        return False
    with suppress(OSError):  # then it is nobody by name; its rights are the same
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user_id} {user_id} 1")
        Path("/proc/self/gid_map").write_text(f"{group_id} {group_id} 1")
    return True


def _ruleset(libc: ctypes.CDLL, files: int, network: int) -> int:
    """File descriptor of a ruleset that forbids these rights until a rule grants them."""
    wanted = struct.pack("=QQ", files, network) if network else struct.pack("=Q", files)
    return int(libc.syscall(_CREATE_RULESET, wanted, len(wanted), 0))


def _allow(libc: ctypes.CDLL, ruleset_fd: int, paths: Iterable[str], rights: int) -> None:
    """Grant rights below each path that exists."""
    for path in paths:
        try:
            path_fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:  # not on this machine
            continue
        granted = rights if Path(path).is_dir() else rights & _OF_FILES
        libc.syscall(
            _ADD_RULE, ruleset_fd, _RULE_PATH_BENEATH, struct.pack("=Qi", granted, path_fd), 0
        )
        os.close(path_fd)


def _make_gpu_devices() -> None:
    """Have NVIDIA's device files made now: its driver's own helper can't once confined."""
    helper = shutil.which("nvidia-modprobe")
    if helper and Path("/dev/nvidia0").exists() and not Path("/dev/nvidia-uvm").exists():
        subprocess.run([helper, "-u", "-c", "0"], check=False)


if __name__ == "__main__":
    main()
