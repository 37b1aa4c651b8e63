"""The dataset's card: README.md, ATTRIBUTION.md and their figures, from the run's own numbers.

``card_files`` makes all of them; ``PackageFacts`` is what whoever packs the run tells it.
"""

from viewpoint_gen.dataset.card.facts import ConfigFacts, PackageFacts, RecipeFacts, SplitFacts
from viewpoint_gen.dataset.card.files import card_files

__all__ = ["ConfigFacts", "PackageFacts", "RecipeFacts", "SplitFacts", "card_files"]
