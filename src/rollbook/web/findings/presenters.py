"""Findings, ready to be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from rollbook.reports.findings import NO_SCHOOL, FindingsFound
from rollbook.web.components.paging import Pager, pager

__all__ = ["CodeRow", "FindingsPage", "GoneRow", "Line", "SchoolRow", "findings_page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRow:
    """One code. ``change``: beside the run before, in words; ``query`` leads to its lines."""

    code: str
    title: str
    severity: str
    rows: int
    change: str
    sentence: str
    what_to_do: str
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolRow:
    """One school that can mend some; ``query`` leads to them."""

    name: str
    rows: int
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneRow:
    """One code that has stopped by itself since the run before."""

    title: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One finding and its place."""

    school: str
    place: str
    sentence: str
    what_to_do: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsPage:
    """The page. ``school``, ``title``: what was chosen (blank: all); ``csv``: what leads to the same as a file; ``without``:
    the addresses without one choice."""

    slug: str
    run: int
    source: str
    school: str
    title: str
    without_school: str
    without_code: str
    csv: str
    codes: tuple[CodeRow, ...]
    schools: tuple[SchoolRow, ...]
    gone: tuple[GoneRow, ...]
    lines: tuple[Line, ...]
    pager: Pager


def findings_page(
    slug: str, run: int, source: str, found: FindingsFound, *, school: int | None, code: str, page: int, size: int
) -> FindingsPage:
    """The findings of one run."""
    names = {key: name or _("No school can be told") for key, (name, _rows) in found.schools.items()}
    chosen = "" if school is None else str(school)
    keep = {"school": chosen, "code": code}
    codes = tuple(_code(row, found.before, chosen, is_whole=school is None) for row in found.groups.to_dicts())
    return FindingsPage(
        slug=slug,
        run=run,
        source=source,
        school=""
        if school is None
        else names.get(school, _("No school can be told") if school == NO_SCHOOL else chosen),
        title=next((row.title for row in codes if row.code == code), code),
        without_school=_query(code=code),
        without_code=_query(school=chosen),
        csv=_query(**keep),
        codes=codes,
        schools=tuple(
            SchoolRow(name=names[key], rows=rows, query=_query(school=str(key), code=code))
            for key, (_name, rows) in found.schools.items()
        ),
        gone=tuple(GoneRow(title=title, rows=rows) for title, rows in found.gone.values()),
        lines=tuple(_line(row) for row in found.lines.to_dicts()),
        pager=pager(total=found.total, page=page, size=size, keep=keep),
    )


def _query(**values: str) -> str:
    return "?" + urlencode({name: value for name, value in values.items() if value})


def _code(row: Mapping[str, Any], before: Mapping[str, int], school: str, *, is_whole: bool) -> CodeRow:
    severity = {"fatal": _("fatal"), "error": _("error"), "warning": _("warning"), "notice": _("notice")}
    change = ""
    if is_whole and before and row["rows"] != before.get(row["code"], 0):
        was = before.get(row["code"], 0)
        change = _("before: %(rows)s") % {"rows": number_format(was, force_grouping=True)} if was else _("new")
    return CodeRow(
        code=row["code"],
        title=row["title"],
        severity=severity[row["severity"]],
        rows=row["rows"],
        change=change,
        sentence=row["sentence"],
        what_to_do=row["what_to_do"],
        query=_query(school=school, code=row["code"]),
    )


def _line(row: Mapping[str, Any]) -> Line:
    place = [row["file"] or "", str(row["line"]) if row["line"] else "", row["column"] or "", row["sourced_id"] or ""]
    return Line(
        school=row["school"] or "",
        place=" · ".join(part for part in place if part),
        sentence=row["sentence"],
        what_to_do=row["what_to_do"],
    )
