"""Why a hold looks the way it does: the likely cause, from evidence, as a sentence a person can act on (R-10)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from rollbook.core.diff import Context
from rollbook.core.plan import HOLD_SCHEMA

__all__ = ["CAUSES", "explain_holds"]

CAUSES = {
    "unreadable_rows": "Rows that could not be read name nobody; any removal may be one of theirs.",
    "school_not_shared": "The source does not share this school any more.",
    "ids_changed": "As many new records arrived as old ones left: the source may have changed its ids.",
    "file_cut_short": "The data is much smaller than the directory; the file may be cut short.",
    "term_rolled_over": "Old classes left and new ones came: the term may have rolled over.",
    "students_moved": "The students are still here, at another school.",
    "settings_changed": "The settings or the schools matched leave these out; the source still has them.",
    "real_leavers": "Nothing speaks against it: these records may really have left.",
    "mass_update": "Names or contacts of very many people would change at once.",
    "ambiguous_match": "A new record may be somebody already in the directory.",
    "depends": "These wait for the hold they belong to.",
}
"""cause → what it means; documented in the reference and shown beside a hold."""

_PLURAL = {
    "student": ("student", "students"),
    "guardian": ("guardian", "guardians"),
    "staff": ("staff member", "staff members"),
    "classroom": ("classroom", "classrooms"),
    "enrollment": ("enrollment", "enrollments"),
    "guardianship": ("link between student and guardian", "links between students and guardians"),
}
_SHRUNK = 0.95
_LEFT_OUT = ("class_filter", "session_not_chosen", "session_future", "school_not_matched")


@dataclass(frozen=True, slots=True)
class _Evidence:
    kind: str
    count: int
    base: int
    received: int
    created: int
    unreadable: bool
    unshared: bool
    moved: int
    left_out: int
    rows_now: int
    rows_before: int


def explain_holds(
    context: Context, records: pl.DataFrame, before: pl.DataFrame, incoming: pl.DataFrame, over: pl.DataFrame
) -> pl.DataFrame:
    """Holds as ``HOLD_SCHEMA``, the largest first. The sentence holds numbers and the school's name, nobody else's."""
    held = records.filter(pl.col("hold").is_not_null())
    if held.is_empty():
        return pl.DataFrame(schema=HOLD_SCHEMA)
    created = (
        records.filter(pl.col("action") == "create").group_by("kind", "school_id").agg(created=pl.len().cast(pl.Int64))
    )
    left_out = pl.col("reason").is_in(list(_LEFT_OUT))
    held = held.join(_moved(context), on=("kind", "ref"), how="left", maintain_order="left")
    rows = (
        held.group_by("hold", "kind", "school_id", "group", maintain_order=True)
        .agg(
            count=pl.len().cast(pl.Int64),
            depends_on=pl.col("depends_on").first(),
            unshared=(pl.col("action") == "suspend").all(),
            moved=pl.col("moved").fill_null(False).sum().cast(pl.Int64),
            left_out=left_out.sum().cast(pl.Int64),
        )
        .join(before, on=("kind", "school_id"), how="left", nulls_equal=True)
        .join(incoming, on=("kind", "school_id"), how="left", nulls_equal=True)
        .join(created, on=("kind", "school_id"), how="left", nulls_equal=True)
        .join(over.select("key", "threshold"), left_on="hold", right_on="key", how="left")
        .with_columns(pl.col("base", "received", "created", "threshold").fill_null(0))
        .sort("count", "hold", descending=[True, False])
    )
    names = dict(context.state.frames["schools"].select("id", "name").iter_rows())
    stream = {"classroom": "classes", "enrollment": "enrollments"}
    told = []
    for row in rows.iter_rows(named=True):
        kind = row["kind"]
        frame = stream.get(kind, "users")
        evidence = _Evidence(
            kind=kind,
            count=row["count"],
            base=row["base"],
            received=row["received"],
            created=row["created"],
            unreadable=kind in context.unreadable,
            unshared=row["unshared"],
            moved=row["moved"],
            left_out=row["left_out"],
            rows_now=context.roster.frames[frame].height,
            rows_before=context.state.previous_rows.get(frame, 0),
        )
        place = "the district" if row["school_id"] is None else names.get(row["school_id"], "an unknown school")
        percent = round(100 * row["count"] / row["base"], 1) if row["base"] else 0.0
        cause = "depends" if row["depends_on"] else _cause(row["group"], evidence)
        told.append(
            {
                **{name: row[name] for name in ("hold", "school_id", "kind", "group", "count", "base", "threshold")},
                "percent": percent,
                "cause": cause,
                "sentence": _sentence(cause, row["group"], evidence, place, percent),
                "depends_on": row["depends_on"],
            }
        )
    return pl.DataFrame(told, schema=HOLD_SCHEMA)


def _moved(context: Context) -> pl.DataFrame:
    """``kind``, ``ref``, ``moved`` of enrollments whose student is in this reading, and not at the class's school."""
    state = context.state.frames
    classrooms = state["classrooms"].select(classroom_id="id", school_id="school_id")
    here = context.students.select(student_id="ref")
    return (
        state["enrollments"]
        .select("student_id", "classroom_id", ref="id")
        .join(here, on="student_id", how="semi")
        .join(classrooms, on="classroom_id")
        .join(context.student_schools, on=("student_id", "school_id"), how="anti")
        .select(kind=pl.lit("enrollment"), ref="ref", moved=pl.lit(True))
    )


