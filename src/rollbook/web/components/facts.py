"""Fields of an object with where each comes from, since when, and who decides it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from rollbook.services.provenance import Origin
from rollbook.web.districts.presenters import KINDS

__all__ = ["Fact", "facts", "field_words"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One field. ``source``: what kind of source set it, or who wrote it by hand; ``is_synced``: a source did; ``at``: since
    when; ``run``: by which run; ``owner``: who decides it, in a sentence."""

    name: str
    value: str
    source: str
    is_synced: bool
    at: dt.datetime | None
    run: int | None
    owner: str


def facts(values: Mapping[str, str], origins: Mapping[str, Origin]) -> tuple[Fact, ...]:
    """The fields that have a value, with their origin."""
    words, shown = field_words(), []
    owners = {
        "source": _("The source decides it."),
        "school": _("The school decides it."),
        "person": _("The person decides it."),
    }
    for name, value in values.items():
        origin = origins[name]
        shown.append(
            Fact(
                name=words.get(name, name.replace("_", " ")),
                value=value,
                source=KINDS.get(origin.kind, origin.kind)
                or (_("by hand: %(by)s") % {"by": origin.by} if origin.by else _("by hand")),
                is_synced=bool(origin.source),
                at=origin.at,
                run=origin.run,
                owner=owners[origin.owner],
            )
        )
    return tuple(shown)


def field_words() -> dict[str, str]:
    """Column → its name as people say it."""
    return {
        "given_name": _("First name"),
        "middle_name": _("Middle name"),
        "family_name": _("Last name"),
        "preferred_given_name": _("Preferred first name"),
        "preferred_family_name": _("Preferred last name"),
        "student_number": _("Student number"),
        "state_id": _("State id"),
        "grade": _("Grade"),
        "email": _("E-mail address"),
        "birth_on": _("Birth date"),
        "home_language": _("Home language"),
        "language": _("Language"),
        "name": _("Name"),
        "code": _("Code"),
        "class_type": _("Kind of class"),
        "grades": _("Grades"),
        "subject": _("Subject"),
        "location": _("Room"),
        "periods": _("Periods"),
        "starts_on": _("Begins"),
        "ends_on": _("Ends"),
        "school_number": _("School number"),
        "nces_id": _("NCES id"),
    }
