"""Which columns Rollbook uses (S-4: all others are dropped before they are stored), and which it cannot lack."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from rollbook.connectors.oneroster.spec import VERSIONS
from rollbook.core.policy import Policy

__all__ = ["ESSENTIAL_FILES", "USED", "needed_columns", "used_columns", "used_files"]

ESSENTIAL_FILES = ("orgs", "users", "classes", "enrollments")
"""Without one of these nothing can be said about who left."""

_BASE = ("sourcedId", "status")

USED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "academicSessions": (*_BASE, "title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"),
        "orgs": (*_BASE, "name", "type", "identifier", "parentSourcedId"),
        "courses": (*_BASE, "title", "courseCode", "orgSourcedId"),
        "classes": (
            *_BASE,
            "title",
            "grades",
            "courseSourcedId",
            "classCode",
            "classType",
            "location",
            "schoolSourcedId",
            "termSourcedIds",
            "subjects",
            "periods",
        ),
        "users": (
            *_BASE,
            "enabledUser",
            "orgSourcedIds",
            "role",
            "username",
            "userIds",
            "givenName",
            "familyName",
            "middleName",
            "identifier",
            "email",
            "sms",
            "phone",
            "agentSourcedIds",
            "grades",
            "userMasterIdentifier",
            "preferredGivenName",
            "preferredFamilyName",
        ),
        "roles": (*_BASE, "userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId"),
        "enrollments": (
            *_BASE,
            "classSourcedId",
            "schoolSourcedId",
            "userSourcedId",
            "role",
            "primary",
            "beginDate",
            "endDate",
        ),
        "demographics": (*_BASE, "birthDate"),
    }
)
"""File → the columns that may reach a frame. Never a password; of demographics the birth date alone."""

_NEEDED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "academicSessions": ("sourcedId", "startDate", "endDate"),
        "orgs": ("sourcedId", "name"),
        "courses": ("sourcedId",),
        "classes": ("sourcedId", "schoolSourcedId"),
        "users": ("sourcedId", "givenName", "familyName"),
        "roles": ("userSourcedId", "role", "orgSourcedId"),
        "enrollments": ("classSourcedId", "userSourcedId", "role"),
        "demographics": ("sourcedId", "birthDate"),
    }
)


def used_files(version: str, policy: Policy) -> tuple[str, ...]:
    """The files that are opened, in the order in which they are read."""
    assert version in VERSIONS
    files = ["academicSessions", "orgs", "courses", "classes", "users"]
    if version == "1.2":
        files.append("roles")
    files.append("enrollments")
    if policy.keep_birth_dates:
        files.append("demographics")
    return tuple(files)


def used_columns(name: str, policy: Policy) -> frozenset[str]:
    """The columns of the file ``name`` that may reach a frame under ``policy``."""
    custody = (policy.custody_column,) if name == "users" and policy.custody_column else ()
    return frozenset((*USED[name], *custody))


def needed_columns(name: str, version: str) -> tuple[str, ...]:
    """What lenient reading cannot do without: in 1.1 nobody would be in any school without role and orgSourcedIds."""
    if name == "users" and version == "1.1":
        return (*_NEEDED[name], "role", "orgSourcedIds")
    return _NEEDED[name]
