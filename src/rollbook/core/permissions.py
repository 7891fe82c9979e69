"""Who may do what, where: roles, custom permissions and what each allows, as one table (T-1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Final

__all__ = [
    "DISTRICT_ROLES",
    "EVERYWHERE",
    "NEEDS",
    "NOWHERE",
    "PERMISSIONS",
    "PERSONAL_ROLES",
    "ROLES",
    "Act",
    "Grant",
    "Reach",
    "Scope",
    "scopes",
]


class Act(StrEnum):
    """What may be allowed."""

    LOOK = "look"
    """See how the district is synced: sources, settings, runs, plans, findings; and everybody in them."""
    DECIDE = "decide"
    """Apply, approve, undo, change sources and settings."""
    AUDIT = "audit"
    """Read the audit."""
    GRANT = "grant"
    """Say who has which permission."""
    PEOPLE = "people"
    """See students, families and staff, and how to reach them."""
    ROSTER = "roster"
    """Archive, restore, merge, put people into classrooms by hand."""
    ACCOUNTS = "accounts"
    """Change the account of a student, a guardian or a member of staff."""
    ANNOUNCE = "announce"
    """Write to everybody."""
    ENGAGEMENT = "engagement"
    """See who has read and answered what."""


class Reach(IntEnum):
    """How far a role reaches; a wider one includes the narrower."""

    SELF = 1
    CHILDREN = 2
    CLASSES = 3
    SCHOOL = 4
    DISTRICT = 5


def _table(reach: Reach, *acts: Act) -> Mapping[Act, Reach]:
    return MappingProxyType(dict.fromkeys(acts, reach))


ROLES: Final[Mapping[str, Mapping[Act, Reach]]] = MappingProxyType(
    {
        "district_admin": _table(Reach.DISTRICT, *Act),
        "district_staff": _table(Reach.DISTRICT, Act.LOOK, Act.PEOPLE),
        "school_admin": _table(Reach.SCHOOL, Act.PEOPLE, Act.ROSTER, Act.ACCOUNTS, Act.ANNOUNCE, Act.ENGAGEMENT),
        "teacher": _table(Reach.CLASSES, Act.PEOPLE, Act.ANNOUNCE),
        "guardian": _table(Reach.CHILDREN, Act.PEOPLE),
        "student": _table(Reach.SELF, Act.PEOPLE),
    }
)
"""role → act → how far. What is not here is not allowed."""

DISTRICT_ROLES: Final = ("district_admin", "district_staff")
"""Held in a district as a whole; an account has one of them at most."""
PERSONAL_ROLES: Final = frozenset({"teacher", "guardian", "student"})
"""Held by who one is in the directory: an account gets them when it is tied to that person, never by hand."""

PERMISSIONS: Final[Mapping[str, frozenset[Act]]] = MappingProxyType(
    {
        "family_access": frozenset({Act.PEOPLE}),
        "school_wide_communications": frozenset({Act.ANNOUNCE, Act.PEOPLE}),
        "permissions_admin": frozenset({Act.GRANT, Act.PEOPLE}),
        "rostering_administrator": frozenset({Act.ROSTER}),
        "users_manager": frozenset({Act.ACCOUNTS}),
        "engagement_visibility": frozenset({Act.ENGAGEMENT}),
    }
)
"""custom permission → what it allows, at one school or in the whole district."""

NEEDS: Final[Mapping[str, Act]] = MappingProxyType({"rostering_administrator": Act.PEOPLE})
"""custom permission → what one must be allowed at the same place for it to hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One thing that an account has. ``what``: a role or a custom permission; ``school``: None in the whole district;
    ``one``: who the account is in the directory (a person, or for the role student a student)."""

    what: str
    school: int | None = None
    one: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whom an act reaches: everybody in the district, or those of ``schools``, of the classes that ``teachers`` teach, the
    children of ``guardians``, and ``students`` themselves. Empty: nobody."""

    everywhere: bool = False
    schools: frozenset[int] = frozenset()
    teachers: frozenset[int] = frozenset()
    guardians: frozenset[int] = frozenset()
    students: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return self.everywhere or bool(self.schools or self.teachers or self.guardians or self.students)

    def __or__(self, other: Scope) -> Scope:
        return Scope(
            everywhere=self.everywhere or other.everywhere,
            schools=self.schools | other.schools,
            teachers=self.teachers | other.teachers,
            guardians=self.guardians | other.guardians,
            students=self.students | other.students,
        )

    def covers(self, school: int | None) -> bool:
        """Whether all of a school is reached (None: all of the district)."""
        return self.everywhere or (school is not None and school in self.schools)


NOWHERE: Final = Scope()
EVERYWHERE: Final = Scope(everywhere=True)


def scopes(grants: Iterable[Grant]) -> Mapping[Act, Scope]:
    """act → whom it reaches for an account that has ``grants``. What no table knows allows nothing."""
    held = list(grants)
    found: dict[Act, Scope] = {}
    for grant in held:
        for act, reach in ROLES.get(grant.what, {}).items():
            found[act] = found.get(act, NOWHERE) | _scope(grant, reach)
    own = [grant for grant in held if grant.what in PERMISSIONS]
    for grant in sorted(own, key=lambda grant: grant.what in NEEDS):  # what others need comes first
        needed = NEEDS.get(grant.what)
        if needed is not None and not found.get(needed, NOWHERE).covers(grant.school):
            continue
        place = EVERYWHERE if grant.school is None else Scope(schools=frozenset({grant.school}))
        for act in PERMISSIONS[grant.what]:
            found[act] = found.get(act, NOWHERE) | place
    return {act: scope for act, scope in found.items() if scope}


def _scope(grant: Grant, reach: Reach) -> Scope:
    one = frozenset({grant.one} if grant.one is not None else ())
    if reach is Reach.DISTRICT:
        return EVERYWHERE
    if reach is Reach.SCHOOL:
        return Scope(schools=frozenset({grant.school} if grant.school is not None else ()))
    if reach is Reach.CLASSES:
        return Scope(teachers=one)
    return Scope(guardians=one) if reach is Reach.CHILDREN else Scope(students=one)
