"""The procedural library: sound meshes, real sizes, honest symmetry, the same bytes every time."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from collections import Counter
from functools import cache

import numpy as np
import pytest
import trimesh
from scipy import ndimage
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import ConvexHull, cKDTree

from viewpoint_gen.assets.procedural import CATALOGUE, Category, ProceduralObject, Symmetry, build
from viewpoint_gen.assets.procedural.outlines import extrude, rounded

SEED = 11
TURNING = [name for name, c in CATALOGUE.items() if c.symmetry.step_deg is not None]
DIRECTED = [name for name, c in CATALOGUE.items() if c.symmetry.step_deg is None]
ONE_PER_GROUP = sorted({c.group: name for name, c in CATALOGUE.items()}.values())

# Longest side in metres, from real things of the kind
LONGEST_M = {
    "accordion": (0.4, 0.9), "aeroplane": (7, 14), "armchair": (0.8, 1.3),
    "axe_in_stump": (0.5, 1.1), "ball": (0.15, 0.65), "bed": (1.9, 2.4), "bench": (1.1, 2.0),
    "bicycle": (1.5, 1.95), "bookshelf": (1.4, 2.5), "bottle": (0.2, 0.4), "box_truck": (5, 8),
    "burger": (0.1, 0.2), "bus": (7.5, 12.5), "cactus": (0.35, 0.9), "cake": (0.25, 0.45),
    "camera": (0.1, 0.3), "car": (3.5, 5.2), "cat": (0.3, 0.55), "chair": (0.75, 1.15),
    "church": (10, 18), "coffee_machine": (0.35, 0.55), "crab": (0.12, 0.45),
    "crate": (0.3, 1.0), "desk": (1.05, 1.6), "dining_table": (1.4, 2.3), "dog": (0.7, 1.3),
    "drill": (0.2, 0.4), "drum_kit": (1.3, 2.2), "duck": (0.3, 0.6), "dumbbell": (0.25, 0.6),
    "elephant": (3, 5), "fire_hydrant": (0.55, 0.95), "fish": (0.2, 1.0), "fruit_bowl": (0.2, 0.4),
    "giraffe": (4, 5.8), "goblet": (0.14, 0.28), "grand_piano": (1.6, 2.7),
    "grandfather_clock": (1.8, 2.5), "guitar": (0.95, 1.4), "hammer": (0.25, 0.42),
    "helicopter": (6, 10.5), "house": (6, 13), "kettle": (0.2, 0.4), "knight": (1.7, 2.3),
    "lantern": (0.25, 0.65), "lighthouse": (12, 22), "mailbox": (1, 1.6),
    "motor_scooter": (1.5, 2.1), "mug": (0.1, 0.2), "parrot": (0.4, 0.8), "penguin": (0.5, 1.0),
    "phone_booth": (2.2, 2.9), "pizza": (0.3, 0.65), "plate": (0.18, 0.34), "radio": (0.25, 0.6),
    "refrigerator": (1.5, 2.2), "robot": (0.9, 1.7), "sailing_boat": (6, 12),
    "sandwich": (0.2, 0.4), "snail": (0.06, 0.18), "snowman": (1.2, 2.3), "sofa": (1.9, 2.8),
    "square_table": (0.4, 1.2), "steam_engine": (5, 8), "stool": (0.35, 0.85),
    "teapot": (0.2, 0.5), "teddy_bear": (0.35, 0.5), "telephone": (0.2, 0.45),
    "toaster": (0.25, 0.5), "toolbox": (0.35, 0.8), "tractor": (2.6, 4.2), "turtle": (0.4, 1.2),
    "vase": (0.2, 0.5), "washing_machine": (0.9, 1.25), "watering_can": (0.3, 0.65),
    "wheelbarrow": (1.5, 2.1), "windmill": (9, 17),
}  # fmt: skip


@cache
def built(name: str, seed: int = SEED) -> ProceduralObject:
    return build(name, np.random.default_rng(seed))


@cache
def loaded(name: str) -> trimesh.Scene:
    return trimesh.load_scene(io.BytesIO(built(name).glb), file_type="glb", process=False)


def meshes(name: str) -> list[trimesh.Trimesh]:
    scene = loaded(name)
    assert len(scene.graph.nodes_geometry) == len(scene.geometry)
    return list(scene.geometry.values())


def welded_faces(mesh: trimesh.Trimesh) -> np.ndarray:
    """Faces over positions, so that vertices doubled along hard edges count once."""
    steps = np.round(mesh.vertices / 1e-6).astype(np.int64)
    group = np.unique(steps, axis=0, return_inverse=True)[1].ravel()
    faces = group[mesh.faces]
    distinct = (faces != np.roll(faces, 1, axis=1)).all(axis=1)
    return np.where(distinct[:, None], faces, -1)


def signed_volumes(mesh: trimesh.Trimesh, faces: np.ndarray) -> np.ndarray:
    """Signed volume of each connected piece of surface, from the divergence theorem."""
    keep = faces[:, 0] >= 0
    count = int(faces.max()) + 1
    links = np.concatenate([faces[keep][:, [0, 1]], faces[keep][:, [1, 2]]])
    graph = coo_matrix((np.ones(len(links)), links.T), shape=(count, count))
    piece = connected_components(graph, directed=False)[1][faces[keep][:, 0]]
    corners = mesh.vertices[mesh.faces[keep]]
    corners = corners - mesh.vertices.mean(axis=0)
    volume = np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6
    return np.bincount(piece, volume)[np.unique(piece)]


def seen_at(
    scene: trimesh.Scene, face: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Points on the surface and the base colour there, texture times factor.

    Args:
        scene: its meshes' triangles are numbered one mesh after the other.
        face: (N,) triangle numbers.
        weights: (N, 3) barycentric weights.
    Returns:
        (N, 3) points and (N, 3) linear-factor colours.
    """
    points, colours = np.zeros((len(face), 3)), np.zeros((len(face), 3))
    first = 0
    for mesh in scene.geometry.values():
        own = np.flatnonzero((face >= first) & (face < first + len(mesh.faces)))
        corner, share = mesh.faces[face[own] - first], weights[own]
        first += len(mesh.faces)
        points[own] = np.einsum("nc,ncd->nd", share, mesh.vertices[corner])
        material = mesh.visual.material
        colours[own] = material.baseColorFactor[:3] / 255
        if material.baseColorTexture is not None:
            image = np.asarray(material.baseColorTexture.convert("RGB")) / 255
            uv = np.einsum("nc,ncd->nd", share, mesh.visual.uv[corner])
            row = np.floor((1 - uv[:, 1]) * image.shape[0]).astype(int) % image.shape[0]
            column = np.floor(uv[:, 0] * image.shape[1]).astype(int) % image.shape[1]
            colours[own] *= image[row, column]
    return points, colours


