"""Every file of the card, as bytes."""

from __future__ import annotations

from viewpoint_gen.dataset.card.facts import PackageFacts, RecipeFacts
from viewpoint_gen.storage import Store


def card_files(
    store: Store, recipe: RecipeFacts, package: PackageFacts, repo_id: str
) -> dict[str, bytes]:
    """The card of a package: what it holds, how it was made, and what is known to be wrong with it.

    Equal runs and packages give equal bytes: nothing here tells the time or the machine.

    Args:
        store: of the run, finished and asked.
        recipe: of the run.
        package: what was packed.
        repo_id: "owner/name", for the examples of how to load it.

    Returns:
        Path in the repository -> content: ``README.md``, ``ATTRIBUTION.md``, ``figures/…``.

    Raises:
        StorageError: a file of the run can't be read.
    """
    raise NotImplementedError(store, recipe, package, repo_id)
