"""Finding codes of single rows and cells: every matter in every family of rows it occurs in."""

from __future__ import annotations

from dataclasses import dataclass

from rollbook.core.findings import matters
from rollbook.core.findings.kind import FindingKind
from rollbook.core.findings.matter import Matter

__all__ = ["FAMILIES", "ROW_CODES", "Family", "code_of"]


@dataclass(frozen=True, slots=True)
class Family:
    """The rows of one frame: what they are called and where a clerk finds them in a student system."""

    frame: str
    noun: str
    place: str
    matters: tuple[Matter, ...]


_IDS = (matters.ID_BLANKS, matters.BLANK_WORD, matters.MORE_ALIKE)
_STATUS = (matters.STATUS_UNKNOWN, matters.STATUS_INACTIVE, matters.STATUS_UNLIKE, matters.STATUS_LEAVING)
_RECORD = (matters.SAME_TWICE, matters.DIFFERENT_TWICE, matters.ID_CHARACTERS, *_STATUS, *_IDS)
_TEXT = (matters.BLANKS, matters.COMPOSED, matters.WORD_FORM)
_DATES = (matters.DATE_FORM, matters.DATE_UNREADABLE, matters.DATES_REVERSED)
_BOOLEANS = (matters.BOOLEAN_FORM, matters.BOOLEAN_UNKNOWN)
_GRADES = (matters.GRADE_FORM, matters.GRADE_UNKNOWN)
_ROLES = (matters.ROLE_ALIAS, matters.ROLE_UNKNOWN)
_PHONES = (matters.PHONE_IMPOSSIBLE, matters.PHONE_DOUBTFUL, matters.PHONE_FORM, matters.PHONE_EXTENSION)
_NAMED = (matters.NO_ID, matters.TITLE_MISSING, *_RECORD, *_TEXT)

FAMILIES: dict[str, Family] = {
    "ORG": Family("orgs", "school or department", "the school's own record", (*_NAMED, matters.TYPE_UNKNOWN)),
    "SES": Family(
        "sessions",
        "academic session",
        "the calendar or term set-up",
        (*_NAMED, *_DATES, matters.TYPE_UNKNOWN, matters.SESSION_DATES, matters.YEAR_FORM),
    ),
    "CRS": Family("courses", "course", "the course catalogue", (*_NAMED, matters.CELL_BLANK)),
    "CLS": Family(
        "classes",
        "class",
        "the class (section) record",
        (*_NAMED, *_GRADES, matters.LIST_FORM, matters.TYPE_UNKNOWN, matters.VALUE_MISSING, matters.CELL_BLANK),
    ),
    "USR": Family(
        "users",
        "person",
        "the person's record",
        (
            *(matters.NO_ID, *_RECORD, *_TEXT, *_BOOLEANS, *_GRADES, *_ROLES),
            *(matters.LIST_FORM, matters.VALUE_MISSING, matters.NO_ROLE, matters.NO_ORG, matters.GRADE_LIST),
            *(matters.EMAIL_INVALID, *_PHONES, matters.USER_IDS_UNREADABLE, matters.CELL_BLANK),
        ),
    ),
    "ROL": Family(
        "roles",
        "role",
        "the person's role or assignment at the school",
        (
            *_RECORD,
            *_TEXT,
            *_DATES,
            *_ROLES,
            matters.TYPE_UNKNOWN,
            matters.VALUE_MISSING,
            matters.NO_ORG,
            matters.ROLE_GENERIC,
        ),
    ),
    "AGT": Family("agents", "guardian entry", "the student's contacts", (matters.LIST_FORM, matters.SELF_AGENT)),
    "ENR": Family(
        "enrollments",
        "enrollment",
        "the class roster or the student's schedule",
        (
            *(*_RECORD, *_TEXT, *_DATES, *_BOOLEANS, matters.ROLE_ALIAS),
            *(
                matters.VALUE_MISSING,
                matters.ENROLLMENT_ROLE_UNKNOWN,
                matters.ROLE_IN_CLASS,
                matters.PRIMARY_STUDENT,
                matters.PRIMARY_TWO,
            ),
        ),
    ),
    "DEM": Family(
        "demographics",
        "demographics row",
        "the person's demographics",
        (matters.NO_ID, *_RECORD, *_TEXT, matters.DATE_FORM, matters.DATE_UNREADABLE),
    ),
}
"""Family → its frame, its words and the matters that occur in it."""


def _kind(name: str, family: Family, matter: Matter) -> FindingKind:
    def own(words: str) -> str:
        words = words.replace("<noun>", family.noun).replace("<Noun>", family.noun.capitalize())
        return words.replace("<place>", f"{family.place} in the student system")

    return FindingKind(
        code=f"{name}-{matter.number:03}",
        severity=matter.severity,
        title=f"{matter.title} ({family.frame})",
        sentence=own(matter.sentence),
        remedy=own(matter.remedy),
    )


_KINDS: dict[tuple[str, Matter], FindingKind] = {
    (name, matter): _kind(name, family, matter)
    for name, family in FAMILIES.items()
    for matter in sorted(set(family.matters), key=lambda matter: matter.number)
}

ROW_CODES: tuple[FindingKind, ...] = tuple(_KINDS.values())
"""Every matter of every family."""


def code_of(family: str, matter: Matter) -> str:
    """The code of a matter in a family; ``KeyError`` when the family does not declare the matter."""
    return _KINDS[family, matter].code
