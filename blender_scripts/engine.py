"""The render engine, its device and every setting that changes pixels or time: all explicit."""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import gpu
from refusal import Refusal

ENGINES = {"cycles": "CYCLES", "eevee": "BLENDER_EEVEE_NEXT", "workbench": "BLENDER_WORKBENCH"}
GPU_TYPES = ("OPTIX", "CUDA", "HIP", "METAL", "ONEAPI")  # best first
SOFTWARE_RENDERERS = ("llvmpipe", "softpipe", "swrast")
WORKBENCH_SAMPLES = ("FXAA", "5", "8", "11", "16", "32")  # Blender's own steps
EEVEE_SAMPLES_PER_CYCLES_SAMPLE = 4  # EEVEE has no denoiser for shadows


@dataclass(frozen=True)
class Settings:
    """What the package asked for in its ``start`` job, with the device found out."""

    engine: str
    wanted_device: str
    device_type: str
    device_names: tuple[str, ...]
    threads: int
    samples: int
    max_bounces: int
    transparent_bounces: int
    normals: bool

    @property
    def device(self) -> str:
        """The device in words, e.g. "CPU" or "OPTIX: NVIDIA L40"."""
        if self.device_names == ("CPU",):
            return "CPU"
        return f"{self.device_type}: {', '.join(self.device_names)}"


def settings_from(job: dict) -> Settings:
    """Read a ``start`` job and find its device.

    Raises:
        Refusal: ``device_unavailable``.
    """
    device_type, names = find_device(job["device"], job["engine"])
    return Settings(
        engine=ENGINES[job["engine"]],
        wanted_device=job["device"],
        device_type=device_type,
        device_names=names,
        threads=job["threads"],
        samples=job["samples"],
        max_bounces=job["max_bounces"],
        transparent_bounces=job["transparent_bounces"],
        normals=job["normals"],
    )


def find_device(wanted: str, engine: str) -> tuple[str, tuple[str, ...]]:
    """The device type to use and the names of its devices; "auto" takes the best there is."""
    if engine != "cycles":
        return "GL", ("OpenGL",)  # its name is known after the first picture
    if wanted == "cpu":
        return "CPU", ("CPU",)
    candidates = GPU_TYPES if wanted == "auto" else (wanted.upper(),)
    for device_type in candidates:
        names = device_names(device_type)
        if names:
            return device_type, names
    if wanted == "auto":
        return "CPU", ("CPU",)
    there = ", ".join(f"{kind} ({name})" for kind, name in all_devices()) or "none"
    raise Refusal(
        "device_unavailable",
        f"device {wanted!r} was asked for, but Blender {bpy.app.version_string} finds no such "
        f"device here (it finds: {there}); use --device auto or cpu, or install the driver",
    )


def graphics_device(wanted: str) -> tuple[str, tuple[str, ...]]:
    """What OpenGL draws with, once it has drawn; a processor doesn't pass for a GPU.

    Raises:
        Refusal: ``device_unavailable``: a GPU was asked for, but OpenGL draws in software.
    """
    name = gpu.platform.renderer_get()
    if not any(word in name.lower() for word in SOFTWARE_RENDERERS):
        return "GL", (name,)
    if wanted not in ("auto", "cpu"):
        raise Refusal(
            "device_unavailable",
            f"device {wanted!r} was asked for, but OpenGL draws in software here ({name})",
        )
    return "CPU", (name,)


def _cycles_preferences() -> bpy.types.AddonPreferences:
    return bpy.context.preferences.addons["cycles"].preferences


def device_names(device_type: str) -> tuple[str, ...]:
    """Names of the devices of one type; empty where Blender was built without it."""
    try:
        devices = _cycles_preferences().get_devices_for_type(device_type)
    except (TypeError, ValueError):
        return ()
    return tuple(device.name for device in devices if device.type == device_type)


def all_devices() -> list[tuple[str, str]]:
    """(type, name) of every GPU that Cycles could use."""
    return [(kind, name) for kind in GPU_TYPES for name in device_names(kind)]


def apply(settings: Settings) -> None:
    """Set everything again; the factory state, which every load returns to, forgets it all."""
    scene = bpy.context.scene
    scene.render.engine = settings.engine
    _apply_render(scene, settings)
    _apply_colour(scene)
    _apply_passes(scene.view_layers[0], settings)
    if settings.engine == "CYCLES":
        _apply_device(scene, settings)
        _apply_cycles(scene.cycles, settings)
    elif settings.engine == "BLENDER_EEVEE_NEXT":
        _apply_eevee(scene, settings)
    else:
        _apply_workbench(scene.display, settings)


def _apply_render(scene: bpy.types.Scene, settings: Settings) -> None:
    render = scene.render
    render.threads_mode = "FIXED"
    render.threads = settings.threads
    render.use_persistent_data = True
    render.use_compositing = False
    render.use_sequencer = False
    render.use_motion_blur = False
    render.use_simplify = False
    render.use_border = False
    render.use_freestyle = False
    render.use_stamp = False
    render.filter_size = 1.5
    render.resolution_percentage = 100
    render.pixel_aspect_x = render.pixel_aspect_y = 1.0
    picture = render.image_settings
    picture.file_format = "OPEN_EXR_MULTILAYER"
    picture.color_depth = "32"  # after the format, which changes it
    picture.exr_codec = "NONE"  # 10 ms to write at 512 px, where ZIP takes 70