def corners_seen(scene: trimesh.Scene) -> tuple[np.ndarray, np.ndarray]:
    """`seen_at` a hair inside each corner of each triangle."""
    count = sum(len(mesh.faces) for mesh in scene.geometry.values())
    inside = np.full((3, 3), 1e-4) + (1 - 3e-4) * np.eye(3)
    return seen_at(scene, np.repeat(np.arange(count), 3), np.tile(inside, (count, 1)))


# Catalogue


def test_catalogue_is_alphabetical() -> None:
    assert list(CATALOGUE) == sorted(CATALOGUE)
    assert all(name == category.name for name, category in CATALOGUE.items())


def test_catalogue_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        CATALOGUE["chair"] = CATALOGUE["desk"]  # type: ignore[index]
    with pytest.raises(AttributeError):
        CATALOGUE["chair"].group = "tool"  # type: ignore[misc]


def test_catalogue_holds_what_it_promises() -> None:
    directed: list[Category] = [CATALOGUE[name] for name in DIRECTED]
    assert len(directed) >= 24
    assert len({c.group for c in directed}) >= 9
    kinds = Counter(c.symmetry for c in CATALOGUE.values())
    assert min(kinds[s] for s in (Symmetry.CINF, Symmetry.C4, Symmetry.C2)) >= 2
    assert kinds[Symmetry.MIRROR] >= 2


