"""The card is true, whole, valid, and can't be broken by what a stranger called his mesh."""

from __future__ import annotations

import io
import math
import re
import tomllib

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml
from card_runs import (
    HOSTILE,
    LICENCES,
    REPO,
    VISITS,
    audit,
    card_of,
    made_up_package,
    pack,
)
from datasets import Features, Image, List, Value, load_dataset
from huggingface_hub import DatasetCard, DatasetCardData
from markdown_it import MarkdownIt
from PIL import Image as Pictures

from viewpoint_gen.dataset import conventions
from viewpoint_gen.dataset.card.examples import GROUPS
from viewpoint_gen.dataset.card.files import _without_folders
from viewpoint_gen.dataset.card.front_matter import features_list, size_category
from viewpoint_gen.dataset.escaping import address, escaped, licence_link
from viewpoint_gen.errors import RunIncomplete
from viewpoint_gen.geometry.orbit import OrbitPosition
from viewpoint_gen.geometry.pose import look_at
from viewpoint_gen.pipeline.ask import ask_questions
from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.recipe import recipe_from


def html_of(markdown: str) -> str:
    """As a page shows it, with HTML let through: what isn't escaped would come alive."""
    body = re.sub(r"\A---\n.*?\n---\n", "", markdown, flags=re.DOTALL)
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(body)


