"""Sources of a district, ready to be shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from rollbook.services.removing import Leaving
from rollbook.services.source_form import FormField
from rollbook.services.uploads import Received
from rollbook.web.connections.forms import Group
from rollbook.web.connections.receipts import Receipt
from rollbook.web.connections.ways import Way
from rollbook.web.connections.words import label

__all__ = ["ChoosePage", "Fact", "FormPage", "RemovePage", "SourcePage", "Upload", "facts_of", "upload_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoosePage:
    """The ways to choose from."""

    slug: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPage:
    """The form of a new source (``number`` None) or of one that is there. ``vendor``: what is done in the vendor's console.
    ``lost_secrets``: secrets were typed and have to be typed again."""

    slug: str
    number: int | None
    way: Way
    name: str
    name_refusal: str
    groups: tuple[Group, ...]
    refusal: str
    vendor: tuple[str, ...]
    lost_secrets: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One setting as it is."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What was handed over last; ``files`` empty when nothing was."""

    files: tuple[str, ...]
    size: str
    at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePage:
    """One source. ``upload``: for one whose files are handed over; ``refusal``: why the files just sent were not taken."""

    slug: str
    number: int
    kind: str
    facts: tuple[Fact, ...]
    upload: Upload | None
    refusal: str
    receipt: Receipt | None
    vendor: tuple[str, ...]

    @property
    def is_waiting(self) -> bool:
        """Whether a test is under way."""
        return self.receipt is not None and self.receipt.is_open


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovePage:
    """What goes with a source."""

    slug: str
    number: int
    name: str
    leaving: Leaving


def facts_of(
    fields: Sequence[FormField], values: Mapping[str, str], kept: frozenset[str], *, is_upload: bool
) -> tuple[Fact, ...]:
    """The settings that are not the default, and the secrets that are set, which are never shown."""
    found = []
    for field in fields:
        if field.name in kept:
            found.append(Fact(label=label(field.name), value=_("set, and never shown")))
        elif (value := values.get(field.name, "")) and value != field.default and not (is_upload and field.on_server):
            found.append(Fact(label=label(field.name), value=value))
    return tuple(found)


def upload_of(received: Received | None) -> Upload:
    """The newest delivery that was handed over."""
    if received is None:
        return Upload(files=(), size="", at=None)
    return Upload(files=received.files, size=_size(received.size), at=received.at)


def _size(size: int) -> str:
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size = round(size / 1000)
    return f"{size:.0f} GB"
