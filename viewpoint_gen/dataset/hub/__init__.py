"""A package on the Hugging Face Hub: sent so that it is there whole or not at all, and checked."""

from viewpoint_gen.dataset.hub.calls import Patience
from viewpoint_gen.dataset.hub.repository import Repository, sign_in
from viewpoint_gen.dataset.hub.upload import Published, publish

__all__ = ["Patience", "Published", "Repository", "publish", "sign_in"]
"""The public names; ``calls`` maps every error of the Hub's client to ours."""
