"""Imports go one way through the house."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "viewpoint_gen"

FLOORS = [
    {"errors", "seeding"},
    {"storage", "bundled"},
    {"geometry"},
    {"records"},
    {"assets", "views", "render", "qa"},
    {"dataset"},
    {"recipe"},
    {"verify", "audit", "models"},
    {"pipeline", "preview", "doctor", "evaluation"},
    {"training"},
    {"cli"},
    {"__main__"},
]
"""From the ground up: a room may use the floors below its own, and itself."""

ONLY = {
    "verify": {"errors", "storage", "verify"},  # an oracle shares nothing with what it judges
    "geometry": {"geometry"},
}
"""Rooms that may use even less."""


def rooms() -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if parts != ("__init__",):
            found.setdefault(parts[0], []).append(path)
    return found


def imports_of(path: Path) -> set[str]:
    """Rooms of the package that a module imports, wherever the import stands."""
    used = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            top, *rest = name.split(".")
            if top == "viewpoint_gen" and rest:
                used.add(rest[0])
    return used - {"__version__"}


def floor_of(room: str) -> int:
    for number, floor in enumerate(FLOORS):
        if room in floor:
            return number
    pytest.fail(f"room {room} stands on no floor: say in FLOORS where it belongs")


@pytest.mark.parametrize("room", sorted(rooms()))
def test_a_room_uses_only_the_floors_below_it(room):
    for path in rooms()[room]:
        for used in imports_of(path) - {room}:
            assert floor_of(used) < floor_of(room), f"{path.relative_to(ROOT)} imports {used}"


@pytest.mark.parametrize("room", sorted(ONLY))
def test_some_rooms_use_even_less(room):
    for path in rooms()[room]:
        assert imports_of(path) <= ONLY[room], path.relative_to(ROOT)


def modules_importing(package: str, folder: Path) -> set[str]:
    found = set()
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            if any(name.split(".")[0] == package for name in names):
                found.add(path.relative_to(ROOT).as_posix())
    return found


def test_ray_is_imported_in_one_file_and_bpy_in_none():
    assert modules_importing("ray", PACKAGE) <= {"viewpoint_gen/pipeline/ray_runner.py"}
    assert modules_importing("bpy", PACKAGE) == set()


def test_the_scripts_inside_blender_know_nothing_of_the_package():
    assert modules_importing("viewpoint_gen", ROOT / "blender_scripts") == set()


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.relative_to(PACKAGE).as_posix()
)
def test_modules_and_functions_stay_readable(path):
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= 400, "split it: does it hold more than one thing?"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            limit = 90 if path.parent.name == "cli" else 60  # a command's options are its own help
            assert length <= limit, f"{node.name} has {length} lines"
