"""The directory, ready to be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from rollbook.reports.directory import SchoolLine
from rollbook.web.components.paging import Pager, pager
from rollbook.web.components.words import account_words, role_word
from rollbook.web.directory.facets import Chip, Facet, Field, Query, chips, fields, hidden

__all__ = [
    "Column",
    "ListPage",
    "SchoolsPage",
    "classroom_columns",
    "classroom_facets",
    "list_page",
    "schools_page",
    "staff_columns",
    "staff_facets",
    "student_columns",
    "student_facets",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolsPage:
    """The schools of a district."""

    slug: str
    schools: tuple[SchoolLine, ...]
    students: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column that can be chosen."""

    name: str
    word: str
    is_shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """One page of a list. ``name``: of the page, as in its address; ``shown``: the columns that the person wants to see;
    ``csv``: the query of all of them as a file; ``hidden``: the filter for a form beside it; ``may_act``: whether the
    person may change anything here."""

    slug: str
    name: str
    text: str
    fields: tuple[Field, ...]
    chips: tuple[Chip, ...]
    lines: Sequence[Any]
    pager: Pager
    csv: str
    hidden: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]
    shown: frozenset[str]
    may_act: bool
    is_empty_district: bool


def schools_page(slug: str, schools: Sequence[SchoolLine]) -> SchoolsPage:
    """``students``: places, so whoever is at two schools counts twice."""
    return SchoolsPage(slug=slug, schools=tuple(schools), students=sum(school.students for school in schools))


def list_page(
    slug: str,
    name: str,
    query: Query,
    facets: Sequence[Facet],
    found: Any,
    *,
    columns: dict[str, str],
    shown: Sequence[str],
    page: int,
    size: int,
    may_act: bool,
) -> ListPage:
    """One page of what fits ``query``; ``found`` has ``total`` and ``lines``."""
    return ListPage(
        slug=slug,
        name=name,
        text="".join(query.get("q", ())),
        fields=fields(query, [facet for facet in facets if len(facet.options) > 1]),
        chips=chips(query, facets),
        lines=found.lines,
        pager=pager(total=found.total, page=page, size=size, keep=query),
        csv="?" + urlencode(query, doseq=True) if query else "",
        hidden=hidden(query),
        columns=tuple(Column(name=key, word=word, is_shown=key in shown) for key, word in columns.items()),
        shown=frozenset(shown),
        may_act=may_act,
        is_empty_district=not found.total and not query,
    )


def student_columns() -> dict[str, str]:
    """Column → heading."""
    return {
        "number": _("Student number"),
        "state_id": _("State id"),
        "grade": _("Grade"),
        "schools": _("Schools"),
        "guardians": _("Guardians"),
        "reach": _("Reachable"),
        "email": _("E-mail address"),
        "origin": _("Origin"),
    }


def staff_columns() -> dict[str, str]:
    """Column → heading."""
    return {
        "roles": _("Roles"),
        "classes": _("Classrooms"),
        "contacts": _("Contacts"),
        "reach": _("Reachable"),
        "account": _("Account"),
        "origin": _("Origin"),
    }


def classroom_columns() -> dict[str, str]:
    """Column → heading."""
    return {
        "code": _("Code"),
        "school": _("School"),
        "teachers": _("Teachers"),
        "students": _("Students"),
        "origin": _("Origin"),
    }


def student_facets(
    schools: Sequence[tuple[int, str]], grades: Sequence[str], classroom: tuple[int, str] | None
) -> tuple[Facet, ...]:
    """``classroom``: the one that the address names, with its name; it has a chip, and no field."""
    options = [] if classroom is None else [(str(classroom[0]), classroom[1])]
    return (
        _schools(schools),
        Facet(name="classroom", label=_("Classroom"), options=options),
        Facet(
            name="grade",
            label=_("Grade"),
            options=[("", _("All grades")), *((grade, grade) for grade in grades)],
            chip=_("Grade %s"),
        ),
        Facet(
            name="status",
            label=_("State"),
            options=[
                ("", _("Active")),
                ("archived", _("Archived")),
                ("suspended", _("Suspended")),
                ("all", _("In any state")),
            ],
        ),
        _origin(),
        Facet(
            name="account",
            label=_("Guardian's account"),
            options=[("", _("In any state")), *account_words().items()],
            chip=_("Guardian: %s"),
        ),
        Facet(
            name="reach",
            label=_("Reachable"),
            options=[
                ("", _("Reachable or not")),
                ("yes", _("Reachable")),
                ("no", _("Guardians without contact")),
                ("nobody", _("Without guardian")),
            ],
        ),
    )


def staff_facets(schools: Sequence[tuple[int, str]], roles: Sequence[str]) -> tuple[Facet, ...]:
    """What staff can be narrowed by."""
    return (
        _schools(schools),
        Facet(
            name="role", label=_("Role"), options=[("", _("All roles")), *((role, role_word(role)) for role in roles)]
        ),
        Facet(
            name="status",
            label=_("State"),
            options=[("", _("Active")), ("ended", _("Roles ended")), ("all", _("In any state"))],
        ),
        _origin(),
        Facet(name="account", label=_("Account"), options=[("", _("In any state")), *account_words().items()]),
        Facet(
            name="reach",
            label=_("Reachable"),
            options=[("", _("Reachable or not")), ("yes", _("Reachable")), ("no", _("Without contact"))],
        ),
    )


def classroom_facets(schools: Sequence[tuple[int, str]]) -> tuple[Facet, ...]:
    """What classrooms can be narrowed by."""
    return (
        _schools(schools),
        Facet(
            name="status",
            label=_("State"),
            options=[
                ("", _("Active")),
                ("archived", _("Archived")),
                ("suspended", _("Suspended")),
                ("all", _("In any state")),
            ],
        ),
        _origin(),
        Facet(
            name="holds",
            label=_("Who is in it"),
            options=[("", _("Anybody")), ("nobody", _("No students")), ("teacherless", _("No teacher"))],
        ),
    )


def _schools(schools: Sequence[tuple[int, str]]) -> Facet:
    options = [("", _("All schools")), *((str(key), name) for key, name in schools)]
    return Facet(name="school", label=_("School"), options=options, many=True)


def _origin() -> Facet:
    options = [("", _("Synced and by hand")), ("yes", _("Synced")), ("no", _("By hand"))]
    return Facet(name="synced", label=_("Origin"), options=options)
