"""Clever's shapes, v3.0 and v3.1, checked on arrival. Only the fields named here ever leave a page (S-4).

Everything but ``id`` may be missing, null or blank (our digest: clever.md, section 5). Pages are decoded straight into
frames; the slow way, value by value, is for a page in which some value has another shape than Clever documents.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import polars as pl

from rollbook.core.errors import TransientError

__all__ = ["COLLECTIONS", "SENSITIVE", "SHAPES", "Page", "decode_objects", "decode_page", "sensitive_fields"]

_TEXT = pl.String()
_TEXTS = pl.List(pl.String())
_CREDENTIALS = pl.Struct({"district_username": _TEXT})

_STUDENT = pl.Struct(
    {
        "credentials": _CREDENTIALS,
        "dob": _TEXT,
        "grade": _TEXT,
        "preferred_name": pl.Struct({"first": _TEXT, "last": _TEXT}),
        "school": _TEXT,
        "schools": _TEXTS,
        "sis_id": _TEXT,
        "state_id": _TEXT,
        "student_number": _TEXT,
    }
)
_TEACHER = pl.Struct(
    {
        "credentials": _CREDENTIALS,
        "school": _TEXT,
        "schools": _TEXTS,
        "sis_id": _TEXT,
        "teacher_number": _TEXT,
        "title": _TEXT,
    }
)
_STAFF = pl.Struct({"credentials": _CREDENTIALS, "schools": _TEXTS, "staff_id": _TEXT, "title": _TEXT})
_CONTACT = pl.Struct(
    {
        "phone": _TEXT,
        "phone_type": _TEXT,
        "sis_id": _TEXT,
        "student_relationships": pl.List(pl.Struct({"student": _TEXT, "relationship": _TEXT, "type": _TEXT})),
    }
)

SHAPES: Mapping[str, pl.Schema] = MappingProxyType(
    {
        "districts": pl.Schema({"id": _TEXT, "name": _TEXT, "state": _TEXT, "last_sync": _TEXT, "pause_end": _TEXT}),
        "schools": pl.Schema({"id": _TEXT, "name": _TEXT, "school_number": _TEXT, "nces_id": _TEXT}),
        "terms": pl.Schema({"id": _TEXT, "name": _TEXT, "start_date": _TEXT, "end_date": _TEXT}),
        "courses": pl.Schema({"id": _TEXT, "name": _TEXT, "number": _TEXT}),
        "sections": pl.Schema(
            {
                "id": _TEXT,
                "course": _TEXT,
                "grade": _TEXT,
                "name": _TEXT,
                "period": _TEXT,
                "school": _TEXT,
                "section_number": _TEXT,
                "sis_id": _TEXT,
                "students": _TEXTS,
                "subject": _TEXT,
                "teacher": _TEXT,
                "teachers": _TEXTS,
                "term_id": _TEXT,
            }
        ),
        "users": pl.Schema(
            {
                "id": _TEXT,
                "email": _TEXT,
                "name": pl.Struct({"first": _TEXT, "middle": _TEXT, "last": _TEXT}),
                "roles": pl.Struct(
                    {
                        "student": _STUDENT,
                        "teacher": _TEACHER,
                        "staff": _STAFF,
                        "district_admin": pl.Struct({"title": _TEXT}),
                        "contact": _CONTACT,
                    }
                ),
            }
        ),
    }
)
"""Collection → the fields that are used."""

COLLECTIONS = ("schools", "terms", "courses", "sections", "users")
"""What a full pull reads page by page; ``districts`` is a list of one."""

SENSITIVE = (
    "disability_status",
    "ell_status",
    "frl_status",
    "gender",
    "gifted_status",
    "hispanic_ethnicity",
    "iep_status",
    "race",
    "section_504_status",
    "address",
)
"""Fields that Rollbook never reads and a district need not share; their presence is told, their value never kept."""

_FILLED = MappingProxyType({name: re.compile(rf'"{name}"\s*:\s*"[^"]'.encode()) for name in SENSITIVE})


@dataclass(frozen=True, slots=True)
class Page:
    """One page: ``rows`` in the shape of its collection; ``next``: the link to the next page or ""; ``count``: of the
    whole collection, where Clever says it."""

    rows: pl.DataFrame
    next: str
    count: int | None


def decode_page(body: bytes, collection: str) -> Page:
    """A list answer of ``collection``. Raises ``TransientError`` for one that breaks off, or is no such list at all."""
    item = pl.Struct({"data": pl.Struct(SHAPES[collection])})
    envelope = pl.Schema(
        {"data": pl.List(item), "links": pl.List(pl.Struct({"rel": _TEXT, "uri": _TEXT})), "count": _TEXT}
    )
    answer = _decode(body, envelope, collection)
    data = answer["data"]
    if answer.height != 1 or data.null_count():
        raise _no_list(collection)
    rows = data.explode(empty_as_null=False).struct.field("data").struct.unnest()
    links = answer["links"].drop_nulls().explode(empty_as_null=False).drop_nulls()
    following = [link["uri"] for link in links.to_list() if link["rel"] == "next" and link["uri"]]
    count = answer["count"].item()
    return Page(rows, following[0] if following else "", int(count) if count and count.isdecimal() else None)


def decode_objects(objects: list[Any], collection: str) -> pl.DataFrame:
    """Objects as events carry them, in the shape of ``collection``."""
    shape = SHAPES[collection]
    if not objects:
        return pl.DataFrame(schema=shape)
    return pl.DataFrame([_conform(item, pl.Struct(shape)) or {} for item in objects], schema=shape, orient="row")


def sensitive_fields(body: bytes) -> frozenset[str]:
    """The names of ``SENSITIVE`` fields that are filled somewhere in an answer."""
    return frozenset(name for name, filled in _FILLED.items() if filled.search(body))


def _decode(body: bytes, envelope: pl.Schema, collection: str) -> pl.DataFrame:
    if not body.lstrip().startswith(b"{"):
        raise _no_list(collection)
    try:
        return pl.read_json(io.BytesIO(body), schema=envelope)
    except pl.exceptions.PolarsError:
        # its message quotes values of people, so it goes nowhere
        answer = _loads(body, collection)
    return pl.DataFrame([_conform(answer, pl.Struct(envelope))], schema=envelope, orient="row")


def _loads(body: bytes, collection: str) -> Any:
    try:
        return json.loads(body)
    except ValueError as error:
        raise TransientError(
            f"An answer of Clever about {collection} broke off.",
            hint="Try again. If it happens every time, ask whoever runs the network between this server and Clever.",
            detail={"collection": collection, "bytes": len(body), "kind": type(error).__name__},
        ) from None


def _conform(value: Any, dtype: object) -> Any:
    """``value`` in the shape of ``dtype``; null where it has another."""
    if isinstance(dtype, pl.Struct):
        if not isinstance(value, dict):
            return None
        return {field.name: _conform(value.get(field.name), field.dtype) for field in dtype.fields}
    if isinstance(dtype, pl.List):
        return [_conform(item, dtype.inner) for item in value] if isinstance(value, list) else None
    if isinstance(value, bool):
        return None
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else None


def _no_list(collection: str) -> TransientError:
    return TransientError(
        f"Clever answered with something that is no list of {collection}.",
        hint="Try again later. If it stays so, check the address of the API in the settings of this source.",
        detail={"collection": collection},
    )
