"""What the steps of the set-up page are made of."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.formats import number_format

from rollbook.reports.set_up import SourceFacts
from rollbook.web.districts.presenters import KINDS

__all__ = ["ATTENTION", "DONE", "NOBODY", "TO_DO", "Action", "Made", "count_of", "name_of"]

TO_DO, ATTENTION, DONE = "todo", "attention", "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What to do next: a page to open, or a command to type where the browser cannot do it yet."""

    words: str
    address: str = ""
    command: str = ""


Made = tuple[str, str, list[str], tuple[str, tuple[str, ...]], list[Action]]
NOBODY: tuple[str, tuple[str, ...]] = ("", ())


def name_of(source: SourceFacts) -> str:
    """The kind of a source, and its name."""
    return f"{KINDS.get(source.kind, source.kind)} ({source.name})"


def count_of(value: int) -> str:
    """A number as the language writes it."""
    return number_format(value, force_grouping=True)
