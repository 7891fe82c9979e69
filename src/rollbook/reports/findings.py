"""The findings of a run: by code and by the school that can mend them, beside the run before (section 8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from rollbook.core.errors import NotFound
from rollbook.core.findings import CATALOGUE
from rollbook.core.findings.sentences import grouped, told
from rollbook.engine.arrow import Reader, reading
from rollbook.reports.names import school_names
from rollbook.reports.run_report import plan_of
from rollbook.store.models import SyncRun

__all__ = ["NO_SCHOOL", "FindingsFound", "findings_of", "findings_sheet"]

NO_SCHOOL = 0
"""Stands for "nobody can tell which school" where a school's id is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsFound:
    """``groups``: one row a code of what was asked for (``code``, ``severity``, ``title``, ``rows``, ``sentence``,
    ``what_to_do``), the commonest first; ``before``: code → rows in the run of the source before that received
    something (of all schools); ``gone``: code → (title, rows) of those that have stopped since. ``schools``: id
    → (name, rows), the most first, of the whole run; ``lines``: one page of what was asked for, of ``total``:
    ``code``, ``severity``, ``school``, ``file``, ``line``, ``column``, ``sourced_id``, ``sentence``,
    ``what_to_do``."""

    groups: pl.DataFrame
    before: Mapping[str, int]
    gone: Mapping[str, tuple[str, int]]
    schools: Mapping[int, tuple[str, int]]
    lines: pl.DataFrame
    total: int


def findings_of(
    run: SyncRun, *, school: int | None = None, code: str = "", offset: int = 0, limit: int = 50
) -> FindingsFound:
    """The findings of ``school`` (``NO_SCHOOL``: of none; None: all) with ``code`` (blank: any). Raises NotFound when the
    plan is not kept any more, or there is no such code."""
    every, names = _routed(run, code)
    rows = _of_school(every, school)
    mine = rows.filter(pl.col("code") == code) if code else rows
    counts = every.group_by("school_id").len("rows").sort("rows", descending=True)
    before = _before(run)
    now = set(every["code"].unique())
    return FindingsFound(
        groups=grouped(rows.drop("school_id")).sort("rows", descending=True, maintain_order=True),
        before=before,
        gone={old: (_title(old), number) for old, number in before.items() if old not in now},
        schools={key or NO_SCHOOL: (names.get(key, ""), number) for key, number in counts.iter_rows()},
        lines=_lines(mine, names).slice(offset, limit),
        total=mine.height,
    )


def findings_sheet(run: SyncRun, *, school: int | None = None, code: str = "") -> pl.DataFrame:
    """All lines of ``findings_of``."""
    every, names = _routed(run, code)
    rows = _of_school(every, school)
    return _lines(rows.filter(pl.col("code") == code) if code else rows, names)


def _routed(run: SyncRun, code: str) -> tuple[pl.DataFrame, dict[int, str]]:
    """The plan's findings with ``school_id``: the school that the finding names, else the one that its record is of."""
    if code and code not in CATALOGUE:
        raise NotFound("There is no such finding.", hint="Go back to the findings of the run.")
    with reading() as reader:
        plan = plan_of(run, reader)
        named = _links(reader, run, "school").rename({"sourced_id": "school_sourced_id", "id": "named"})
        places = pl.concat([homes(reader, run) for homes in (_student_homes, _person_homes, _classroom_homes)]).unique(
            "sourced_id"
        )
        names = dict(school_names(reader, run.district_id).select("id", "name").iter_rows())
    rows = (
        plan.findings.join(named, on="school_sourced_id", how="left", maintain_order="left")
        .join(places.rename({"school_id": "home"}), on="sourced_id", how="left", maintain_order="left")
        .with_columns(school_id=pl.coalesce("named", "home"))
        .drop("named", "home")
    )
    return rows, names


def _links(reader: Reader, run: SyncRun, kind: str) -> pl.DataFrame:
    return reader.read(
        f"""SELECT sourced_id, object_id AS id FROM source_link
        WHERE connection_id = {int(run.connection_id)} AND kind = '{kind}'""",
        {"sourced_id": pl.String(), "id": pl.Int64()},
    )


def _student_homes(reader: Reader, run: SyncRun) -> pl.DataFrame:
    """``sourced_id``, ``school_id`` of students with one school."""
    return reader.read(
        f"""SELECT l.sourced_id, min(s.school_id) AS school_id FROM source_link l
        JOIN student_school s ON s.student_id = l.object_id AND s.status = 'active'
        WHERE l.connection_id = {int(run.connection_id)} AND l.kind = 'student'
        GROUP BY l.sourced_id HAVING count(*) = 1""",
        {"sourced_id": pl.String(), "school_id": pl.Int64()},
    )


def _person_homes(reader: Reader, run: SyncRun) -> pl.DataFrame:
    """The same of people: where they work, and where their children are, if that is one school."""
    return reader.read(
        f"""SELECT l.sourced_id, min(h.school_id) AS school_id FROM source_link l JOIN (
          SELECT r.person_id, r.school_id FROM staff_role r
          WHERE r.district_id = {int(run.district_id)} AND r.status = 'active' AND r.school_id IS NOT NULL
          UNION
          SELECT g.person_id, s.school_id FROM guardianship g
          JOIN student_school s ON s.student_id = g.student_id AND s.status = 'active'
          WHERE g.district_id = {int(run.district_id)} AND g.status = 'active'
        ) h ON h.person_id = l.object_id
        WHERE l.connection_id = {int(run.connection_id)} AND l.kind = 'person'
        GROUP BY l.sourced_id HAVING count(*) = 1""",
        {"sourced_id": pl.String(), "school_id": pl.Int64()},
    )


def _classroom_homes(reader: Reader, run: SyncRun) -> pl.DataFrame:
    return reader.read(
        f"""SELECT l.sourced_id, c.school_id FROM source_link l JOIN classroom c ON c.id = l.object_id
        WHERE l.connection_id = {int(run.connection_id)} AND l.kind = 'classroom'""",
        {"sourced_id": pl.String(), "school_id": pl.Int64()},
    )


def _of_school(rows: pl.DataFrame, school: int | None) -> pl.DataFrame:
    if school is None:
        return rows
    return rows.filter(pl.col("school_id").is_null() if school == NO_SCHOOL else pl.col("school_id") == school)


def _lines(rows: pl.DataFrame, names: Mapping[int, str]) -> pl.DataFrame:
    """In the order of ``told``, with the school's name."""
    parts = [
        told(part.drop("school_id")).with_columns(
            school=pl.lit(names.get(school) if isinstance(school, int) else None, dtype=pl.String)
        )
        for (school,), part in rows.group_by("school_id", maintain_order=True)
    ]
    columns = ("code", "severity", "school", "file", "line", "column", "sourced_id", "sentence", "what_to_do")
    if not parts:
        return told(rows.drop("school_id")).with_columns(school=pl.lit(None, dtype=pl.String)).select(columns)
    return pl.concat(parts).sort("code", "school", nulls_last=True, maintain_order=True).select(columns)


def _before(run: SyncRun) -> Mapping[str, int]:
    earlier = SyncRun.objects.of(run.connection_id).syncs().filter(pk__lt=run.pk).exclude(rows={}).newest_first()
    return earlier.values_list("findings", flat=True).first() or {}


def _title(code: str) -> str:
    return CATALOGUE[code].title if code in CATALOGUE else code
