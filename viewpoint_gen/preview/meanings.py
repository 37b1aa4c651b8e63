"""What the codes of refusals and failures mean, in a few words for people."""

from __future__ import annotations

from typing import Final

MEANINGS: Final[dict[str, str]] = {
    # questions
    "balance": "true, but left out so that the others give nothing away",
    "boundary": "between “not at all” and the smallest motion that is asked",
    "tiny": "it moved, but less than the smallest motion that is asked",
    "overlap_low": "the images share too little of the surface to compare",
    "frame_disagrees": "the answer changes with the frame of reference",
    "confusable": "the object looks the same from another side, where the answer differs",
    "invisible": "a wrong answer would move the picture by too few pixels",
    "focal_changed": "the lens changed, so size doesn't tell the distance",
    "object_moved": "the object itself turned",
    "camera_moved": "the camera moved, so the lens alone can't be judged",
    "no_front": "it isn't known where the object's front is",
    "no_backdrop": "nothing that stays put is seen behind the object",
    "neither": "neither of the two motions took place",
    "mixed": "several things moved at once",
    "nothing_moved": "no part of the motion is large enough",
    "pole": "too near the vertical for an azimuth to mean much",
    "overlap_unknown": "it can't be said how much of the surface they share",
    "small_or_cut": "the object is too small, or too much of it is cut off",
    "per_pair": "true, but the pair has as many questions as were asked for",
    "share": "true, but there are enough questions of its family",
    "no_set": "no set of views with one clear answer",
    "incomplete": "another question of its group was refused",
    "points_few": "too few points for the marks",
    "no_room": "the marks would cover too much of the object",
    # assets
    "no_pairs": "no two of its views could be paired",
    "no_mesh": "nothing in the file has a face",
    "missing_texture": "a texture that the file names isn’t there",
    "missing_file": "a file that it names isn’t there",
    "outside_folder": "it names a file outside its own folder",
    "remote_file": "it names a file on another host",
    "unreadable": "its file can’t be read",
    "child_died": "Blender died while it worked on it",
    "memory_limit": "it took more memory than it may",
    # views
    "cut_off": "too much of the object lies outside the image",
    "too_small": "the object covers too little of the image",
    "blank": "the image shows nothing",
    "alpha_zero": "the object is fully transparent",
    "camera_inside": "the camera stands inside the object",
    "magenta": "a texture is missing",
    "flat": "the object has too little contrast",
    "clipped": "the object is too bright or too dark",
    # pairs
    "near_duplicate": "the geometry changed, the pictures did not",
}
"""Codes that aren't here speak for themselves."""
