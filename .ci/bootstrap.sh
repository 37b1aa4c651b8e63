#!/bin/sh
# Make a virtual environment with the package in it; say in one line what the system lacks.
# Usage: bootstrap.sh PYTHON VENV
set -eu
python=$1
venv=$2
libraries="libx11-6 libxrender1 libxfixes3 libxi6 libxkbcommon0 libsm6 libice6 libxext6 libgl1 libegl1"

command -v "$python" >/dev/null 2>&1 || {
    echo "viewgen needs Python 3.11 (Blender's module exists for no other): apt-get install python3.11 python3.11-venv" >&2
    exit 5
}
"$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || {
    echo "$python is $("$python" -V 2>&1), but Blender's module exists for Python 3.11 only: make PYTHON=/path/to/python3.11" >&2
    exit 5
}
"$python" -c 'import ensurepip, venv' 2>/dev/null || {
    echo "$python can't make virtual environments: apt-get install python3.11-venv" >&2
    exit 5
}

[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
echo "Installing into $venv (Blender's module alone is 370 MB; this takes a few minutes) ..." >&2
"$venv/bin/pip" install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"

command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
    echo "No Chromium here, so the tests of \`viewgen preview\` will be skipped: apt-get install -y chromium" >&2

if ! problem=$("$venv/bin/python" -c 'import bpy' 2>&1); then
    case $problem in
        *"cannot open shared object file"*)
            echo "Blender's module lacks system libraries; this installs all of them:" >&2
            echo "    apt-get install -y --no-install-recommends $libraries" >&2
            ;;
        *) echo "$problem" >&2 ;;
    esac
    exit 5
fi
