"""How far an act goes, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rollbook.services.archiving import Reach
from rollbook.web.components.tags import number

__all__ = ["BulkPage", "bulk_page", "would"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkPage:
    """The preview. ``sentences``: what happens to whom, who stays and why. ``schools``: school (0: none), name, how many
    would change there. ``again``: hidden inputs that choose the same. ``button``: the act with its number. ``refusal``:
    why it was not done."""

    slug: str
    name: str
    verb: str
    title: str
    sentences: tuple[str, ...]
    schools: tuple[tuple[int, str, int], ...]
    again: tuple[tuple[str, str], ...]
    number: int
    button: str
    reason: str
    needs_reason: bool
    refusal: str


def bulk_page(
    slug: str,
    name: str,
    reach: Reach,
    *,
    schools: Sequence[tuple[int, str, int]],
    again: tuple[tuple[str, str], ...],
    reason: str,
    refusal: str,
) -> BulkPage:
    """The preview of ``reach``."""
    titles = {
        ("archive", "student"): _("Archive students"),
        ("restore", "student"): _("Restore students"),
        ("archive", "classroom"): _("Archive classrooms"),
        ("restore", "classroom"): _("Restore classrooms"),
    }
    return BulkPage(
        slug=slug,
        name=name,
        verb=reach.verb,
        title=titles[reach.verb, reach.kind],
        sentences=tuple(would(reach)),
        schools=tuple(schools),
        again=again,
        number=len(reach.ids),
        button=_button(reach),
        reason=reason,
        needs_reason=reach.verb == "archive",
        refusal=refusal,
    )


def would(reach: Reach) -> list[str]:
    """What would happen to whom, who stays as they are, and why."""
    count = len(reach.ids)
    if (reach.verb, reach.kind) == ("archive", "student"):
        first = ngettext("%(n)s student would be archived.", "%(n)s students would be archived.", count)
    elif (reach.verb, reach.kind) == ("restore", "student"):
        first = ngettext("%(n)s student would be restored.", "%(n)s students would be restored.", count)
    elif reach.verb == "archive":
        first = ngettext("%(n)s classroom would be archived.", "%(n)s classrooms would be archived.", count)
    else:
        first = ngettext("%(n)s classroom would be restored.", "%(n)s classrooms would be restored.", count)
    told = [first % {"n": number(count)}]
    managed = (
        ngettext(
            "%(n)s stays, because an enabled sync manages it.",
            "%(n)s stay, because an enabled sync manages them.",
            reach.managed,
        )
        if reach.verb == "archive"
        else ngettext(
            "%(n)s stays archived: an enabled sync archived it, and would do so again.",
            "%(n)s stay archived: an enabled sync archived them, and would do so again.",
            reach.managed,
        )
    )
    for many, sentence in (
        (reach.managed, managed),
        (
            reach.forbidden,
            ngettext(
                "%(n)s belongs to a school that you do not administer.",
                "%(n)s belong to schools that you do not administer.",
                reach.forbidden,
            ),
        ),
        (reach.already, ngettext("%(n)s is so already.", "%(n)s are so already.", reach.already)),
        (
            reach.returning,
            ngettext(
                "%(n)s of them comes back with the next run if its source still has it: the sync settings say so.",
                "%(n)s of them come back with the next run if their source still has them: the sync settings say so.",
                reach.returning,
            ),
        ),
    ):
        if many:
            told.append(sentence % {"n": number(many)})
    return told


def _button(reach: Reach) -> str:
    count = len(reach.ids)
    words = {
        ("archive", "student"): ngettext("Archive %(n)s student", "Archive %(n)s students", count),
        ("restore", "student"): ngettext("Restore %(n)s student", "Restore %(n)s students", count),
        ("archive", "classroom"): ngettext("Archive %(n)s classroom", "Archive %(n)s classrooms", count),
        ("restore", "classroom"): ngettext("Restore %(n)s classroom", "Restore %(n)s classrooms", count),
    }
    return words[reach.verb, reach.kind] % {"n": number(count)}
