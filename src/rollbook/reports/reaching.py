"""How people are reached: their contacts, and the word for whether there is a way."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Q

from rollbook.store.models import ContactMethod, District

__all__ = ["Contact", "contact_words", "contacts", "has_contact", "human"]

USABLE = ("email", "mobile")
"""What mails and messages go to; a home phone is kept, and never written to."""
_CONTACT = 6
"""A word with so many signs may be a contact's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One way to reach a person, and who may change it. ``delivery``: unknown, ok or bad."""

    kind: str
    value: str
    owner: str
    verified: bool
    delivery: str


def contacts(district: District, people: Collection[int]) -> Mapping[int, list[Contact]]:
    """person → the ways to reach them, e-mail first. One query."""
    found: dict[int, list[Contact]] = {}
    rows = ContactMethod.objects.filter(district=district, person__in=people).order_by("kind", "owner")
    for row in rows:
        contact = Contact(
            kind=row.kind, value=row.value, owner=row.owner, verified=row.verified, delivery=row.delivery_state
        )
        found.setdefault(row.person_id, []).append(contact)
    return found


def has_contact(ways: Collection[Contact]) -> bool:
    """Whether a mail or a message can be sent to somebody with these contacts, as far as is known."""
    return any(way.kind in USABLE and way.delivery != "bad" for way in ways)


def contact_words(word: str) -> Q | None:
    """What finds the contact method that ``word`` may be: an address or a phone, however it is written. None when it is
    too short for one."""
    if len(word) < _CONTACT:
        return None
    digits = "".join(sign for sign in word if sign.isdigit())
    values = {word.casefold(), word, *({f"+1{digits}", f"+{digits}"} if len(digits) >= _CONTACT else set())}
    return Q(kind__in=(*USABLE, "home_phone"), value__in=values)


def human(first: str | None, second: str | None, between: str = " ") -> str:
    """Two names as one, whichever there is."""
    return between.join(filter(None, (first, second)))
