"""The directory, ready to be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from rollbook.reports.directory import SchoolLine, StudentFilter, StudentLine, StudentList
from rollbook.web.components.paging import Pager, pager

__all__ = ["Chip", "Choice", "SchoolsPage", "StudentsPage", "query_of", "schools_page", "students_page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One option of a filter."""

    value: str
    word: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """One filter that is on; ``without``: the address without it."""

    word: str
    without: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolsPage:
    """The schools of a district."""

    slug: str
    schools: tuple[SchoolLine, ...]
    students: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentsPage:
    """One page of students. ``csv``: the address of all of them as a file."""

    slug: str
    text: str
    schools: tuple[Choice, ...]
    grades: tuple[Choice, ...]
    states: tuple[Choice, ...]
    ways: tuple[Choice, ...]
    chips: tuple[Chip, ...]
    students: tuple[StudentLine, ...]
    pager: Pager
    csv: str
    is_empty_district: bool


def schools_page(slug: str, schools: Sequence[SchoolLine]) -> SchoolsPage:
    """``students``: places, so whoever is at two schools counts twice."""
    return SchoolsPage(slug=slug, schools=tuple(schools), students=sum(school.students for school in schools))


def query_of(wanted: StudentFilter) -> dict[str, str]:
    """The filter as the words of an address; what is as it is by itself is left out."""
    words = {
        "q": wanted.text,
        "school": str(wanted.school or ""),
        "grade": wanted.grade,
        "status": "" if wanted.status == "active" else wanted.status or "all",
        "synced": wanted.synced,
    }
    return {name: value for name, value in words.items() if value}


def students_page(
    slug: str,
    wanted: StudentFilter,
    found: StudentList,
    *,
    schools: Sequence[tuple[int, str]],
    grades: Sequence[str],
    page: int,
    size: int,
) -> StudentsPage:
    """One page of the students that fit ``wanted``."""
    query = query_of(wanted)
    return StudentsPage(
        slug=slug,
        text=wanted.text,
        schools=_choices(
            [("", _("All schools")), *((str(key), name) for key, name in schools)], query.get("school", "")
        ),
        grades=_choices([("", _("All grades")), *((grade, grade) for grade in grades)], wanted.grade),
        states=_choices(_states(), query.get("status", "")),
        ways=_choices(_ways(), wanted.synced),
        chips=_chips(query, dict(schools)),
        students=found.lines,
        pager=pager(total=found.total, page=page, size=size, keep=query),
        csv="?" + urlencode(query) if query else "",
        is_empty_district=not found.total and not query,
    )


def _states() -> list[tuple[str, str]]:
    return [("", _("Active")), ("archived", _("Archived")), ("all", _("Active and archived"))]


def _ways() -> list[tuple[str, str]]:
    return [("", _("Synced and by hand")), ("yes", _("Synced")), ("no", _("By hand"))]


def _choices(options: Sequence[tuple[str, str]], chosen: str) -> tuple[Choice, ...]:
    return tuple(Choice(value=value, word=word, is_chosen=value == chosen) for value, word in options)


def _chips(query: dict[str, str], schools: dict[int, str]) -> tuple[Chip, ...]:
    words = {
        "status": dict(_states()),
        "synced": dict(_ways()),
        "school": {str(key): name for key, name in schools.items()},
    }
    chips = []
    for name, value in query.items():
        word = words.get(name, {}).get(value, value)
        if name == "grade":
            word = _("Grade %(grade)s") % {"grade": value}
        rest = urlencode({other: kept for other, kept in query.items() if other != name})
        chips.append(Chip(word=f"“{word}”" if name == "q" else word, without=f"?{rest}"))
    return tuple(chips)
