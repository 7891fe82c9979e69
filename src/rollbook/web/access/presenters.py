"""Who may do what, ready to be shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext as _

from rollbook.core.permissions import PERSONAL_ROLES, Scope
from rollbook.services.granting import GRANTABLE, Held
from rollbook.web.components.choices import Choice

__all__ = ["AccessPage", "Effect", "HeldRow", "PersonRow", "Typed", "access_page", "words"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The form as it was sent, and why it could not be done."""

    email: str = ""
    what: str = ""
    school: str = ""
    refusal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRow:
    """One permission of one person. ``place``: the school, or the whole district; ``is_mine``: whether the one who looks
    may take it away."""

    what: str
    word: str
    place: str
    school: str
    allows: str
    works: bool
    since: dt.datetime
    by: str
    is_mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """One account with all it has."""

    email: str
    is_active: bool
    last_sign_in: dt.datetime | None
    held: tuple[HeldRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What one can grant, and what it allows."""

    choice: Choice
    allows: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPage:
    """``undo``: what was revoked a moment ago, to be given back; ``total``: permissions, of all people."""

    slug: str
    people: tuple[PersonRow, ...]
    total: int
    effects: tuple[Effect, ...]
    schools: tuple[Choice, ...]
    typed: Typed
    undo: Typed | None
    undo_words: str


def access_page(
    slug: str,
    lines: Sequence[Held],
    *,
    schools: Sequence[tuple[int, str]],
    within: Scope,
    is_admin: bool,
    me: str,
    typed: Typed,
    undo: Typed | None,
) -> AccessPage:
    """Everybody with what they have; of a permissions admin of some schools, only what is held there."""
    names, allowed = words(), effects()
    shown = [line for line in lines if within.everywhere or within.covers(line.school)]
    offered = [what for what in GRANTABLE if is_admin or what not in ("district_admin", "district_staff")]
    places = {str(key): name for key, name in schools}
    people = tuple(
        PersonRow(
            email=email,
            is_active=held[0].is_active,
            last_sign_in=held[0].last_sign_in,
            held=tuple(
                HeldRow(
                    what=line.what,
                    word=names.get(line.what, line.what),
                    place=line.school_name or _("whole district"),
                    school=str(line.school or ""),
                    allows=allowed.get(line.what, ""),
                    works=line.works,
                    since=line.granted_at,
                    by=line.granted_by,
                    is_mine=line.what not in PERSONAL_ROLES and (is_admin or (line.what in offered and email != me)),
                )
                for line in held
            ),
        )
        for email, group in groupby(shown, key=lambda line: line.email)
        if (held := list(group))
    )
    first = [("", _("Whole district"))] if within.everywhere else []
    return AccessPage(
        slug=slug,
        people=people,
        total=len(shown),
        effects=tuple(
            Effect(
                choice=Choice(value=what, word=names[what], is_chosen=what == typed.what), allows=allowed.get(what, "")
            )
            for what in offered
        ),
        schools=tuple(
            Choice(value=value, word=word, is_chosen=value == typed.school)
            for value, word in [*first, *((key, name) for key, name in places.items() if within.covers(int(key)))]
        ),
        typed=typed,
        undo=undo,
        undo_words=_undo_words(undo, names, places) if undo else "",
    )


def words() -> Mapping[str, str]:
    """role or permission → how people say it."""
    return {
        "district_admin": _("District administrator"),
        "district_staff": _("District staff"),
        "school_admin": _("School administrator"),
        "teacher": _("Teacher"),
        "guardian": _("Guardian"),
        "student": _("Student"),
        "family_access": _("Family access"),
        "school_wide_communications": _("School-wide communications"),
        "permissions_admin": _("Permissions admin"),
        "rostering_administrator": _("Rostering administrator"),
        "users_manager": _("Users manager"),
        "engagement_visibility": _("Engagement visibility"),
    }


def effects() -> Mapping[str, str]:
    """role or permission → exactly what it allows."""
    return {
        "district_admin": _("Everything in the district: settings, runs, people, permissions, audit."),
        "district_staff": _("See everything: sources, runs, people. Change nothing."),
        "school_admin": _("See and archive the people and classrooms of one school. Nothing of other schools."),
        "teacher": _("See the students and families of their own classes."),
        "guardian": _("See their own children."),
        "student": _("See themselves."),
        "family_access": _("See students, families and staff, and how to reach them."),
        "school_wide_communications": _("Write to everybody; brings family access."),
        "permissions_admin": _("Give and take these permissions; brings family access."),
        "rostering_administrator": _(
            "Archive, restore and merge people, and place them in classrooms; needs family access."
        ),
        "users_manager": _("Change the accounts of students, guardians and staff."),
        "engagement_visibility": _("See who has read and answered what."),
    }


def _undo_words(undo: Typed, names: Mapping[str, str], places: Mapping[str, str]) -> str:
    place = places.get(undo.school) or _("whole district")
    return _("%(what)s (%(place)s) was taken from %(email)s.") % {
        "what": names.get(undo.what, undo.what),
        "place": place,
        "email": undo.email,
    }