def fenced(markdown: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", markdown, flags=re.DOTALL)


def sections(markdown: str) -> dict[str, str]:
    parts = re.split(r"^#{2,3} (.+)$", markdown, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.fixture(scope="module")
def packed(run, tmp_path_factory):
    """A folder as it is published: the Parquet files and the card."""
    folder = tmp_path_factory.mktemp("packed")
    card = card_of(run, pack(run, folder))
    for name, content in card.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder, card


# What the Hub and its clients read.


def test_the_clients_own_classes_read_the_head(card):
    read = DatasetCard(card.readme)
    assert isinstance(read.data, DatasetCardData)
    about = read.data.to_dict()
    assert about["license"] == "cc0-1.0"
    assert about["pretty_name"] == "view_points"
    assert about["size_categories"] == ["n<1K"]
    assert about["configs"][0]["config_name"] == "qa"
    assert about["configs"][0]["default"] is True
    assert about["task_categories"] == ["visual-question-answering", "image-text-to-text"]
    assert read.text.lstrip().startswith("# view\\_points")


def test_features_are_written_as_datasets_writes_them():
    features = Features(
        {
            "id": Value("string"),
            "images": List(Image()),
            "image": Image(),
            "pose": List(List(List(Value("float64")))),
            "marks": List({"image": Value("int32"), "label": Value("string")}),
            "light": {"sun": Value("float64"), "names": List(Value("string"))},
            "asked": Value("bool"),
        }
    )
    written = features_list(features.to_dict())
    assert written == features._to_yaml_list()
    assert Features._from_yaml_list(yaml.safe_load(yaml.safe_dump(written))) == features


def test_a_feature_that_nobody_knows_is_an_error_and_not_a_wrong_card():
    with pytest.raises(ValueError, match="Audio"):
        features_list({"sound": {"_type": "Audio"}})


@pytest.mark.parametrize(
    ("rows", "name"),
    [(0, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (53_000, "10K<n<100K"),
     (2_500_000, "1M<n<10M"), (10**9, "100M<n<1B")],
)  # fmt: skip
def test_sizes_are_called_as_the_hub_calls_them(rows, name):
    assert size_category(rows) == name


def test_the_card_loads_the_package_and_declares_it(packed):
    folder, card = packed
    (config,) = card.package.configs
    for split in config.splits:
        rows = load_dataset(str(folder), "qa", split=split.name, streaming=True)
        assert rows.features == Features.from_dict(dict(config.features))
    rows = load_dataset(str(folder), split="test")
    assert len(rows) == next(split.rows for split in config.splits if split.name == "test")
    assert rows[0]["images"][0].size == (96, 64)


# Code in it runs.


def test_the_code_that_loads_runs(packed):
    folder, card = packed
    code = next(block for block in fenced(card.readme, "python") if "def " not in block)
    names: dict = {}
    exec(code.replace(REPO, str(folder)), names)
    assert names["row"]["images"][0].size == (96, 64)


def test_the_code_that_recomputes_agrees_with_the_rows(packed, capsys):
    folder, card = packed
    code = next(block for block in fenced(card.readme, "python") if "def recompute" in block)
    every = code.replace("rows.take(200)", "rows.take(500)")
    names: dict = {}
    exec(every.replace(REPO, str(folder)), names)
    assert int(capsys.readouterr().out.split()[0]) > 20
    families = set()
    for row in load_dataset(str(folder), split="train").remove_columns("images"):
        value = names["recompute"](row)
        if value is not None:
            families.add(row["family"])
            assert value == pytest.approx(row["answer_value"], abs=1e-6)
    assert len(families) >= 6


def test_a_wrong_answer_does_not_pass_the_code_that_recomputes(packed, tmp_path):
    folder, card = packed
    table = pq.read_table(folder / "qa/train-00000-of-00001.parquet")
    place = table.schema.get_field_index("answer_value")
    flipped = np.negative(table["answer_value"].to_numpy())
    wrong = table.set_column(place, table.schema.field(place), [flipped])
    pq.write_table(wrong, tmp_path / "wrong.parquet")
    code = next(block for block in fenced(card.readme, "python") if "def recompute" in block)
    loaded = re.sub(
        r"load_dataset\(.*?\)",
        f'load_dataset("parquet", data_files="{tmp_path}/wrong.parquet", split="train")',
        code,
    )
    with pytest.raises(AssertionError):
        exec(loaded.replace("rows.take(200)", "rows"), {})


def test_the_files_of_recipe_and_citation_can_be_read(card):
    recipe = tomllib.loads(card.files["recipe.toml"].decode())
    assert recipe["assets"]["source"] == "folder:private"
    assert "machine" not in recipe
    assert recipe_from(recipe, origin="the card").num_pairs == 1000
    (bibtex,) = fenced(card.readme, "bibtex")
    assert bibtex.startswith("@misc{some_body_view_points,")
    assert bibtex.count("{") == bibtex.count("}")
    assert "version      = {v3}" in bibtex


@pytest.mark.parametrize(
    ("source", "shown"),
    [("procedural", "procedural"), ("objaverse:lvis", "objaverse:lvis"),
     ("folder:/home/me/meshes/", "folder:meshes"), ("manifest:a/b.csv", "manifest:b.csv"),
     ("objaverse:uids=/home/me/uids.txt", "objaverse:uids.txt"),
     ("manifest:https://example.org/a/b.csv", "manifest:https://example.org/a/b.csv")],
)  # fmt: skip
def test_folders_of_the_machine_are_left_out_of_sources(source, shown):
    assert _without_folders(source) == shown


# Its numbers are the run's.


def test_what_grows_in_the_drawing_grows_in_the_geometry():
    """The second camera of the view from above stands at a larger azimuth, to the first's right."""
    first, second = (
        OrbitPosition(math.radians(azimuth_deg), 0.0, 2.0).point_world()
        for azimuth_deg in conventions._AZIMUTH_DEG
    )
    assert np.arctan2(second[1], second[0]) > np.arctan2(first[1], first[0])
    right = look_at(first, np.zeros(3))[:3, 0]
    assert (second - first) @ right > 0


def test_numbers_in_the_text_are_those_of_the_rows(run, card):
    rows = pq.read_table(run / "qa", columns=["family", "split", "asset_uids"]).to_pylist()
    pairs, views = (pq.read_metadata(path).num_rows for path in (
        run / "pairs/part-00-000000.parquet", run / "views/part-00-000000.parquet"))  # fmt: skip
    views += pq.read_metadata(run / "views/part-00-000001.parquet").num_rows
    assert (
        f"| questions | {len(rows):,} of {len({r['family'] for r in rows})} families |"
        in card.readme
    )
    assert f"| pairs of views | {pairs:,} " in card.readme
    assert f"| images | {views:,}, 96 × 64 pixels |" in card.readme
    assert f"| objects | {VISITS} in 5 categories |" in card.readme
    for split in ("train", "validation", "test"):
        mine = [row for row in rows if row["split"] == split]
        uids = {uid for row in mine for uid in row["asset_uids"]}
        assert f"| {split} | {len(mine):,} | {len(uids)} |" in card.readme


def test_every_family_stands_in_the_table_with_its_count(run, card):
    families = pq.read_table(run / "qa", columns=["family"])["family"].to_pylist()
    table = sections(card.readme)["Families of questions"]
    for family in set(families):
        (line,) = [line for line in table.splitlines() if line.startswith(f"| `{family}`<br>")]
        assert f"| {families.count(family):,} |" in line
    for family in set(FAMILIES) - set(families):
        assert f"| `{family}`<br>" not in table
        assert f"`{family}`" in table  # named as not asked


def test_groups_hold_each_family_once():
    named = [family for families in GROUPS.values() for family in families]
    assert sorted(named) == sorted(FAMILIES)


def test_examples_are_rows_of_the_run_with_their_right_answers(run, card):
    rows = pq.read_table(run / "qa").to_pylist()
    shown = re.findall(
        r"^### (.+?)\n.*?of the family (\w+)\]\((\S+)\)\n\n(.*?)\n.*?\*\*(.*?)\*\* — (.*?)\n",
        card.readme, flags=re.DOTALL | re.MULTILINE,
    )  # fmt: skip
    assert len(shown) == len({title for title, *_ in shown}) >= 6
    for title, family, path, question, answer, reasons in shown:
        assert family in GROUPS[title]
        assert path in card.files
        plain = [
            row for row in rows
            if row["family"] == family
            and escaped(row["question"].splitlines()[-1], most=2000) == question
            and escaped(row["reasons"], most=2000) == reasons
        ]  # fmt: skip
        assert any(answer.endswith(escaped(row["answer_text"])) for row in plain)


def test_equal_runs_give_equal_bytes(run, card):
    assert card_of(run, made_up_package()).files == card.files


# No section is empty, whatever the run lacks.


def assert_whole(card) -> None:
    for title, text in sections(card.readme).items():
        assert text.strip(), title
    for name in re.findall(r"\]\(([^)<#:]+)\)", card.readme):
        assert name in card.files, name
    assert set(card.files) - {"README.md"} <= set(re.findall(r"\]\(([^)<#:]+)\)", card.readme))
    prose = re.sub(r"```.*?```", "", card.readme, flags=re.DOTALL)
    assert not re.search(r"\bNone\b|\bnan\b|\{\{|\{%|Undefined", prose)
    for name, content in card.files.items():
        if name.startswith("figures/"):
            with Pictures.open(io.BytesIO(content)) as picture:
                shades = np.unique(np.asarray(picture.convert("L")))
                assert len(shades) > 8, name
                assert picture.width <= 1100


def test_a_card_without_audit(card):
    assert_whole(card)
    assert "not audited" in card.readme
    assert "wasn't audited" in sections(card.readme)["Known limits"]


def test_a_card_with_an_audit_that_passed(copy):
    audit(copy, ["overlap_share", "inverse"])
    card = card_of(copy)
    assert_whole(card)
    told = sections(card.readme)["Audit"].replace("\N{NO-BREAK SPACE}", " ")
    assert "No guess is past its gate." in told
    assert re.search(r"learned from\. Audited: 2 of \d+ families\. A guess may", told)
    assert "| `inverse` | 50.0 % | 51.5 % (50–54) | 52.0 % (50–54) | 56.0 % (54–58) | – |" in told
    assert "0.42 (17)" in told


def test_a_card_with_an_audit_that_failed_says_so(copy):
    audit(copy, ["overlap_share"], passed=False)
    card = card_of(copy)
    assert_whole(card)
    assert "1 guess is past the gate:" in card.readme
    assert "**70.0\N{NO-BREAK SPACE}% (68–72)**" in card.readme
    assert "past its gate" in sections(card.readme)["Known limits"]
    assert "<b>right</b>" not in html_of(card.readme)


def test_a_card_of_few_families_without_fronts(copy):
    ask_questions(str(copy), [("families", ["estimate_azimuth", "magnitude_azimuth"])])
    card = card_of(copy)
    recipe = tomllib.loads(card.files["recipe.toml"].decode())
    assert recipe["qa"]["families"] == ["estimate_azimuth", "magnitude_azimuth"]
    assert_whole(card)
    assert "front is known" not in card.readme
    assert "Not asked in this set" in card.readme
    assert "an object's own left" in sections(card.readme)["Known limits"]


def test_a_run_without_questions_is_refused_with_what_to_do(copy):
    (copy / "qa.json").unlink()
    with pytest.raises(RunIncomplete, match="viewgen qa"):
        card_of(copy)


# Strangers' words.


def test_hostile_names_come_out_as_the_words_that_they_are(card):
    for name in ("README.md", "ATTRIBUTION.md"):
        html = html_of(card.files[name].decode())
        assert "<script" not in html
        assert "<b>C" not in html
        assert 'href="javascript' not in html
        assert "not a heading</h1>" not in html
    html = html_of(card.files["ATTRIBUTION.md"].decode())
    words = " ".join(HOSTILE.split()).replace("<", "&lt;").replace(">", "&gt;")
    assert f"<td>{words}</td>" in html
    assert "<td>A | B &lt;b&gt;C&lt;/b&gt;</td>" in html


def test_every_row_of_the_attribution_has_its_five_cells(run, card):
    assets = pq.read_table(run / "assets.parquet").to_pylist()
    html = html_of(card.files["ATTRIBUTION.md"].decode())
    body = html.split("<tbody>")[1]
    rows = [re.findall(r"<td>(.*?)</td>", row, re.DOTALL) for row in body.split("</tr>")[:-1]]
    assert {len(row) for row in rows} == {5}
    shown = {re.sub(r"<.*?>", "", row[0]): row for row in rows}
    assert set(shown) == {asset["asset_uid"] for asset in assets if asset["views"]}
    for asset in assets:
        if asset["views"]:
            _, _, _, licence, source = shown[asset["asset_uid"]]
            assert re.sub(r"<.*?>", "", licence) == asset["licence"]
            if asset["url"].startswith("https"):
                assert 'href="https://example.org/' in source
            else:
                assert source == "(no address given)"
    licences = [re.sub(r"<.*?>", "", row[3]) for row in rows]
    assert licences == sorted(licences)


@pytest.mark.parametrize("text", [
    "a|b", "`code`", "<img src=x onerror=alert(1)>", "**bold** _it_ ~~no~~", "[a](b)", "# h",
    "- li", "&lt;b&gt;", "1. one", "a\\|b", "![x](y)", "$x$", "<!-- x", "https://evil.example",
    "me@you.org",
    "\u202eabc", "a\nb\r\n\r\n| c", "中文 ü ß", "a\\",
])  # fmt: skip
def test_any_text_survives_as_plain_text_in_one_cell(text):
    html = html_of(f"| h |\n|---|\n| x{escaped(text)}y |\n")
    (cell,) = re.findall(r"<td>(.*?)</td>", html, re.DOTALL)
    assert "<" not in cell
    plain = cell.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
    seen = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    assert plain.replace("&amp;", "&").split() == f"x{seen}y".split() or text == "\u202eabc"


def test_long_names_are_cut():
    assert len(escaped("x" * 5000)) == 200


@pytest.mark.parametrize("url", [
    "", None, "javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "//host", "http://[x",
])  # fmt: skip
def test_only_pages_of_the_web_are_linked(url):
    assert address(url) == ""


def test_an_address_cannot_break_out_of_its_link():
    html = html_of(address('https://e.org/a b">)<script>x</script>'))
    assert "<script" not in html
    assert 'href="https://e.org/ab%22' in html


@pytest.mark.parametrize(
    ("licence", "target"),
    [("CC-BY-NC-SA-4.0", "https://creativecommons.org/licenses/by-nc-sa/4.0/"),
     ("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
     ("MIT", "https://spdx.org/licenses/MIT.html")],
)  # fmt: skip
def test_licences_are_linked_to_their_text(licence, target):
    assert licence_link(licence) == f"[{licence}]({target})"


def test_what_is_no_licence_is_not_linked():
    assert licence_link("unknown") == "unknown"
    assert licence_link(LICENCES[2]).count("](https://creativecommons.org") == 2
    assert licence_link("LicenseRef-Sketchfab-Standard") == "LicenseRef-Sketchfab-Standard"
