"""What ``datasets`` and the Hub's viewer are told about columns, in their own JSON.

The form is what ``datasets.Features.to_dict`` gives; ``datasets`` itself isn't needed to write it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

import pyarrow as pa

IMAGE: Final = pa.struct([pa.field("bytes", pa.binary()), pa.field("path", pa.string())])
"""How ``datasets`` stores an image: the encoded file, and a name for it."""

_DTYPES: Final = {pa.float64(): "float64", pa.float32(): "float32"}
"""Arrow calls these double and float."""


def features_of(fields: Iterable[pa.Field]) -> dict[str, Any]:
    """The features of some columns, by name."""
    return {field.name: _feature(field.type) for field in fields}


def with_features(schema: pa.Schema) -> pa.Schema:
    """The schema with the metadata by which ``datasets`` knows images from structs."""
    about = {"info": {"features": features_of(schema)}}
    return schema.with_metadata({"huggingface": json.dumps(about)})


def image_columns(schema: pa.Schema) -> list[str]:
    """Columns of images, or of lists of images."""
    return [field.name for field in schema if field.type in (IMAGE, pa.list_(IMAGE))]


def plain(data_type: pa.DataType) -> pa.DataType:
    """The nearest type that ``datasets`` knows: of a map, a list of names with values."""
    if pa.types.is_map(data_type):
        item = [pa.field("name", data_type.key_type), pa.field("value", data_type.item_type)]
        return pa.list_(pa.struct(item))
    return data_type


def _feature(data_type: pa.DataType) -> Mapping[str, Any]:
    if data_type == IMAGE:
        return {"_type": "Image"}
    if pa.types.is_list(data_type):
        return {"feature": _feature(data_type.value_type), "_type": "List"}
    if pa.types.is_struct(data_type):
        return features_of(data_type)
    return {"dtype": _DTYPES.get(data_type, str(data_type)), "_type": "Value"}