def test_every_category_has_a_plausible_size_listed() -> None:
    assert set(LONGEST_M) == set(CATALOGUE)


def test_unknown_category_names_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"'elefant'; did you mean 'elephant'\?"):
        build("elefant", np.random.default_rng(0))


# Bytes


@pytest.mark.parametrize("name", ONE_PER_GROUP)
def test_same_seed_gives_the_same_bytes(name: str) -> None:
    assert build(name, np.random.default_rng(SEED)).glb == built(name).glb


def test_another_process_gives_the_same_bytes() -> None:
    code = (
        "import hashlib, numpy as np\n"
        "from viewpoint_gen.assets.procedural import build\n"
        f"glb = build('mug', np.random.default_rng({SEED})).glb\n"
        "print(hashlib.sha256(glb).hexdigest())"
    )
    child = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "12345", "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert child.stdout.strip() == hashlib.sha256(built("mug").glb).hexdigest()


@pytest.mark.parametrize("name", ONE_PER_GROUP)
def test_two_seeds_give_different_shapes_and_colours(name: str) -> None:
    one, other = built(name), built(name, SEED + 1)
    assert one.glb != other.glb
    assert not np.allclose(one.size_m, other.size_m, rtol=1e-3)


# Meshes


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_loads_back_with_its_size_and_stands_on_the_floor(name: str) -> None:
    thing, scene = built(name), loaded(name)
    low, high = scene.bounds
    assert np.isfinite(scene.bounds).all()
    np.testing.assert_allclose(high - low, thing.size_m, rtol=1e-5)
    assert abs(low[1]) < 1e-6 * max(thing.size_m) + 1e-7
    shortest, longest = LONGEST_M[name]
    assert shortest <= max(thing.size_m) <= longest


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_mesh_is_light_finite_and_without_slivers(name: str) -> None:
    parts = meshes(name)
    assert 200 <= sum(len(mesh.faces) for mesh in parts) <= 30_000
    for mesh in parts:
        assert np.isfinite(mesh.vertices).all()
        assert np.isfinite(mesh.visual.uv).all()
        np.testing.assert_allclose(np.linalg.norm(mesh.vertex_normals, axis=1), 1, atol=1e-3)
        assert (mesh.area_faces <= 0).mean() < 0.01


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_surfaces_are_closed_and_wound_outward(name: str) -> None:
    for mesh in meshes(name):
        faces = welded_faces(mesh)
        keep = faces[faces[:, 0] >= 0]
        edges = np.concatenate([keep[:, [0, 1]], keep[:, [1, 2]], keep[:, [2, 0]]])
        size = int(faces.max()) + 1
        there, back = edges @ [size, 1], edges @ [1, size]
        np.testing.assert_array_equal(np.sort(there), np.sort(back))
        volumes = signed_volumes(mesh, faces)
        assert volumes.min() > -1e-6 * np.abs(volumes).sum()


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_normals_point_the_way_the_faces_do(name: str) -> None:
    for mesh in meshes(name):
        mean = mesh.vertex_normals[mesh.faces].mean(axis=1)
        agree = np.einsum("ij,ij->i", mesh.face_normals, mean) > 0
        assert mesh.area_faces[~agree].sum() < 2e-3 * mesh.area


