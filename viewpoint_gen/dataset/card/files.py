"""Every file of the card, as bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import tomli_w

from viewpoint_gen import __version__
from viewpoint_gen.dataset import figures
from viewpoint_gen.dataset.attribution import ATTRIBUTION_NAME, attribution_of
from viewpoint_gen.dataset.card import wording
from viewpoint_gen.dataset.card.examples import Example, examples_of
from viewpoint_gen.dataset.card.facts import PackageFacts, RecipeFacts
from viewpoint_gen.dataset.card.front_matter import front_matter
from viewpoint_gen.dataset.card.plates import plate
from viewpoint_gen.dataset.conventions import conventions_figure
from viewpoint_gen.dataset.escaping import escaped
from viewpoint_gen.dataset.histograms import OF_PAIRS, OF_VIEWS
from viewpoint_gen.dataset.markdown import card_text
from viewpoint_gen.dataset.schema import SCHEMA_VERSION
from viewpoint_gen.dataset.statistics import RunStatistics, run_statistics
from viewpoint_gen.errors import RunIncomplete
from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.storage import Store

_OVERLAP: Final = "overlap"
"""The one number of pairs that is no motion; it is shown with those of views."""


def card_files(
    store: Store, recipe: RecipeFacts, package: PackageFacts, repo_id: str
) -> dict[str, bytes]:
    """The card of a package: what it holds, how it was made, and what is known to be wrong with it.

    Equal runs and packages give equal bytes: nothing here tells the time or the machine. The run
    is read once, a few columns at a time; of its pictures, those of some ten examples.

    Args:
        store: of the run, finished and asked.
        recipe: of the run.
        package: what was packed.
        repo_id: "owner/name", for the examples of how to load it.

    Returns:
        Path in the repository -> content: ``README.md``, ``ATTRIBUTION.md``, ``recipe.toml``,
        ``figures/…``.

    Raises:
        RunIncomplete: the run has no questions.
        StorageError: a file of the run can't be read.
    """
    run = run_statistics(store)
    if not run.questions:
        msg = f"{store.location}: holds no questions to describe; run `viewgen qa` first"
        raise RunIncomplete(msg)
    examples = examples_of(store)
    pictures = _figures(run, examples)
    context = _context(run, recipe, package, repo_id) | {
        "figures": list(pictures),
        "examples": [wording.example_context(each, _plate_name(each)) for each in examples],
    }
    readme = card_text(
        Path(__file__).parent, context, {"count": wording.count, "plural": wording.plural}
    )
    return {
        "README.md": readme.encode(),
        ATTRIBUTION_NAME: attribution_of(store).encode(),
        "recipe.toml": _recipe(recipe, run),
        **pictures,
    }


def _figures(run: RunStatistics, examples: Sequence[Example]) -> dict[str, bytes]:
    of = run.histograms
    motions = [of[each.name] for each in OF_PAIRS if each.name != _OVERLAP]
    views = [of[_OVERLAP], *(of[each.name] for each in OF_VIEWS)]
    made = {
        "conventions": conventions_figure(),
        "answers": figures.answers_figure(run.asked_families),
        "motions": figures.histograms_figure(motions),
        "views": figures.histograms_figure(views),
    }
    if len(run.categories) > 1:
        made["categories"] = figures.categories_figure(run.categories)
    if run.audit is not None:
        made["audit"] = figures.audit_figure(run.audit)
    if _refused(run):
        made["work"] = figures.work_figure(_refused(run), run.seconds)
    plates = {_plate_name(each): plate(each.images, each.captions) for each in examples}
    return {f"figures/{name}.png": content for name, content in made.items()} | plates


def _plate_name(example: Example) -> str:
    return f"figures/example-{example.slug}.jpg"


def _refused(run: RunStatistics) -> Mapping[str, int]:
    return run.rejections.get("question", {})


def _context(
    run: RunStatistics, recipe: RecipeFacts, package: PackageFacts, repo_id: str
) -> dict[str, Any]:
    name = repo_id.rsplit("/", 1)[-1]
    default = package.default
    audit = None if run.audit is None else wording.audit_table(run.audit)
    return {
        "front_matter": front_matter(package, pretty_name=name),
        "name": name,
        "repo_id": repo_id,
        "tag": package.tag,
        "bibtex": _bibtex(repo_id),
        "run": run,
        "version": __version__,
        "schema_version": SCHEMA_VERSION,
        "licence_shown": escaped(package.licence_name or package.licence),
        "size": wording.size(sum(s.bytes for config in package.configs for s in config.splits)),
        "default": default.name,
        "split": default.splits[0].name,
        "has_images": "images" in default.features,
        "configs": wording.configs_table(package.configs),
        "config_names": [config.name for config in package.configs],
        "groups": wording.family_groups(run.asked_families),
        "kinds_of_questions": wording.kinds_of_questions(run.asked_families),
        "unasked": [f"`{f}`" for f in FAMILIES if f not in {x.family for x in run.asked_families}],
        "asked_again": sum(family.again for family in run.families),
        "has_fronts": wording.has_fronts(run),
        "audit": audit,
        "fingerprint": recipe.fingerprint,
        "seed": recipe.seed,
        "renders": wording.renders(run),
        "backdrops": wording.listed(run.backdrops),
        "sources": wording.listed(run.sources),
        "lane_hours": wording.duration(run.lane_seconds),
        "refused": sum(_refused(run).values()),
        "refused_most": wording.listed(_refused(run), most=4),
        "views_rejected": sum(run.rejections.get("view", {}).values()),
        "limits": wording.limits(run),
    }


def _bibtex(repo_id: str) -> dict[str, str]:
    owner, _, name = repo_id.rpartition("/")
    return {
        "key": re.sub(r"[^A-Za-z0-9]+", "_", repo_id).strip("_").lower(),
        "title": _for_bibtex(name),
        "author": _for_bibtex(owner or name),
    }


def _for_bibtex(text: str) -> str:
    return re.sub(r"([_&%#$])", r"\\\1", re.sub(r"[{}\\]", "", text))


def _recipe(recipe: RecipeFacts, run: RunStatistics) -> bytes:
    """What decides the rows, without how the work was done and where its files lay.

    The questions may have been asked with other settings than the recipe's: theirs stand here.
    """
    sections = recipe.model_dump(mode="json") | {"qa": dict(run.qa_settings)}
    sections.pop("machine", None)
    assets = sections.get("assets", {})
    for key in ("source", "exclude"):
        if isinstance(assets.get(key), str):
            assets[key] = _without_folders(assets[key])
    header = f"# viewgen recipe, fingerprint {recipe.fingerprint}\n"
    return (header + tomli_w.dumps(sections)).encode()


def _without_folders(source: str) -> str:
    kind, colon, rest = source.partition(":")
    if "/" not in source or "://" in source:
        return source
    return (
        f"{kind}{colon}{rest.rstrip('/').rsplit('/', 1)[-1]}" if colon else kind.rsplit("/", 1)[-1]
    )
