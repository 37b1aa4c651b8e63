"""The main flow: one asset in; fetch, inspect, load, plan, render, judge, pair; rows out.

Read this file first.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from viewpoint_gen.assets.preflight import inspect
from viewpoint_gen.dataset.rows import (
    AcceptedView,
    Provenance,
    Row,
    SharedSurface,
    accepted_view,
    outcome_row,
    pair_row,
    rejection_row,
    ring_row,
)
from viewpoint_gen.dataset.schema import TABLES
from viewpoint_gen.errors import AssetError, ChildDied, DeadlineExceeded, ImportFailed
from viewpoint_gen.pipeline.read_ahead import ReadAhead
from viewpoint_gen.pipeline.visit import VisitResult
from viewpoint_gen.recipe import Recipe
from viewpoint_gen.records import (
    Asset,
    LoadedAsset,
    Outcome,
    OutcomeStatus,
    Rejection,
    RenderedView,
    ViewRequest,
    Visit,
)
from viewpoint_gen.views.acceptance import judge_view
from viewpoint_gen.views.pairing import Pairing
from viewpoint_gen.views.ring import look_around
from viewpoint_gen.views.sampling import (
    Cluster,
    PairCandidate,
    clusters_for,
    pair_candidates,
    plan_clusters,
)

log = logging.getLogger(__name__)

_ATTEMPTS = 2
"""A child that died or hung gets one more chance with the same asset."""


class Renderer(Protocol):
    """What the main flow needs of Blender."""

    def load(self, asset: Asset) -> LoadedAsset:
        """Import and normalise; raises AssetError."""
        ...

    def render_each(
        self, requests: Iterable[ViewRequest], loaded: LoadedAsset
    ) -> Iterator[RenderedView]:
        """Render views of the loaded asset, one after another; raises AssetError."""
        ...

    def glance_each(
        self, requests: Iterable[ViewRequest], loaded: LoadedAsset
    ) -> Iterator[RenderedView]:
        """The same quickly and noisily, for pictures that are only compared."""
        ...


@dataclass
class _Visited:
    """What one visit has gathered so far."""

    asset: Asset | None = None
    loaded: LoadedAsset | None = None
    views: list[AcceptedView] = field(default_factory=list)
    pairs: list[Row] = field(default_factory=list)
    rings: list[Row] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)


@dataclass(frozen=True)
class Processor:
    """Turns visits into rows; the same rows whoever does it, and in whatever order."""

    source: ReadAhead
    renderer: Renderer
    recipe: Recipe

    def __call__(self, visit: Visit, *, following: Visit | None = None) -> VisitResult:
        """Process one visit. What is wrong with an asset becomes its outcome, never an error."""
        started = time.monotonic()
        uid = self.source.uid(visit.index)
        for attempt in range(1, _ATTEMPTS + 1):
            visited = _Visited()
            try:
                visited.asset = self.source.asset(visit.index)
                if following is not None:
                    self.source.expect(following.index)
                    following = None
                self._visit(visit, visited.asset, visited)
                status, code, message = _judge(visited)
            except AssetError as error:
                log.warning("%s: %s", uid, error)
                if isinstance(error, ChildDied | DeadlineExceeded) and attempt < _ATTEMPTS:
                    continue
                status, code, message = OutcomeStatus.FAILED, error.code, error.message
                visited = replace(visited, views=[], pairs=[], rings=[], rejections=[])
            finally:
                if visited.asset is not None:
                    self.source.release(visited.asset)
            break
        outcome = Outcome(
            visit=visit,
            asset=visited.asset,
            status=status,
            code=code,
            message=message,
            pairs=len(visited.pairs),
            views=len(visited.views),
            rejections=len(visited.rejections),
            triangles=visited.loaded.triangles if visited.loaded else 0,
            attempts=attempt,
            seconds=time.monotonic() - started,
            mended=visited.loaded.mended if visited.loaded else (),
        )
        return self._result(uid, outcome, visited)

    def _visit(self, visit: Visit, asset: Asset, visited: _Visited) -> None:
        inspect(Path(asset.path), self.recipe.assets.preflight)
        visited.loaded = loaded = self.renderer.load(asset)
        if loaded.missing_textures:
            names = ", ".join(loaded.missing_textures[:3])
            msg = f"textures that its colours depend on can't be loaded: {names}"
            raise ImportFailed("missing_texture", msg)
        accepted: dict[str, AcceptedView] = {}
        pairing = Pairing(self.recipe.acceptance)
        wanted = -(-visit.quota // 2)
        planned = self._plan(visit, asset, loaded)
        clusters: list[Cluster] = []
        least = clusters_for(wanted, self.recipe.views.satellites_per_anchor)
        for more in (least, *[1] * self.recipe.pairs.spare_clusters):
            self._render(_requests(planned, more, clusters), visit, visited, accepted)
            seen = {view_id: view.view for view_id, view in accepted.items()}
            chosen = pairing.choose(pair_candidates(clusters), seen, wanted=wanted)
            if len(chosen) == wanted:
                break
        visited.pairs.extend(_pair_rows(chosen, accepted, visit.quota))
        visited.rejections.extend(_refused_pairs(pairing, asset.uid))
        used = {row[name] for row in visited.pairs for name in ("view_id_1", "view_id_2")}
        visited.views.extend(view for view_id, view in accepted.items() if view_id in used)
        if visited.pairs and not visit.again:
            visited.rings.append(self._ring(visit, asset, loaded))

    def _plan(self, visit: Visit, asset: Asset, loaded: LoadedAsset) -> Iterator[Cluster]:
        return plan_clusters(
            asset.uid,
            visit_round=visit.round,
            points_world=loaded.points_world,
            size_px=(self.recipe.render.width_px, self.recipe.render.height_px),
            config=self.recipe.views,
            seed=self.recipe.seed,
        )

    def _render(
        self,
        requests: Iterable[ViewRequest],
        visit: Visit,
        visited: _Visited,
        accepted: dict[str, AcceptedView],
    ) -> None:
        """Render views and sort them into accepted and rejected."""
        asset, loaded = visited.asset, visited.loaded
        assert asset is not None
        assert loaded is not None
        for view in self.renderer.render_each(requests, loaded):
            view_id = view.request.view_id
            refusal = judge_view(view, loaded, self.recipe.acceptance)
            if refusal is None:
                accepted[view_id] = self._accept(view, visit, asset, loaded)
            else:
                visited.rejections.append(
                    Rejection("view", view_id, asset.uid, refusal.code, refusal.numbers)
                )

    def _ring(self, visit: Visit, asset: Asset, loaded: LoadedAsset) -> Row:
        """Look all around the asset while it is loaded, for what its views could be taken for."""
        ring = look_around(
            asset.uid,
            lambda planned: self.renderer.glance_each(planned, loaded),
            points_world=loaded.points_world,
            config=self.recipe.views.ring,
            seed=self.recipe.seed,
        )
        return ring_row(
            replace(ring, shape_key=loaded.shape_key),
            asset_uid=asset.uid,
            visit_round=visit.round,
            provenance=self._provenance,
        )

    def _accept(
        self, view: RenderedView, visit: Visit, asset: Asset, loaded: LoadedAsset
    ) -> AcceptedView:
        return accepted_view(
            view,
            asset=asset,
            loaded=loaded,
            visit_round=visit.round,
            store=self.recipe.store,
            provenance=self._provenance,
        )

    @cached_property
    def _provenance(self) -> Provenance:
        render = self.recipe.render
        return Provenance(
            engine=render.engine.value,
            samples=render.samples,
            seed=self.recipe.seed,
            fingerprint=self.recipe.fingerprint,
        )

    def _result(self, uid: str, outcome: Outcome, visited: _Visited) -> VisitResult:
        provenance = self._provenance
        rows: dict[str, list[Row]] = {
            "views": [view.row for view in visited.views],
            "pairs": visited.pairs,
            "rings": visited.rings,
            "rejected": [rejection_row(one, provenance) for one in visited.rejections],
            "outcomes": [outcome_row(outcome, uid, provenance)],
        }
        tables = {
            name: pa.Table.from_pylist(kept, schema=TABLES[name]) for name, kept in rows.items()
        }
        return VisitResult(outcome, tables)


def _requests(
    planned: Iterator[Cluster], count: int, clusters: list[Cluster]
) -> Iterator[ViewRequest]:
    """The views of the next clusters, which are planned as they are asked for."""
    for cluster in islice(planned, count):
        clusters.append(cluster)
        yield from cluster.requests


def _pair_rows(
    chosen: list[PairCandidate], accepted: dict[str, AcceptedView], quota: int
) -> Iterator[Row]:
    """Each chosen pair in both orders; only the last may lack its reverse, if the quota is odd."""
    for number, candidate in enumerate(chosen):
        first, second = accepted[candidate.view_id_1], accepted[candidate.view_id_2]
        forward, reverse = _pair_id(first, second), _pair_id(second, first)
        both = 2 * number + 2 <= quota
        shared = SharedSurface.of(first, second)
        yield pair_row(
            first,
            second,
            kind=candidate.kind,
            pair_id=forward,
            reverse_id=reverse if both else "",
            shared=shared,
        )
        if both:
            yield pair_row(
                second,
                first,
                kind=candidate.kind,
                pair_id=reverse,
                reverse_id=forward,
                shared=shared.reverse(),
            )


def _refused_pairs(pairing: Pairing, uid: str) -> Iterator[Rejection]:
    for candidate, refusal in pairing.refused.items():
        subject = f"{candidate.view_id_1}-{candidate.view_id_2}"
        yield Rejection("pair", subject, uid, refusal.code, refusal.numbers)


def _pair_id(first: AcceptedView, second: AcceptedView) -> str:
    """``UID.ROUND.CC.V-CC.V``: cluster and view of each image."""
    first_id, second_id = first.view.request.view_id, second.view.request.view_id
    return f"{first_id}-{'.'.join(second_id.rsplit('.', 2)[1:])}"


def _judge(visited: _Visited) -> tuple[OutcomeStatus, str, str]:
    """Written if any pair came out; otherwise rejected for the most frequent reason."""
    if visited.pairs:
        return OutcomeStatus.WRITTEN, "", ""
    codes = [rejection.code for rejection in visited.rejections]
    if not codes:
        return OutcomeStatus.REJECTED, "no_pairs", "no two of its views could be paired"
    code = max(sorted(set(codes)), key=codes.count)
    return OutcomeStatus.REJECTED, code, _EXPLAINED.get(code, code)


_EXPLAINED = {
    "blank": "nothing of it can be seen",
    "alpha_zero": "all its materials are fully transparent",
    "too_small": "it covers too little of the image",
    "cut_off": "too much of it lies outside the image",
    "camera_inside": "the camera stands inside it",
    "magenta": "it shows the colour of a missing texture",
    "flat": "its surface shows no contrast",
    "clipped": "too much of it is pure black or pure white",
    "near_duplicate": "its views look the same from different places",
}
