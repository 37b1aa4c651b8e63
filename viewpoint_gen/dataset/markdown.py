"""Cards of data sets and of models, from templates in Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from viewpoint_gen.dataset.escaping import escaped, licence_link

TEMPLATE_NAME: Final = "README.md.jinja"


def card_text(
    folder: Path, context: Mapping[str, Any], filters: Mapping[str, Callable[..., str]]
) -> str:
    """A card, from the template in a folder.

    Args:
        filters: for the template, beside ``escaped`` and ``licence_link``.
    """
    made = Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    made.filters |= {"escaped": escaped, "licence_link": licence_link, **filters}
    return _tidy(made.get_template(TEMPLATE_NAME).render(context))


def _tidy(text: str) -> str:
    """No more than one empty line in a row, but in code; none at the end."""
    parts = re.split(r"(^```.*?^```$)", text, flags=re.DOTALL | re.MULTILINE)
    parts[::2] = [re.sub(r"\n{3,}", "\n\n", prose) for prose in parts[::2]]
    return "".join(parts).strip() + "\n"
