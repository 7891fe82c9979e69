"""OneRoster's nested endpoints: what belongs to a school, a class, a term, a course or a user (oneroster.md B.2)."""

from __future__ import annotations

import polars as pl

from rollbook.sandbox.server.tables import ACTIVE, Frames
from rollbook.sandbox.server.wire_oneroster11 import COLLECTIONS

__all__ = ["nested"]

_CHILDREN = {
    "schools": ("classes", "courses", "enrollments", "students", "teachers", "terms"),
    "terms": ("classes", "gradingPeriods"),
    "courses": ("classes",),
    "classes": ("students", "teachers"),
    "users": ("classes",),
    "students": ("classes",),
    "teachers": ("classes",),
}
_IN_CLASS = ("enrollments", "students", "teachers")


def nested(frames: Frames, segments: list[str]) -> tuple[str, pl.DataFrame] | None:
    """(collection, rows) of a path such as ``["classes", ID, "students"]``; None when there is no such endpoint or no
    such parent. There is no ``/classes/{id}/enrollments``."""
    parent, sourced_id, *rest = segments
    if parent == "schools" and len(rest) == 3 and rest[0] == "classes" and rest[2] in _IN_CLASS:
        return _in_class(frames, school=sourced_id, class_=rest[1], child=rest[2])
    if len(rest) != 1 or rest[0] not in _CHILDREN.get(parent, ()):
        return None
    table, _, _, rows = COLLECTIONS[parent]
    owner = frames[table].filter(pl.col("sourcedId") == sourced_id)
    if (owner if rows is None else owner.filter(rows)).is_empty():
        return None
    return rest[0], _children(frames, parent, sourced_id, rest[0])


def _children(frames: Frames, parent: str, sourced_id: str, child: str) -> pl.DataFrame:
    table, _, _, rows = COLLECTIONS[child]
    frame = frames[table] if rows is None else frames[table].filter(rows)
    classes, enrollments = frames["classes"], _live(frames["enrollments"])
    if parent == "schools":
        if child == "courses":
            taught = classes.filter(pl.col("schoolSourcedId") == sourced_id).select(sourcedId="courseSourcedId")
            return frame.join(taught, on="sourcedId", how="semi", maintain_order="left")
        if child == "terms":
            return frame
        if child in ("students", "teachers"):
            return frame.filter(pl.col("orgSourcedIds").str.split(",").list.contains(sourced_id))
        return frame.filter(pl.col("schoolSourcedId") == sourced_id)
    if parent == "terms":
        column = "termSourcedIds" if child == "classes" else "parentSourcedId"
        return frame.filter(pl.col(column).str.split(",").list.contains(sourced_id).fill_null(False))
    if parent == "courses":
        return frame.filter(pl.col("courseSourcedId") == sourced_id)
    if parent == "classes":
        return _members(frame, enrollments, sourced_id, child)
    theirs = enrollments.filter(pl.col("userSourcedId") == sourced_id).select(sourcedId="classSourcedId")
    return frame.join(theirs, on="sourcedId", how="semi", maintain_order="left")


def _in_class(frames: Frames, *, school: str, class_: str, child: str) -> tuple[str, pl.DataFrame] | None:
    rooms = frames["classes"].filter((pl.col("sourcedId") == class_) & (pl.col("schoolSourcedId") == school))
    if rooms.is_empty():
        return None
    if child == "enrollments":
        return child, frames["enrollments"].filter(pl.col("classSourcedId") == class_)
    return child, _members(frames["users"], _live(frames["enrollments"]), class_, child)


def _members(people: pl.DataFrame, enrollments: pl.DataFrame, class_: str, child: str) -> pl.DataFrame:
    role = child.removesuffix("s")
    seated = enrollments.filter((pl.col("classSourcedId") == class_) & (pl.col("role") == role))
    return people.join(seated.select(sourcedId="userSourcedId"), on="sourcedId", how="semi", maintain_order="left")


def _live(enrollments: pl.DataFrame) -> pl.DataFrame:
    return enrollments.filter(pl.col("status") == ACTIVE)