def filled_cells(mesh: trimesh.Trimesh, cells: int) -> np.ndarray:
    """A grid, `cells` along the longest side, with the cells that hold surface and the floor."""
    step, rng = max(mesh.extents) / cells, np.random.default_rng(0)
    face = rng.choice(len(mesh.faces), 100_000, p=mesh.area_faces / mesh.area)
    inside = np.einsum("nc,ncd->nd", rng.dirichlet([1, 1, 1], len(face)), mesh.triangles[face])
    start, end = np.moveaxis(mesh.vertices[mesh.edges_unique], 1, 0)
    pieces = np.ceil(2 * np.linalg.norm(end - start, axis=1) / step).astype(int) + 1
    edge = np.repeat(np.arange(len(pieces)), pieces)
    share = np.concatenate([np.linspace(0, 1, n) for n in pieces])[:, None]
    points = np.vstack([inside, start[edge] + share * (end - start)[edge]])
    cell = np.floor((points - mesh.bounds[0]) / step).astype(int) + 1
    grid = np.zeros(cell.max(axis=0) + 2, dtype=bool)
    grid[tuple(cell.T)] = True
    grid[:, :2] = True
    return grid


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_nothing_hangs_in_the_air(name: str) -> None:
    piece, _ = ndimage.label(filled_cells(loaded(name).to_geometry(), 90), np.ones((3, 3, 3)))
    loose = np.sort(np.bincount(piece[piece > 0]))[:-1]
    assert loose.max(initial=0) <= 10  # so few cells are gaps between samples


def test_bevel_wider_than_the_rounded_corners_leaves_the_face_flat_and_unfolded() -> None:
    outline = rounded([(-0.05, -0.03), (0.05, -0.03), (0.05, 0.03), (-0.05, 0.03)], 0.006)
    part = extrude(outline, 0.036, bevel=0.012)
    corners = part.points_m[part.faces]
    top = corners[(corners[:, :, 2] > 0.036 - 1e-9).all(axis=1)][:, :, :2]
    turn = np.linalg.det(top[:, 1:] - top[:, :1])
    assert (turn > 0).all()
    assert turn.sum() / 2 == pytest.approx(ConvexHull(top.reshape(-1, 2)).volume)


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_parts_and_materials_have_names(name: str) -> None:
    for key, mesh in loaded(name).geometry.items():
        part, _, material = key.partition(".")
        assert part.isidentifier()
        assert material
        assert 0 <= mesh.visual.material.roughnessFactor <= 1


# Symmetry


def features(name: str, change: np.ndarray) -> np.ndarray:
    """(N, 6) place over size, and colour, of every triangle's corners after a linear change."""
    points, colours = corners_seen(loaded(name))
    return np.hstack([points @ change.T / max(built(name).size_m), 0.1 * colours])


def turn(angle_deg: float) -> np.ndarray:
    a = np.radians(angle_deg)
    return np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])


MIRROR_X = np.diag([-1.0, 1.0, 1.0])


@pytest.mark.parametrize("name", TURNING)
def test_every_corner_of_a_symmetric_object_has_a_partner_after_the_turn(name: str) -> None:
    step = CATALOGUE[name].symmetry.step_deg or 360 / 72  # 72 segments: round to 0.1 % of a radius
    distance, _ = cKDTree(features(name, np.eye(3))).query(features(name, turn(step)))
    assert np.quantile(distance, 0.995) < 2e-4
    assert distance.max() < 2e-2  # a corner may fall on the other side of a texture pixel's edge


@pytest.mark.parametrize("name", [n for n, c in CATALOGUE.items() if c.symmetry == "mirror"])
def test_every_corner_of_a_mirror_symmetric_object_has_a_partner_across(name: str) -> None:
    distance, _ = cKDTree(features(name, np.eye(3))).query(features(name, MIRROR_X))
    assert np.quantile(distance, 0.99) < 3e-4


@pytest.mark.parametrize("name", [n for n, c in CATALOGUE.items() if c.symmetry == "cinf"])
def test_round_object_has_a_round_outline(name: str) -> None:
    points = loaded(name).to_geometry().vertices
    widest = np.hypot(points[:, 0], points[:, 2]).max()
    for angle_deg in (0.0, 37.3, 121.9, 256.4):
        assert (points @ turn(angle_deg).T)[:, 0].max() == pytest.approx(widest, rel=2e-3)


