"""Roles: OneRoster's words for what somebody is at a school or in a class."""

from __future__ import annotations

import polars as pl

from rollbook.core.clean.repaired import Repaired
from rollbook.core.clean.words import Reading, fold, read_words
from rollbook.core.findings.matters import ENROLLMENT_ROLE_UNKNOWN, ROLE_ALIAS, ROLE_UNKNOWN, WORD_FORM, Matter
from rollbook.core.roster import GUARDIAN_ROLES, STAFF_ROLES, STUDENT_ROLE

__all__ = ["ROLES", "clean_enrollment_roles", "clean_roles"]

ROLES = (STUDENT_ROLE, *GUARDIAN_ROLES, *STAFF_ROLES)

_KNOWN = {fold(role): role for role in ROLES}
_ALIASES = {
    **dict.fromkeys(("students", "pupil", "learner"), "student"),
    **dict.fromkeys(("coteacher", "leadteacher", "teacherofrecord", "primaryteacher", "instructor"), "teacher"),
    **dict.fromkeys(("teachers", "faculty", "substitute", "substituteteacher"), "teacher"),
    **dict.fromkeys(("teacheraide", "teachersaide", "teacherassistant", "teachersassistant"), "aide"),
    **dict.fromkeys(("paraprofessional", "para", "paraeducator", "instructionalaide"), "aide"),
    **dict.fromkeys(("admin", "administration"), "administrator"),
    **dict.fromkeys(("districtadmin",), "districtAdministrator"),
    **dict.fromkeys(("schooladmin", "schooladministrator", "siteadmin"), "siteAdministrator"),
    **dict.fromkeys(("systemadmin", "sysadmin"), "systemAdministrator"),
    **dict.fromkeys(("assistantprincipal", "viceprincipal"), "principal"),
    **dict.fromkeys(("schoolcounselor", "guidancecounselor", "counsellor"), "counselor"),
    **dict.fromkeys(("mother", "father", "parents", "stepparent"), "parent"),
    **dict.fromkeys(("legalguardian", "guardians"), "guardian"),
    **dict.fromkeys(("relatives", "grandparent", "grandmother", "grandfather", "sibling"), "relative"),
}
_NEAREST = ("student", "teacher", "counselor", "principal", "proctor", "aide", "parent", "guardian", "relative")
"""Words looked for inside an ``ext:`` token, in this order: a studentTeacher is both, and therefore nobody known."""


def clean_roles(column: pl.Series) -> Repaired:
    """Roles of a person at an org; null where blank or unknown (the role is dropped)."""
    return _clean(column, ROLE_UNKNOWN)


def clean_enrollment_roles(column: pl.Series) -> Repaired:
    """Roles in a class; an unknown one is an error of its row."""
    return _clean(column, ENROLLMENT_ROLE_UNKNOWN)


def _clean(column: pl.Series, unknown: Matter) -> Repaired:
    def read(word: str) -> Reading:
        folded = fold(word)
        if folded in _KNOWN:
            return Reading(_KNOWN[folded], (WORD_FORM,))
        if folded in _ALIASES:
            return Reading(_ALIASES[folded], (ROLE_ALIAS,))
        if word.casefold().startswith("ext:"):
            nearest = _nearest(fold(word[len("ext:") :]))
            if nearest:
                return Reading(nearest, (ROLE_ALIAS,))
        return Reading(None, (unknown,))

    return read_words(column, ROLES, read)


def _nearest(folded: str) -> str | None:
    """The role that an extension means: a known word or alias, or the only role whose name it contains."""
    if folded in _KNOWN or folded in _ALIASES:
        return _KNOWN.get(folded) or _ALIASES[folded]
    inside = [role for role in _NEAREST if role in folded]
    return inside[0] if len(inside) == 1 else None
