"""``viewgen view``: an asset's cameras, pictures and surface in the browser, by viser.

The only file that imports viser, which is an extra. World as everywhere: right-handed, +Z up; a
frustum is drawn from the OpenCV camera that rendered its picture, without any flip.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.spatial.transform import Rotation

from viewpoint_gen.errors import EnvironmentProblem, RecipeError
from viewpoint_gen.geometry.frames import Array
from viewpoint_gen.geometry.pose import turn_about_up
from viewpoint_gen.preview.scene_rows import Pixels, SceneView, asset_uids, read_scene
from viewpoint_gen.storage import Store, open_store

if TYPE_CHECKING:
    import viser

ALL: Final = "all cameras"
MOST_ASSETS: Final = 500
"""In the list to choose from; any other can be named with --asset."""

_FIRST: Final = (47, 111, 237)
_SECOND: Final = (224, 102, 11)
_OTHERS: Final = (120, 128, 142)
_MOST_FILE_BYTES: Final = 64 * 2**20
_FROM: Final = np.array([0.58, -0.68, 0.45])
"""Direction from which everything is seen at first."""


class Viewer:
    """A server that shows one asset at a time; ``show`` and ``choose`` are what its menus call."""

    def __init__(self, run: str, *, asset: str | None, host: str, port: int) -> None:
        """Start serving.

        Raises:
            EnvironmentProblem: viser isn't installed.
            RecipeError: the run has no such asset.
            RunIncomplete: the run has no views.
        """
        module = _viser()
        self._store: Store = open_store(run)
        uids = asset_uids(self._store)
        if asset is not None and asset not in uids:
            msg = f"--asset {asset}: {run} has no views of it; it has {', '.join(uids[:3])} …"
            raise RecipeError(msg)
        self._nodes: dict[str, Any] = {}
        self._server: viser.ViserServer = module.ViserServer(
            host=host, port=port, label=f"viewgen {run}", verbose=False
        )
        self._server.scene.set_up_direction("+z")
        listed = list(dict.fromkeys([asset or uids[0], *uids]))[:MOST_ASSETS]
        self._assets = self._server.gui.add_dropdown("Object", listed)
        self._pairs = self._server.gui.add_dropdown("Pair", [ALL])
        self._pictures = self._server.gui.add_checkbox("Pictures", initial_value=True)
        self._size = self._server.gui.add_slider("Camera size", 0.02, 0.3, 0.02, 0.1)
        self._server.gui.add_markdown("Click on a camera to stand where it stood.")
        self._assets.on_update(lambda _: self.show(self._assets.value))
        self._pairs.on_update(lambda _: self.choose(self._pairs.value))
        self._pictures.on_update(lambda _: self._draw())
        self._size.on_update(lambda _: self._draw())
        self.show(listed[0])

    @property
    def address(self) -> str:
        """Where it is served."""
        return f"http://{self._server.get_host()}:{self._server.get_port()}"

    @property
    def nodes(self) -> list[str]:
        """Names of what is in the scene."""
        return sorted(self._nodes)

    @property
    def clients(self) -> int:
        """Browsers that look at it."""
        return len(self._server.get_clients())

    @property
    def pairs(self) -> list[str]:
        """What can be chosen from the menu of pairs."""
        return list(self._pairs.options)

    def show(self, uid: str) -> None:
        """Show another asset, all its cameras."""
        self._scene = read_scene(self._store, uid)
        self._chosen = ALL
        self._pairs.options = [ALL, *self._scene.pairs]
        self._pairs.value = ALL
        self._draw()
        self._stand_back()

    def choose(self, pair: str) -> None:
        """Show the two cameras of a pair alone, or all of them."""
        self._chosen = pair if pair in self._scene.pairs else ALL
        self._draw()
        self._stand_back()

    def wait(self) -> None:
        """Serve until interrupted."""
        self._server.sleep_forever()

    def stop(self) -> None:
        """Close the server."""
        self._server.stop()

    def _draw(self) -> None:
        with self._server.atomic():
            for node in self._nodes.values():
                node.remove()
            world = self._server.scene.add_frame("/world", axes_length=0.6, axes_radius=0.008)
            self._nodes = {"/world": world}
            shown = self._shown()
            if self._chosen == ALL:
                self._draw_all(shown)
                self._draw_mesh(shown[0], turn_about_up(-shown[0].object_turn_rad))
            else:
                self._draw_pair(*shown)
                self._draw_mesh(shown[0], np.eye(4))

    def _shown(self) -> list[SceneView]:
        views = self._scene.views
        ids = views if self._chosen == ALL else self._scene.pairs[self._chosen]
        return [views[view] for view in ids]

    def _reach(self) -> float:
        """How far off the furthest camera stands."""
        return max(float(np.linalg.norm(view.camera.centre_world)) for view in self._shown())

    def _stand_back(self) -> None:
        """Move everybody who looks to where all cameras can be seen."""
        position = 1.6 * self._reach() * _FROM
        self._server.initial_camera.position = tuple(position)
        self._server.initial_camera.look_at = (0.0, 0.0, 0.0)
        for client in self._server.get_clients().values():
            with client.atomic():
                client.camera.position, client.camera.look_at = position, np.zeros(3)

    def _draw_all(self, views: list[SceneView]) -> None:
        """Every camera, and the surface of all views on the object as it stood before any turn."""
        for view in views:
            self._draw_camera(view, _FIRST if view.move == "anchor" else _OTHERS)
        points = np.concatenate([view.points_object for view in views])
        colours = np.concatenate([view.colours for view in views])
        self._draw_points("/surface", points, colours)

    def _draw_pair(self, one: SceneView, two: SceneView) -> None:
        """Two cameras, the way between them, and what each shows, in its own colour."""
        for number, (view, colour) in enumerate([(one, _FIRST), (two, _SECOND)], start=1):
            self._draw_camera(view, colour)
            self._draw_points(f"/surface_{number}", view.points_world, np.array(colour, np.uint8))
        way = np.array([[one.camera.centre_world, two.camera.centre_world]])
        self._nodes["/way"] = self._server.scene.add_line_segments(
            "/way", way, colors=_OTHERS, thickness=2.0, thickness_units="screen"
        )

    def _draw_points(self, name: str, points_world: Array, colours: Pixels) -> None:
        self._nodes[name] = self._server.scene.add_point_cloud(
            name, points_world.astype(np.float32), colours, point_size=0.02, point_shape="circle"
        )

    def _draw_camera(self, view: SceneView, colour: tuple[int, int, int]) -> None:
        camera = view.camera
        position, wxyz = camera.centre_world, _wxyz(camera.world_from_camera[:3, :3])
        fov_rad = 2.0 * float(np.arctan2(camera.height_px / 2.0, camera.intrinsics[1, 1]))
        name = f"/cameras/{len(self._nodes):04d}"
        frustum = self._server.scene.add_camera_frustum(
            name,
            fov_rad,
            camera.width_px / camera.height_px,
            scale=self._size.value * self._reach(),
            thickness=2.0,
            thickness_units="screen",
            color=colour,
            image=view.picture if self._pictures.value else None,
            position=position,
            wxyz=wxyz,
        )

        @frustum.on_click
        def _stand_there(event: Any) -> None:
            with event.client.atomic():
                event.client.camera.position, event.client.camera.wxyz = position, wxyz
                event.client.camera.fov = fov_rad

        self._nodes[name] = frustum

    def _draw_mesh(self, view: SceneView, turn: Array) -> None:
        """The file itself, where it is a GLB that lies on this machine, as the view had it."""
        path = Path(view.source_path)
        if view.world_from_asset is None or path.suffix.lower() != ".glb" or not path.is_file():
            return
        if path.stat().st_size > _MOST_FILE_BYTES:
            return
        world_from_asset = turn @ view.world_from_asset
        scale = float(np.cbrt(np.linalg.det(world_from_asset[:3, :3])))
        self._nodes["/mesh"] = self._server.scene.add_glb(
            "/mesh",
            path.read_bytes(),
            scale=scale,
            wxyz=_wxyz(world_from_asset[:3, :3] / scale),
            position=world_from_asset[:3, 3],
        )


def _wxyz(rotation: Array) -> Array:
    """Quaternion, the real part first."""
    return Rotation.from_matrix(rotation).as_quat()[[3, 0, 1, 2]]


def _viser() -> Any:
    try:
        import viser
    except ImportError as error:
        msg = f"viewgen view needs viser ({error}): pip install 'viewpoint-gen[view]'"
        raise EnvironmentProblem(msg) from error
    return viser