@cache
def ring_chart(name: str, seed: int, count: int = 20_000) -> np.ndarray:
    """(24, H, R, 4) area and colour of the surface by azimuth (15° each), height and radius.

    Turning the object by 15° rolls the first axis by one; mirroring it reverses that axis.
    """
    rng, scene = np.random.default_rng(seed), loaded(name)
    areas = np.concatenate([mesh.area_faces for mesh in scene.geometry.values()])
    face = rng.choice(len(areas), count, p=areas / areas.sum())
    points, colours = seen_at(scene, face, rng.dirichlet([1, 1, 1], count))
    points = (points - scene.bounds.mean(axis=0)) / max(built(name).size_m)
    azimuth = np.arctan2(points[:, 0], points[:, 2]) / (2 * np.pi) % 1.0
    radius = np.hypot(points[:, 0], points[:, 2])
    place = np.ravel_multi_index(
        (
            (azimuth * 24).astype(int) % 24,
            np.clip((points[:, 1] + 0.5) * 20, 0, 19).astype(int),
            np.clip(radius * 20, 0, 14).astype(int),
        ),
        (24, 20, 15),
    )
    layers = [np.ones(count), *np.sqrt(colours).T]
    chart = np.stack([np.bincount(place, w, minlength=24 * 300) for w in layers], axis=1)
    return chart.reshape(24, 20, 15, 4) / count


def unlikeness(name: str, changed: np.ndarray) -> float:
    """How far a changed chart lies from the object's, in units of mere sampling noise."""
    noise = np.abs(ring_chart(name, 1) - ring_chart(name, 2)).sum()
    return float(np.abs(ring_chart(name, 1) - changed).sum() / noise)


def least_unlike_turn(name: str) -> float:
    return min(unlikeness(name, np.roll(ring_chart(name, 2), k, axis=0)) for k in range(1, 24))


@pytest.mark.parametrize("name", DIRECTED)
def test_no_turn_of_a_directed_object_looks_the_same(name: str) -> None:
    assert least_unlike_turn(name) > 1.3


@pytest.mark.parametrize("name", [n for n in TURNING if CATALOGUE[n].symmetry != "cinf"])
def test_a_symmetric_object_has_no_more_symmetry_than_it_says(name: str) -> None:
    steps = round(360 / (CATALOGUE[name].symmetry.step_deg or 360))
    same = [unlikeness(name, np.roll(ring_chart(name, 2), k, axis=0)) < 1.2 for k in range(1, 25)]
    assert sum(same) == steps


@pytest.mark.parametrize("name", DIRECTED)
def test_left_and_right_are_alike_only_where_the_catalogue_says_so(name: str) -> None:
    unlike = unlikeness(name, ring_chart(name, 2)[::-1])
    if CATALOGUE[name].symmetry is Symmetry.MIRROR:
        assert unlike < 1.1
    else:
        assert unlike > 1.15


# Front


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("car", "headlight"), ("bus", "destination"), ("box_truck", "grille"),
        ("dog", "nose"), ("elephant", "tusk"), ("duck", "bill"), ("desk", "drawer"),
        ("house", "door"), ("church", "door"), ("robot", "visor"), ("knight", "slit"),
        ("washing_machine", "dial"), ("radio", "speaker"), ("camera", "lens"),
        ("telephone", "dial"), ("watering_can", "spout"), ("grand_piano", "keys"),
        ("guitar", "string"), ("drum_kit", "front"), ("phone_booth", "handle"),
    ],
)  # fmt: skip
def test_front_part_lies_towards_plus_z(name: str, part: str) -> None:
    scene = loaded(name)
    own = [mesh for key, mesh in scene.geometry.items() if key.split(".")[0] == part]
    middle_z = scene.bounds[:, 2].mean()
    assert own
    assert np.mean([mesh.bounds[:, 2].mean() for mesh in own]) > middle_z