def _cause(group: str, evidence: _Evidence) -> str:
    """The first cause whose evidence is there."""
    if group == "create":
        return "ambiguous_match"
    if group == "update":
        return "mass_update"
    if evidence.unreadable:
        return "unreadable_rows"
    if evidence.unshared:
        return "school_not_shared"
    if evidence.left_out * 2 >= evidence.count:
        return "settings_changed"
    if evidence.moved * 2 >= evidence.count:
        return "students_moved"
    if evidence.created * 2 >= evidence.count:
        return "term_rolled_over" if evidence.kind in ("classroom", "enrollment") else "ids_changed"
    shrunk = evidence.rows_before > 0 and evidence.rows_now < evidence.rows_before * _SHRUNK
    if shrunk or evidence.received * 4 < evidence.base * 3:
        return "file_cut_short"
    return "real_leavers"


def _sentence(cause: str, group: str, evidence: _Evidence, place: str, percent: float) -> str:
    one, many = _PLURAL[evidence.kind]
    what = f"{evidence.count:,} {one if evidence.count == 1 else many}"
    share = f" ({percent:g} %)" if evidence.base else ""
    here = f"The data has {evidence.received:,} for it today; the directory has {evidence.base:,}."
    sizes = ""
    if evidence.rows_before:
        sizes = f" The file has {evidence.rows_now:,} rows today; last time it had {evidence.rows_before:,}."
    match cause:
        case "ambiguous_match":
            return (
                f"{what} of {place} may already be in the directory under another id. Nobody was guessed. Compare them; "
                "approve to make new records."
            )
        case "mass_update":
            return (
                f"The name or contact of {what} of {place}{share} would change in one run. Look at a few; approve if "
                "they are right."
            )
        case "depends":
            return f"{what} of {place} wait because a record they belong to waits. They are released with it."
        case "unreadable_rows":
            return (
                f"{what} would leave {place}{share}, but some rows could not be read and do not say whom they are about. "
                "Mend the rows and send the file again; approve only if these really left."
            )
        case "school_not_shared":
            return (
                f"{what} of {place}{share} would be suspended: the source does not share this school any more. Share it "
                "again, or approve if it is meant to stop."
            )
        case "students_moved":
            return (
                f"{what} would leave {place}{share}, and most of their students are still here, at another school. "
                "Approve if they moved."
            )
        case "settings_changed":
            return (
                f"{what} would leave {place}{share}. The source still has them; the settings leave them out now. Approve "
                "if that is meant."
            )
        case "ids_changed":
            return (
                f"{what} would leave {place}{share} while {evidence.created:,} new ones arrive. It looks as if the ids "
                "changed, not the people. Nothing was removed."
            )
        case "term_rolled_over":
            return (
                f"{what} would leave {place}{share} while {evidence.created:,} new ones arrive. It looks like a new term "
                "that began before its date. Approve if the old classes are over."
            )
        case "file_cut_short":
            return f"{what} would leave {place}{share}. {here}{sizes} It looks cut short. Nothing was removed."
        case _:
            return f"{what} would leave {place}{share}. {here} Approve if they really left."
