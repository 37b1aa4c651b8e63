"""Which of the accepted views become pairs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from viewpoint_gen.records import RenderedView
from viewpoint_gen.views.acceptance import Refusal, judge_pair
from viewpoint_gen.views.config import AcceptanceConfig
from viewpoint_gen.views.sampling import PairCandidate


@dataclass
class Pairing:
    """Judges each candidate once, however often the choice is made again.

    Attributes:
        refused: candidates whose two pictures look alike, with the reason.
    """

    config: AcceptanceConfig
    refused: dict[PairCandidate, Refusal] = field(default_factory=dict)
    _good: set[PairCandidate] = field(default_factory=set)

    def choose(
        self,
        candidates: Iterable[PairCandidate],
        accepted: Mapping[str, RenderedView],
        *,
        wanted: int,
    ) -> list[PairCandidate]:
        """The first ``wanted`` candidates of which both views are there and look different."""
        chosen: list[PairCandidate] = []
        for candidate in candidates:
            if len(chosen) == wanted:
                break
            if self._is_good(candidate, accepted):
                chosen.append(candidate)
        return chosen

    def _is_good(self, candidate: PairCandidate, accepted: Mapping[str, RenderedView]) -> bool:
        if candidate in self._good:
            return True
        first = accepted.get(candidate.view_id_1)
        second = accepted.get(candidate.view_id_2)
        if first is None or second is None or candidate in self.refused:
            return False
        refusal = judge_pair(first, second, self.config)
        if refusal is None:
            self._good.add(candidate)
        else:
            self.refused[candidate] = refusal
        return refusal is None
