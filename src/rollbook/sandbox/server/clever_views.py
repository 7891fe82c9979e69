"""Clever's lists: the flat collections and the nested ones (clever.md §3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

__all__ = ["view"]

_ROLES = ("contact", "district_admin", "staff", "student", "teacher")


def view(sets: Mapping[str, pl.DataFrame], segments: list[str], asked: Mapping[str, str]) -> pl.DataFrame | None:
    """The rows of a list; None when there is no such list or no such parent."""
    name = segments[0]
    if name == "resources" and len(segments) == 1:
        return sets["users"].clear()
    if name not in sets:
        return None
    if len(segments) == 1:
        return _of_role(sets[name], asked) if name == "users" else sets[name]
    owner = sets[name].filter(pl.col("id") == segments[1])
    if owner.is_empty() or len(segments) != 3:
        return None
    made = _nested(sets, name, owner.row(0, named=True), segments[2])
    return _of_role(made, asked) if made is not None and segments[2] == "users" else made


def _of_role(users: pl.DataFrame, asked: Mapping[str, str]) -> pl.DataFrame:
    role = asked.get("role")
    return users.filter(pl.col("kind") == role) if role in _ROLES else users


def _nested(sets: Mapping[str, pl.DataFrame], name: str, owner: Mapping[str, Any], child: str) -> pl.DataFrame | None:
    value, owner_id = json.loads(owner["json"]), owner["id"]
    sections = sets["sections"]
    if name == "schools":
        if child in ("sections", "users"):
            return sets[child].filter(pl.col("school") == owner_id)
        taught = [json.loads(text) for text in sections.filter(pl.col("school") == owner_id)["json"]]
        return {
            "courses": _those(sets["courses"], [section.get("course") for section in taught]),
            "terms": _those(sets["terms"], [section.get("term_id") for section in taught]),
        }.get(child)
    if name == "users":
        return _of_user(sets, value, owner_id, child)
    if name == "sections":
        if child == "users":
            return _those(sets["users"], [*value["students"], *value["teachers"]])
        field = {"course": "course", "school": "school", "term": "term_id"}.get(child)
        return None if field is None else _those(sets[f"{child}s"], [value.get(field)])
    return _mentioning(sections, owner_id) if child == "sections" else None


def _of_user(
    sets: Mapping[str, pl.DataFrame], value: Mapping[str, Any], owner_id: str, child: str
) -> pl.DataFrame | None:
    role: Mapping[str, Any] = next(iter(value["roles"].values()), {})
    sections = _mentioning(sets["sections"], owner_id)
    taught = [json.loads(text) for text in sections["json"]]
    wards = [bond["student"] for bond in role.get("student_relationships", [])]
    contacts = sets["users"].filter(pl.col("kind") == "contact")
    return {
        "sections": sections,
        "schools": _those(sets["schools"], role.get("schools", [])),
        "mycontacts": _mentioning(contacts, owner_id),
        "mystudents": _those(sets["users"], wards or [one for section in taught for one in section["students"]]),
        "myteachers": _those(sets["users"], [one for section in taught for one in section["teachers"]]),
        "resources": sets["users"].clear(),
    }.get(child)


def _those(rows: pl.DataFrame, ids: list[Any]) -> pl.DataFrame:
    return rows.filter(pl.col("id").is_in(pl.Series([one for one in ids if one], dtype=pl.String).implode()))


def _mentioning(rows: pl.DataFrame, record: str) -> pl.DataFrame:
    return rows.filter(pl.col("json").str.contains(f'"{record}"', literal=True))
