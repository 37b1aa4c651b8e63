"""A few words for building shader graphs."""

from __future__ import annotations

from typing import Any

import bpy


class Graph:
    """Adds nodes to a tree and links them."""

    def __init__(self, tree: bpy.types.NodeTree) -> None:
        self._tree = tree

    def clear(self) -> None:
        """Remove every node."""
        self._tree.nodes.clear()

    def add(self, kind: str, *, name: str = "") -> bpy.types.Node:
        """A new node of a type such as "ShaderNodeValue"."""
        node = self._tree.nodes.new(kind)
        if name:
            node.name = name
        return node

    def link(self, source: bpy.types.NodeSocket, target: bpy.types.NodeSocket) -> None:
        """Connect an output to an input."""
        self._tree.links.new(source, target)

    def out(
        self, kind: str, inputs: dict[str, Any] | None = None, output: str | int = 0
    ) -> bpy.types.NodeSocket:
        """An output of a new node whose inputs are links or values."""
        node = self.add(kind)
        for name, value in (inputs or {}).items():
            self.feed(node.inputs[name], value)
        return node.outputs[output]

    def feed(self, target: bpy.types.NodeSocket, value: Any) -> None:
        """Link an output to an input, or set the input's value."""
        if isinstance(value, bpy.types.NodeSocket):
            self.link(value, target)
        elif target.type == "RGBA":
            target.default_value = (*tuple(value)[:3], 1.0)
        else:
            target.default_value = value

    def math(self, operation: str, first: Any, second: Any = 0.0) -> bpy.types.NodeSocket:
        """Arithmetic, e.g. ``math("MULTIPLY", a, b)``."""
        node = self.add("ShaderNodeMath")
        node.operation = operation
        self.feed(node.inputs[0], first)
        self.feed(node.inputs[1], second)
        return node.outputs[0]

    def map_range(
        self, value: Any, source: tuple[float, float], target: tuple[float, float]
    ) -> bpy.types.NodeSocket:
        """A clamped, smooth step from one range to another."""
        node = self.add("ShaderNodeMapRange")
        node.interpolation_type = "SMOOTHSTEP"
        self.feed(node.inputs["Value"], value)
        for name, limit in zip(("From Min", "From Max"), source, strict=True):
            node.inputs[name].default_value = limit
        for name, limit in zip(("To Min", "To Max"), target, strict=True):
            node.inputs[name].default_value = limit
        return node.outputs["Result"]

    def mix(self, share: Any, first: Any, second: Any) -> bpy.types.NodeSocket:
        """A colour between two: 0 gives the first, 1 the second."""
        node = self.add("ShaderNodeMix")
        node.data_type = "RGBA"
        colours = [socket for socket in node.inputs if socket.type == "RGBA"]
        self.feed(next(s for s in node.inputs if s.type == "VALUE"), share)
        self.feed(colours[0], first)
        self.feed(colours[1], second)
        return next(socket for socket in node.outputs if socket.type == "RGBA")

    def mix_shaders(
        self, share: Any, first: bpy.types.NodeSocket, second: bpy.types.NodeSocket
    ) -> bpy.types.NodeSocket:
        """A shader between two: 0 gives the first, 1 the second."""
        node = self.add("ShaderNodeMixShader")
        self.feed(node.inputs[0], share)
        self.link(first, node.inputs[1])
        self.link(second, node.inputs[2])
        return node.outputs[0]
