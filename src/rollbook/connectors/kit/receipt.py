"""Test connection (S-5): what arrives, what is dropped, what looks over-shared, what is missing; for every kind of source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from rollbook.connectors.kit.refusal import sentence
from rollbook.core import findings
from rollbook.core.errors import DataError, RollbookError
from rollbook.core.snapshot import Mode, Snapshot

__all__ = ["DROPPED", "MISSING", "OVER_SHARED", "SharingReceipt", "receipt_of", "refusal_of"]

DROPPED = ("FIL-026", "HDR-006", "HDR-009")
"""Harmless, but not needed: it arrives and is not kept (S-4)."""
OVER_SHARED = ("FIL-029", "HDR-010", "SRC-004", "SRC-005")
"""It should not even arrive."""
MISSING = (
    "FIL-020",
    "FIL-021",
    "FIL-028",
    "HDR-007",
    "MAN-001",
    "SRC-001",
    "SRC-002",
    "SRC-003",
    "SRC-008",
    "SRC-011",
    "CLV-009",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingReceipt:
    """``works``: the source can be read; if not, ``problem`` and ``hint`` say why and what to do, and ``exit_code``
    which kind of error it is. ``speaks``: what the source was read as, in its vendor's words; ``version``: of OneRoster,
    blank for a source that does not speak it.

    ``rows``: by stream; ``roles``: role as written → rows; ``schools``: columns ``sourced_id``, ``name``, ``users``,
    ``classes``, ``enrollments``; ``classes_without_students``: of how many classes nobody is told to be a student;
    ``dropped``, ``over_shared`` and ``missing``: sentences.
    """

    works: bool
    problem: str = ""
    hint: str = ""
    exit_code: int = 0
    speaks: str = ""
    version: str = ""
    rows: Mapping[str, int]
    roles: Mapping[str, int]
    schools: pl.DataFrame
    classes_without_students: int = 0
    dropped: tuple[str, ...] = ()
    over_shared: tuple[str, ...]
    missing: tuple[str, ...]
    findings: pl.DataFrame


def receipt_of(snapshot: Snapshot, *, speaks: str = "") -> SharingReceipt:
    """What a reading shares. ``speaks``: for a source that does not speak OneRoster, what it speaks."""
    frames = {name: stream.frame for name, stream in snapshot.streams.items() if stream.mode is not Mode.ABSENT}
    return SharingReceipt(
        works=True,
        speaks=speaks or f"OneRoster {snapshot.version}",
        version="" if speaks else snapshot.version,
        rows={name: frame.height for name, frame in frames.items()},
        roles=_roles(snapshot),
        schools=_schools(frames),
        classes_without_students=_empty_classes(frames),
        dropped=_sentences(snapshot.findings, DROPPED),
        over_shared=_sentences(snapshot.findings, OVER_SHARED),
        missing=_sentences(snapshot.findings, MISSING),
        findings=snapshot.findings,
    )


def refusal_of(error: RollbookError) -> SharingReceipt:
    """Why a source cannot be read, and what to do."""
    found = error.findings if isinstance(error, DataError) and error.findings is not None else findings.empty()
    return SharingReceipt(
        works=False,
        problem=error.message,
        hint=error.hint,
        exit_code=error.exit_code,
        rows={},
        roles={},
        schools=_schools({}),
        dropped=_sentences(found, DROPPED),
        over_shared=_sentences(found, OVER_SHARED),
        missing=_sentences(found, MISSING),
        findings=found,
    )


def _sentences(found: pl.DataFrame, codes: tuple[str, ...]) -> tuple[str, ...]:
    chosen = found.filter(pl.col("code").is_in(codes))
    return tuple(
        sentence(
            row["code"], stream=row["stream"] or "", line=row["line"], column=row["column"] or "", detail=row["detail"]
        )
        for row in chosen.iter_rows(named=True)
    )


def _roles(snapshot: Snapshot) -> dict[str, int]:
    """Role → rows of roles.csv (1.2) or users.csv (1.1), commonest first."""
    stream = snapshot.streams.get("roles" if "roles" in snapshot.streams else "users")
    frame = pl.DataFrame() if stream is None else stream.frame
    if "role" not in frame.columns:
        return {}
    counted = frame["role"].str.strip_chars().value_counts(sort=True)
    return dict(counted.iter_rows())


def _empty_classes(frames: Mapping[str, pl.DataFrame]) -> int:
    """Classes that no enrollment of a student names; 0 where enrollments are not shared."""
    classes, enrollments = frames.get("classes"), frames.get("enrollments")
    if classes is None or enrollments is None or not {"classSourcedId", "role"} <= set(enrollments.columns):
        return 0
    filled = enrollments.filter(pl.col("role").str.strip_chars().str.to_lowercase() == "student")
    return classes.join(filled, left_on="sourcedId", right_on="classSourcedId", how="anti").height


def _schools(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row an org that is named anywhere, with how much is shared of it."""
    parts = {
        "users": _count(_memberships(frames), "users"),
        "classes": _count(_ids(frames.get("classes"), "schoolSourcedId"), "classes"),
        "enrollments": _count(_ids(frames.get("enrollments"), "schoolSourcedId"), "enrollments"),
    }
    names = _names(frames.get("orgs"))
    for part in parts.values():
        names = names.join(part, on="sourced_id", how="full", coalesce=True)
    return names.with_columns(pl.col(*parts).fill_null(0)).sort("sourced_id")


def _names(orgs: pl.DataFrame | None) -> pl.DataFrame:
    if orgs is None or not {"sourcedId", "name"} <= set(orgs.columns):
        return pl.DataFrame(schema={"sourced_id": pl.String, "name": pl.String})
    named = orgs.select(sourced_id="sourcedId", name="name")
    return named.unique("sourced_id", keep="last", maintain_order=True)


def _memberships(frames: Mapping[str, pl.DataFrame]) -> pl.Series:
    if "roles" in frames and {"userSourcedId", "orgSourcedId"} <= set(frames["roles"].columns):
        return _ids(frames["roles"].unique(["userSourcedId", "orgSourcedId"]), "orgSourcedId")
    orgs = _ids(frames.get("users"), "orgSourcedIds")
    return orgs.str.split(",").explode(empty_as_null=True).str.strip_chars()


def _ids(frame: pl.DataFrame | None, column: str) -> pl.Series:
    if frame is None or column not in frame.columns:
        return pl.Series(column, [], dtype=pl.String)
    return frame[column]


def _count(ids: pl.Series, name: str) -> pl.DataFrame:
    return (
        pl.DataFrame({"sourced_id": ids})
        .filter(pl.col("sourced_id") != "")
        .group_by("sourced_id")
        .agg(pl.len().cast(pl.Int64).alias(name))
    )