def _apply_colour(scene: bpy.types.Scene) -> None:
    scene.display_settings.display_device = "sRGB"
    scene.view_settings.view_transform = "Standard"
    scene.view_settings.look = "None"
    scene.view_settings.exposure = 0.0
    scene.view_settings.gamma = 1.0
    scene.view_settings.use_curve_mapping = False
    scene.render.dither_intensity = 0.0


def _apply_passes(layer: bpy.types.ViewLayer, settings: Settings) -> None:
    layer.use_pass_combined = True
    layer.use_pass_z = True
    layer.use_pass_normal = settings.normals and settings.engine != "BLENDER_WORKBENCH"
    layer.use_pass_object_index = settings.engine == "CYCLES"
    layer.use_pass_cryptomatte_asset = settings.engine == "BLENDER_EEVEE_NEXT"
    layer.pass_cryptomatte_depth = 2
    layer.pass_alpha_threshold = 0.5  # a surface more transparent than this is looked through


def _apply_device(scene: bpy.types.Scene, settings: Settings) -> None:
    """Switch on the devices of the asked type and no other, and make sure that it took."""
    if settings.device_type == "CPU":
        scene.cycles.device = "CPU"
        return
    preferences = _cycles_preferences()
    preferences.compute_device_type = settings.device_type
    preferences.refresh_devices()
    for device in preferences.devices:
        device.use = device.type == settings.device_type
    scene.cycles.device = "GPU"
    used = [device.name for device in preferences.devices if device.use]
    if not used or not preferences.has_active_device():
        raise Refusal("device_unavailable", f"no {settings.device_type} device can be switched on")


def _apply_cycles(cycles: object, settings: Settings) -> None:
    cycles.feature_set = "SUPPORTED"
    cycles.shading_system = False
    cycles.samples = settings.samples
    cycles.sample_offset = 0
    cycles.time_limit = 0.0
    cycles.use_adaptive_sampling = False
    cycles.sampling_pattern = "BLUE_NOISE"
    cycles.use_animated_seed = False
    cycles.use_light_tree = False  # a sun and a world: nothing to choose from
    cycles.light_sampling_threshold = 0.01
    cycles.pixel_filter_type = "BLACKMAN_HARRIS"
    cycles.filter_width = 1.5
    cycles.film_exposure = 1.0
    cycles.film_transparent_glass = False
    cycles.use_guiding = False
    cycles.use_fast_gi = False
    cycles.use_auto_tile = False
    cycles.texture_limit_render = "OFF"
    _apply_bounces(cycles, settings)
    _apply_denoiser(cycles, settings)


def _apply_bounces(cycles: object, settings: Settings) -> None:
    cycles.max_bounces = settings.max_bounces
    cycles.diffuse_bounces = settings.max_bounces
    cycles.glossy_bounces = settings.max_bounces
    cycles.transmission_bounces = settings.max_bounces
    cycles.volume_bounces = 0
    cycles.transparent_max_bounces = settings.transparent_bounces
    cycles.min_light_bounces = 0
    cycles.min_transparent_bounces = 0
    cycles.caustics_reflective = False
    cycles.caustics_refractive = False
    cycles.blur_glossy = 1.0
    cycles.sample_clamp_direct = 0.0
    cycles.sample_clamp_indirect = 3.0  # few samples: a firefly would outshine its neighbours


def _apply_denoiser(cycles: object, settings: Settings) -> None:
    """Before the first render: quality and prefilter latch with persistent data."""
    cycles.use_denoising = True
    cycles.denoiser = "OPENIMAGEDENOISE"
    cycles.denoising_quality = "FAST"
    cycles.denoising_prefilter = "NONE"
    cycles.denoising_input_passes = "RGB"  # guides of few samples do harm on a floor
    cycles.denoising_use_gpu = settings.device_type != "CPU"


def _apply_eevee(scene: bpy.types.Scene, settings: Settings) -> None:
    scene.eevee.taa_render_samples = settings.samples * EEVEE_SAMPLES_PER_CYCLES_SAMPLE
    scene.eevee.use_raytracing = False
    scene.eevee.use_shadows = True
    scene.eevee.use_overscan = False


def _apply_workbench(display: object, settings: Settings) -> None:
    steps = [step for step in WORKBENCH_SAMPLES[1:] if int(step) <= settings.samples * 2]
    display.render_aa = steps[-1] if steps else "FXAA"
    shading = display.shading
    shading.light = "STUDIO"
    shading.use_world_space_lighting = True  # else the light would follow the camera
    shading.studiolight_rotate_z = 0.0
    shading.color_type = "TEXTURE"
    shading.show_shadows = False
    shading.show_cavity = False
    shading.show_object_outline = False
    shading.show_specular_highlight = True
    shading.show_xray = False
