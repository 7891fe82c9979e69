"""OneRoster 1.1 JSON from the tables: one role and a list of orgs on every user (oneroster.md A.3)."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from rollbook.sandbox.server.json_text import Members, listed, quoted, referred, referred_list, wrapped

__all__ = ["COLLECTIONS", "Collection", "base_members", "members", "shape_members"]

Collection = tuple[str, str, str, pl.Expr | None]
"""(table, key of a list, key of a single object, which rows of the table)"""


def _of(column: str, *values: str) -> pl.Expr:
    return pl.col(column).is_in(list(values))


COLLECTIONS: dict[str, Collection] = {
    "academicSessions": ("academicSessions", "academicSessions", "academicSession", None),
    "terms": ("academicSessions", "academicSessions", "academicSession", _of("type", "term")),
    "gradingPeriods": ("academicSessions", "academicSessions", "academicSession", _of("type", "gradingPeriod")),
    "orgs": ("orgs", "orgs", "org", None),
    "schools": ("orgs", "orgs", "org", _of("type", "school")),
    "courses": ("courses", "courses", "course", None),
    "classes": ("classes", "classes", "class", None),
    "users": ("users", "users", "user", None),
    "students": ("users", "users", "user", _of("role", "student")),
    "teachers": ("users", "users", "user", _of("role", "teacher")),
    "enrollments": ("enrollments", "enrollments", "enrollment", None),
    "demographics": ("demographics", "demographics", "demographics", None),
}
"""Endpoint → what it serves; aliased collections reuse the base key (oneroster.md A.1)."""


def base_members() -> Members:
    """The three fields that every object has."""
    return {name: quoted(name) for name in ("sourcedId", "status", "dateLastModified")}


def members(table: str, base: str) -> Members:
    """The members of an object of the table, beside the base fields, in 1.1's shape. ``base``: root of the hrefs."""
    return {**base_members(), **shape_members(base)[table](), **(_user(base) if table == "users" else {})}


def shape_members(base: str) -> dict[str, Callable[[], Members]]:
    """Table → its members that 1.1 and 1.2 have in common."""

    def refer(column: str, path: str, kind: str) -> pl.Expr:
        return referred(column, base=base, path=path, kind=kind)

    def refer_all(column: str, path: str, kind: str) -> pl.Expr:
        return referred_list(column, base=base, path=path, kind=kind)

    def texts(*names: str) -> dict[str, pl.Expr]:
        return {name: quoted(name) for name in names}

    return {
        "academicSessions": lambda: {
            **texts("title", "type", "startDate", "endDate"),
            "parent": refer("parentSourcedId", "academicSessions", "academicSession"),
            "schoolYear": quoted("schoolYear"),
        },
        "orgs": lambda: {
            **texts("name", "type", "identifier"),
            "parent": refer("parentSourcedId", "orgs", "org"),
        },
        "courses": lambda: {
            **texts("title"),
            "schoolYear": refer("schoolYearSourcedId", "academicSessions", "academicSession"),
            **texts("courseCode"),
            "grades": listed("grades"),
            "org": refer("orgSourcedId", "orgs", "org"),
            "subjects": listed("subjects"),
            "subjectCodes": listed("subjectCodes"),
        },
        "classes": lambda: {
            **texts("title", "classCode", "classType", "location"),
            "grades": listed("grades"),
            "subjects": listed("subjects"),
            "course": refer("courseSourcedId", "courses", "course"),
            "school": refer("schoolSourcedId", "orgs", "org"),
            "terms": refer_all("termSourcedIds", "academicSessions", "academicSession"),
            "subjectCodes": listed("subjectCodes"),
            "periods": listed("periods"),
        },
        "users": lambda: {
            **texts("username", "enabledUser", "givenName", "familyName", "middleName"),
            "userIds": wrapped(
                "[", pl.col("userIds").str.replace_all(r"\{([^:}]*):([^}]*)\}", r'{"type":"$1","identifier":"$2"}'), "]"
            ),
            **texts("identifier", "email", "sms", "phone"),
            "agents": refer_all("agentSourcedIds", "users", "user"),
            "grades": listed("grades"),
        },
        "enrollments": lambda: {
            "user": refer("userSourcedId", "users", "user"),
            "class": refer("classSourcedId", "classes", "class"),
            "school": refer("schoolSourcedId", "orgs", "org"),
            **texts("role", "primary", "beginDate", "endDate"),
        },
        "demographics": lambda: texts("birthDate", "sex"),
    }


def _user(base: str) -> Members:
    return {
        "role": quoted("role"),
        "orgs": referred_list("orgSourcedIds", base=base, path="orgs", kind="org"),
    }
