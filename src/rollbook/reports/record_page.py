"""The people behind a number of a run: one page of records, each with what changes field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from rollbook.core.entities import KINDS, REMOVALS
from rollbook.core.errors import NotFound
from rollbook.core.explain import REASONS
from rollbook.core.plan import Plan
from rollbook.engine.arrow import Reader, reading
from rollbook.reports.consequences import CONSEQUENCES, consequences
from rollbook.reports.fields import field_lines
from rollbook.reports.names import names, school_names
from rollbook.reports.records import LINE_SCHEMA, acted, lines, released
from rollbook.reports.run_report import plan_of
from rollbook.store.models import SyncRun

__all__ = ["DISTRICT", "WHAT", "FieldChange", "RecordLine", "RecordPage", "record_page", "record_sheet"]

DISTRICT = 0
"""Stands for "counted at no school" where a school's id is asked for."""

WHAT: Mapping[str, tuple[str, ...]] = {
    "added": ("create", "restore"),
    "changed": ("update",),
    "removed": REMOVALS,
}
"""What a mark counts, by action; ``held`` is everything that waits, whatever it would do."""

_NEW = {"student": "student", "guardian": "person", "staff": "person", "classroom": "classroom", "school": "school"}
_NOT_SAID = frozenset({"ref", "hold", "status", "kind", "given_name", "family_name", "name", "account_state"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field; ``old`` is blank for something new, ``new`` for something that goes."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLine:
    """One record. ``object_id``: in the directory, None for what is to be made. ``result``: as in ``LINE_SCHEMA``."""

    kind: str
    object_id: int | None
    sis_id: str
    name: str
    school: str
    action: str
    result: str
    reason: str
    waits: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """``total``: how many there are; ``lines``: those of this page. ``schools``: id → name of all schools of the plan."""

    total: int
    lines: tuple[RecordLine, ...]
    schools: Mapping[int, str]


def record_page(
    run: SyncRun,
    *,
    kind: str,
    school: int | None,
    what: str = "",
    text: str = "",
    approve: Sequence[str] = (),
    offset: int = 0,
    limit: int = 50,
) -> RecordPage:
    """Records of ``kind`` (blank: of all), by kind and name: at ``school`` (``DISTRICT``: at none; None: all), with ``what``
    (a key of ``WHAT``, ``held``, one of ``CONSEQUENCES``, or blank for all), whose name or SIS id contains ``text``; as
    if the holds in ``approve`` were released, too. Raises NotFound for what is not known."""
    _check(kind, what)
    with reading() as reader:
        plan = released(run, plan_of(run, reader), approve)
        chosen = _chosen(run, plan, reader, acted(run, plan), school, what)
        district_id = run.district_id
        places = school_names(reader, district_id).select("id", "name")
        parts = []
        for one in [kind] if kind else KINDS:
            rows = chosen.filter(pl.col("kind") == one)
            if rows.height or kind:
                named = names(plan, one, rows["ref"], reader=reader, district_id=district_id)
                found = rows.join(named, on="ref", how="left", maintain_order="left").filter(_has(text))
                parts.append(found.sort("name", "sis_id", "ref", nulls_last=True))
        rows = pl.concat(parts) if parts else chosen.with_columns(name=pl.lit(""), sis_id=pl.lit("")).clear()
        page = rows.slice(offset, limit).join(
            places.rename({"id": "school_id", "name": "school"}), on="school_id", how="left", maintain_order="left"
        )
        fields = {
            (one, ref): changes
            for (one,), part in page.group_by("kind")
            for ref, changes in _fields(plan, str(one), part["ref"], reader, run, places).items()
        }
    waits = dict(plan.holds.select("hold", "sentence").iter_rows())
    return RecordPage(
        total=rows.height,
        lines=tuple(_line(row, fields.get((row["kind"], row["ref"]), ()), waits) for row in page.to_dicts()),
        schools=dict(places.filter(pl.col("id").is_in(plan.records["school_id"].implode())).sort("name").iter_rows()),
    )


def record_sheet(
    run: SyncRun, *, kind: str, school: int | None, what: str = "", text: str = "", approve: Sequence[str] = ()
) -> pl.DataFrame:
    """``LINE_SCHEMA`` of all records that ``record_page`` has pages of."""
    _check(kind, what)
    with reading() as reader:
        plan = released(run, plan_of(run, reader), approve)
        parts = lines(
            run,
            plan,
            reader,
            kinds=(kind,) if kind else KINDS,
            chosen=lambda records: _chosen(run, plan, reader, records, school, what),
        )
        return pl.concat([pl.DataFrame(schema=LINE_SCHEMA), *(frame.filter(_has(text)) for _kind, frame in parts)])


def _check(kind: str, what: str) -> None:
    if kind not in ("", *KINDS) or what not in ("", "held", *WHAT, *CONSEQUENCES):
        raise NotFound("There is no such list.", hint="Go back to the numbers of the run.")


def _has(text: str) -> pl.Expr:
    wanted = text.lower()
    return pl.any_horizontal(
        pl.col(name).str.to_lowercase().str.contains(wanted, literal=True).fill_null(value=not wanted)
        for name in ("name", "sis_id")
    )


def _chosen(
    run: SyncRun, plan: Plan, reader: Reader, records: pl.DataFrame, school: int | None, what: str
) -> pl.DataFrame:
    held = pl.col("result") == "held"
    rows = records.with_columns(pl.col("kind", "action", "reason").cast(pl.String))
    if school is not None:
        rows = rows.filter(pl.col("school_id").is_null() if school == DISTRICT else pl.col("school_id") == school)
    if what == "held":
        return rows.filter(held)
    if what in CONSEQUENCES:
        return rows.join(consequences(run, plan, reader)[what], on=("kind", "ref"), how="semi", maintain_order="left")
    return rows.filter(pl.col("action").is_in(list(WHAT[what])) & ~held) if what else rows


def _fields(
    plan: Plan, kind: str, refs: pl.Series, reader: Reader, run: SyncRun, places: pl.DataFrame
) -> dict[int, tuple[FieldChange, ...]]:
    """ref → what changes; for what is new, its values."""
    few = replace(plan, edits=plan.edits.filter(pl.col("record_id").is_in(refs.implode())))
    lines = field_lines(few, kind, reader=reader, district_id=run.district_id, run_id=run.pk, schools=places)
    found: dict[int, list[FieldChange]] = {}
    for ref, field, old, new in lines.select("ref", "field", "old", "new").iter_rows():
        found.setdefault(ref, []).append(FieldChange(field=_word(field), old=old or "", new=new or ""))
    made = plan.inserts.get(_NEW.get(kind, ""))
    if made is not None:
        for row in made.filter(pl.col("ref").is_in(refs.implode())).to_dicts():
            found[row["ref"]] = [
                FieldChange(field=_word(name), old="", new=_text(value))
                for name, value in row.items()
                if value not in (None, "", []) and name not in _NOT_SAID and not name.endswith(("_id", "_ids"))
            ]
    return {ref: tuple(changes) for ref, changes in found.items()}


def _word(column: str) -> str:
    return column.removesuffix("_on").replace("_", " ")


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _line(row: Mapping[str, object], fields: tuple[FieldChange, ...], waits: Mapping[str, str]) -> RecordLine:
    ref, reason = row["ref"], str(row["reason"])
    return RecordLine(
        kind=str(row["kind"]),
        object_id=ref if isinstance(ref, int) and ref > 0 else None,
        sis_id=str(row["sis_id"] or ""),
        name=str(row["name"] or ""),
        school=str(row["school"] or ""),
        action=str(row["action"]),
        result=str(row["result"]),
        reason=REASONS.get(reason, reason),
        waits=waits.get(str(row["hold"]), "") if row["result"] == "held" else "",
        fields=fields,
    )
