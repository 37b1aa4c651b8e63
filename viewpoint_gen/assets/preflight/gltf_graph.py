"""The node graph of a glTF: is it a forest, how deep, and how many triangles hang on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TypeVar

from viewpoint_gen.assets.preflight.gltf_schema import Document, Node, Primitive
from viewpoint_gen.assets.preflight.subject import Subject

_TRIANGLES, _STRIP, _FAN = 4, 5, 6
_VERTICES_PER_TRIANGLE = 3
_INSTANCE_ATTRIBUTES = ("TRANSLATION", "ROTATION", "SCALE")  # the order in which Blender looks

Item = TypeVar("Item")


def item(subject: Subject, items: list[Item], index: int, what: str) -> Item:
    """``items[index]``, or the refusal of a reference to something that isn't there."""
    if index >= len(items):
        text = f"refers to {what} {index}, but has {len(items)}; export it again"
        raise subject.refusal("malformed", text)
    return items[index]


def check_graph(subject: Subject, document: Document) -> None:
    """Refuse loops, nodes with two parents, too many nodes and too deep ones."""
    nodes = document.nodes
    most = subject.limits.max_nodes
    subject.check_budget("too_complex", len(nodes), most, "nodes (max_nodes)")
    parents = Counter(child for node in nodes for child in node.children)
    for child, count in parents.items():
        item(subject, nodes, child, "node")
        if count > 1:
            text = f"has a node with {count} parents ({child}); a scene must be a tree"
            raise subject.refusal("recursive_nodes", text)
    level = [index for index in range(len(nodes)) if index not in parents]
    reached, depth = 0, 0
    while level:
        reached, depth = reached + len(level), depth + 1
        level = [child for index in level for child in nodes[index].children]
    if reached < len(nodes):
        raise subject.refusal("recursive_nodes", "has nodes that contain themselves")
    text = "levels of nested nodes (max_depth)"
    subject.check_budget("too_complex", depth, subject.limits.max_depth, text)


def count_triangles(subject: Subject, document: Document) -> int:
    """Triangles of the scene that is shown; all scenes must stay within the budgets.

    Raises:
        ImportFailed: ``too_complex``, ``no_mesh`` or ``malformed``.
    """
    counts = [_mesh_counts(subject, document, mesh.primitives) for mesh in document.meshes]
    totals = [_node_counts(subject, document, counts, node) for node in document.nodes]
    limits = subject.limits
    checks = (
        (0, limits.max_triangles, "triangles, instances counted (max_triangles)"),
        (1, _VERTICES_PER_TRIANGLE * limits.max_triangles, "vertices (3 × max_triangles)"),
        (2, limits.max_nodes, "nodes and instances (max_nodes)"),
    )
    for place, most, text in checks:
        total = sum(total[place] for total in totals)
        subject.check_budget("too_complex", total, most, text)
    shown = sum(totals[index][0] for index in _shown_nodes(subject, document))
    if shown == 0:
        raise subject.refusal("no_mesh", "shows no triangle: no mesh, or only points and lines")
    return shown


def _mesh_counts(
    subject: Subject, document: Document, primitives: Iterable[Primitive]
) -> tuple[int, int]:
    """Triangles and vertices of a mesh."""
    triangles = vertices = 0
    for primitive in primitives:
        if "POSITION" not in primitive.attributes:
            continue
        positions = primitive.attributes["POSITION"]
        vertices += item(subject, document.accessors, positions, "accessor").count
        corners = positions if primitive.indices is None else primitive.indices
        triangles += _triangles(
            item(subject, document.accessors, corners, "accessor").count, primitive.mode
        )
    return triangles, vertices


def _triangles(corners: int, mode: int) -> int:
    if mode == _TRIANGLES:
        return corners // 3
    return max(corners - 2, 0) if mode in (_STRIP, _FAN) else 0


def _node_counts(
    subject: Subject, document: Document, counts: list[tuple[int, int]], node: Node
) -> tuple[int, int, int]:
    """Triangles, vertices and objects of one node; instances share their vertices."""
    if node.mesh is None:
        return 0, 0, 1
    triangles, vertices = item(subject, counts, node.mesh, "mesh")
    instances = _instances(subject, document, node)
    return triangles * instances, vertices, max(instances, 1)


def _instances(subject: Subject, document: Document, node: Node) -> int:
    if node.extensions.instancing is None:
        return 1
    attributes = node.extensions.instancing.attributes
    named = [attributes[name] for name in _INSTANCE_ATTRIBUTES if name in attributes]
    if not named:
        return 0
    return item(subject, document.accessors, named[0], "accessor").count


def _shown_nodes(subject: Subject, document: Document) -> set[int]:
    """Nodes of the default scene; all of them in a file without scenes."""
    if not document.scenes:
        return set(range(len(document.nodes)))
    scene = item(subject, document.scenes, document.scene or 0, "scene")
    found: set[int] = set()
    waiting = list(scene.nodes)
    while waiting:
        index = waiting.pop()
        if index not in found:
            waiting.extend(item(subject, document.nodes, index, "node").children)
            found.add(index)
    return found
