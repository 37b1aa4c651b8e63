"""A run made by hand passes, every check having looked at something."""

from __future__ import annotations

import ast
from pathlib import Path

import fsspec
import pytest
from verify_runs import SCHEMAS, build_run

import viewpoint_gen.verify
from viewpoint_gen.errors import RunError, RunIncomplete
from viewpoint_gen.verify import verify_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_run(tmp_path_factory.mktemp("good"))


def test_a_good_run_has_no_findings(run: Path) -> None:
    steps = []
    report = verify_run(run, schemas=SCHEMAS, progress=lambda *step: steps.append(step))
    assert [str(finding) for finding in report.findings] == []
    assert report.ok
    assert steps[-1] == ("qa", 2, 2)


def test_every_check_looks_at_something(run: Path) -> None:
    checked = verify_run(run).checked
    assert checked["answer_true"] > 150
    assert checked["image_sha256"] == 18
    assert all(count > 0 for count in checked.values())


def test_several_processes_see_the_same(run: Path) -> None:
    assert verify_run(run, workers=2).summary() == verify_run(run).summary()


def test_without_questions_only_the_rest_is_checked(run: Path, tmp_path: Path) -> None:
    for item in run.iterdir():
        if item.name != "qa":
            (tmp_path / item.name).symlink_to(item)
    report = verify_run(tmp_path)
    assert report.ok
    assert "answer_true" not in report.checked


def test_no_run_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(RunIncomplete, match="no run at"):
        verify_run(tmp_path / "nowhere")
    with pytest.raises(RunIncomplete, match="has no views, pairs, outcomes"):
        verify_run(tmp_path)


def test_another_schema_version_is_refused(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    root = build_run(tmp_path)
    part = root / "pairs" / "part-00000.parquet"
    table = pq.read_table(part)
    pq.write_table(table.replace_schema_metadata({"viewgen.schema_version": "99"}), part)
    with pytest.raises(RunError, match=r"pairs/part-00000\.parquet is of schema version 99"):
        verify_run(root)


def test_verification_imports_nothing_of_the_builder() -> None:
    allowed = ("viewpoint_gen.errors", "viewpoint_gen.verify")
    for module in Path(viewpoint_gen.verify.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            names = []
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, module.name
                names = [node.module or ""]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            own = [name for name in names if name.split(".")[0] == "viewpoint_gen"]
            assert all(name.startswith(allowed) for name in own), (module.name, own)


def test_a_run_on_another_file_system_is_read(run: Path) -> None:
    memory = fsspec.filesystem("memory")
    for path in run.rglob("*"):
        if path.is_file():
            memory.pipe(f"/verified/{path.relative_to(run)}", path.read_bytes())
    try:
        assert verify_run("memory://verified").summary() == verify_run(run).summary()
    finally:
        memory.rm("/verified", recursive=True)
