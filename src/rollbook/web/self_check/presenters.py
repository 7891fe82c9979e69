"""The checks of a source, ready to be shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from rollbook.reports.examinations import CheckRow, Examined
from rollbook.web.components.paging import Pager
from rollbook.web.self_check.words import remedy, sentence, title

__all__ = ["CheckLine", "CheckPage", "CheckRowsPage", "RowLine", "check_page", "row_lines"]

_SIGNS = {"pass": ("✓", "good"), "warn": ("!", "wait"), "fail": ("✕", "bad")}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """One check. ``level``: pass, warn or fail; ``repair``: where it is put right, in the words of ``repair_words``;
    ``rows``: how many rows are behind it, ``address``: where they are."""

    key: str
    level: str
    sign: str
    level_word: str
    title: str
    sentence: str
    remedy: str
    repair: str
    repair_words: str
    rows: int
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPage:
    """The self-check of a source. Never made: ``at`` and ``asked_at`` None. ``read_at``: when what it looks at was read."""

    slug: str
    number: int
    source: str
    is_open: bool
    asked_at: dt.datetime | None
    at: dt.datetime | None
    read_at: dt.datetime | None
    problem: str
    open: tuple[CheckLine, ...]
    passed: tuple[CheckLine, ...]
    fails: int
    warns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLine:
    """One row behind a check; ``address``: its page, for one of the directory."""

    kind: str
    sourced_id: str
    name: str
    school: str
    detail: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRowsPage:
    """The rows behind one check."""

    slug: str
    number: int
    key: str
    sentence: str
    remedy: str
    rows: tuple[RowLine, ...]
    pager: Pager


def check_page(slug: str, number: int, source: str, examined: Examined | None) -> CheckPage:
    """The page; of a source that was never checked, an invitation."""
    result: Mapping[str, Any] = examined.result if examined else {}
    problem = (examined.problem or str(result.get("problem", ""))) if examined else ""
    lines = [_line(slug, number, check, problem) for check in result.get("checks", [])]
    read_at = str(result.get("read_at", ""))
    return CheckPage(
        slug=slug,
        number=number,
        source=source,
        is_open=examined is not None and examined.ended_at is None,
        asked_at=examined.asked_at if examined else None,
        at=examined.ended_at if examined else None,
        read_at=dt.datetime.fromisoformat(read_at) if read_at else None,
        problem=problem if not lines else "",
        open=tuple(sorted((line for line in lines if line.level != "pass"), key=lambda line: line.level != "fail")),
        passed=tuple(line for line in lines if line.level == "pass"),
        fails=sum(line.level == "fail" for line in lines),
        warns=sum(line.level == "warn" for line in lines),
    )


def row_lines(slug: str, rows: Sequence[CheckRow]) -> tuple[RowLine, ...]:
    """The rows, each with its page where it has one."""
    return tuple(
        RowLine(
            kind=row.kind,
            sourced_id=row.sourced_id,
            name=row.name,
            school=row.school,
            detail=row.detail,
            address=reverse("student", args=[slug, row.object_id]) if row.object_id and row.kind == "student" else "",
        )
        for row in rows
    )


def _line(slug: str, number: int, check: Mapping[str, Any], problem: str) -> CheckLine:
    key, level = check["key"], check["level"]
    words = {"pass": _("in order"), "warn": _("look at it"), "fail": _("must be mended")}
    repair, repair_words = _repair(slug, number, key, check["rows"])
    told = problem if key == "connection" else sentence(key, check["number"], check["of"], check["more"])
    return CheckLine(
        key=key,
        level=level,
        sign=_SIGNS[level][0],
        level_word=words[level],
        title=title(key),
        sentence=told if level != "pass" or check["number"] else "",
        remedy=remedy(key),
        repair=repair,
        repair_words=repair_words,
        rows=check["rows"],
        address=reverse("check-rows", args=[slug, number, key]) if check["rows"] else "",
    )


_SETTINGS = (
    "custody",
    "custody_unset",
    "classes_without_teachers",
    "sessions_not_running",
    "guardians_two_sources",
    "classes_beyond_need",
)
_SHARING = ("connection", "source_state", "administrators", "sensitive", "repaired")
_STEPS = {
    "schools_matched": 3,
    "schools_near": 3,
    "schools_unfed": 3,
    "schools_gone": 3,
    "schools_idle": 3,
    "classrooms_twice": 4,
    "thresholds": 7,
}


def _repair(slug: str, number: int, key: str, rows: int) -> tuple[str, str]:
    if key in _STEPS:
        page = {3: "match-schools", 4: "match-classrooms", 7: "launch"}[_STEPS[key]]
        words = {3: _("Match schools"), 4: _("Existing classrooms"), 7: _("Enable and launch")}[_STEPS[key]]
        return reverse(page, args=[slug, number]), words
    if key in _SETTINGS:
        return reverse("settings", args=[slug, number]), _("Sync settings")
    if key == "students_unknown":
        return f"{reverse('students', args=[slug])}?synced=no", _("Look at them in the directory")
    if key in _SHARING or not rows:
        return reverse("source", args=[slug, number]), _("Look at the connection")
    return reverse("check-rows", args=[slug, number, key]), _("See them")
