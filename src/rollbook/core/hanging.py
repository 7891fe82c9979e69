"""What hangs on a student or a person: every column that refers to one, so that a merge leaves nothing behind (C-2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from rollbook.core.entities import TABLES
from rollbook.core.family import FAMILY_REFERENCES

__all__ = ["MERGEABLE", "Hanger", "hangers"]

MERGEABLE: Final = ("student", "person")
"""What can be merged; each is a link kind and a table."""

_FAMILY_KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "access_grant": ("account_id", "what", "school_id", "person_id", "student_id"),
        "announcement_mail": ("announcement_id", "person_id", "student_id"),
        "student_attribute": ("student_id", "kind_id"),
    }
)
"""table of the school-family records → what may be there once only; the others know no such thing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hanger:
    """Rows of ``table`` whose ``column`` names the one they hang on. ``key``: of two rows that agree in it after a merge
    one stays (empty: all stay). ``is_managed``: of the two the active one stays, then the one that a sync manages, then
    the survivor's; otherwise the survivor's."""

    table: str
    column: str
    key: tuple[str, ...]
    is_managed: bool


def hangers(kind: str) -> tuple[Hanger, ...]:
    """All hangers of a ``student`` or a ``person``; directory tables first."""
    directory = [
        Hanger(table=table, column=column, key=_key(spec.key), is_managed=spec.managed)
        for table, spec in TABLES.items()
        for column, target in spec.references.items()
        if target == kind
    ]
    family = [
        Hanger(table=table, column=column, key=_FAMILY_KEYS.get(table, ()), is_managed=False)
        for table, columns in FAMILY_REFERENCES.items()
        for column, target in columns.items()
        if target == kind
    ]
    return (*directory, *family)


def _key(key: tuple[str, ...]) -> tuple[str, ...]:
    return () if key == ("id",) else key
