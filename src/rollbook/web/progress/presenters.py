"""The progress of a run, ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rollbook.core.forecast import STAGES
from rollbook.core.lifecycle import Errand, RunState
from rollbook.services.progress import Progress
from rollbook.web.components.tags import seconds

__all__ = ["ProgressCard", "progress_card", "stage_words"]

_COUNTED = 100
"""Fewer than so many are steps, not rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressCard:
    """How far a run is. ``sentence``: what happens now; ``pace``: rate and time left (blank: not known); ``percent``: None
    where it is not known; ``forsaken``: why nothing happens, and ``command``: what helps; ``may_cancel``: it can be ended
    with nothing applied; ``poll``, ``bar``: where the same is asked again, for its page and for other pages."""

    run: int
    name: str
    address: str
    poll: str
    bar: str
    sentence: str
    pace: str
    percent: str | None
    forsaken: str
    command: str
    notes: tuple[str, ...]
    is_over: bool
    may_cancel: bool
    cancel: str
    successor: int | None


def progress_card(slug: str, progress: Progress) -> ProgressCard:
    """The progress in a sentence and a bar."""
    counts_rows = progress.total > _COUNTED
    may_cancel = not progress.is_over and (
        progress.state in (RunState.QUEUED, RunState.PLANNING) or (bool(progress.errand) and not progress.worker)
    )
    return ProgressCard(
        run=progress.run,
        name=_("Run %(run)d") % {"run": progress.run},
        address=reverse("run", args=[slug, progress.run]),
        poll=reverse("run-progress", args=[slug, progress.run]),
        bar=reverse("at-work", args=[slug]),
        sentence=_sentence(progress),
        pace=_pace(progress, counts_rows),
        percent=f"{min(100.0, 100 * progress.done / progress.total):.0f}" if counts_rows else None,
        forsaken=_forsaken(progress),
        command="rollbook worker" if progress.is_forsaken else "",
        notes=progress.notes,
        is_over=progress.is_over,
        may_cancel=may_cancel,
        cancel=_("Leave it: do not do this")
        if progress.errand and progress.errand != Errand.PLAN
        else _("Cancel this run"),
        successor=progress.successor,
    )


def stage_words() -> dict[str, str]:
    """stage → its name."""
    return {
        "read": _("read"),
        "clean": _("clean"),
        "state": _("read the directory"),
        "scope": _("choose what takes part"),
        "match": _("recognise"),
        "diff": _("compare"),
        "plan": _("plan"),
        "keep": _("keep the plan"),
        "ids": _("number what is new"),
        "log": _("write down what changes"),
        "edits": _("change"),
        "write": _("write"),
        "commit": _("finish writing"),
        "look": _("look what is in the way"),
        "exclude": _("leave out what is in the way"),
        "verify": _("plan again: it must be empty"),
        "report": _("report"),
        "insert academic_session": _("add academic sessions"),
        "insert course": _("add courses"),
        "insert school": _("add schools"),
        "insert classroom": _("add classrooms"),
        "insert student": _("add students"),
        "insert student_school": _("add students to schools"),
        "insert person": _("add people"),
        "insert contact_method": _("add contact details"),
        "insert staff_role": _("add staff roles"),
        "insert enrollment": _("add enrollments"),
        "insert guardianship": _("add family links"),
        "insert source_link": _("keep the source's ids"),
    }


def _sentence(progress: Progress) -> str:
    if progress.stage and progress.worker:
        words = stage_words().get(progress.stage, progress.stage.replace("_", " "))
        if progress.stage in STAGES and progress.errand not in (Errand.UNDO, Errand.UNDO_REST):
            place = {"stage": words, "step": STAGES.index(progress.stage) + 1, "steps": len(STAGES)}
            return _("Step %(step)d of %(steps)d: %(stage)s.") % place
        return _("At work: %(stage)s.") % {"stage": words}
    if progress.worker:
        return _("A worker is at it.")
    if progress.ahead:
        words = ngettext(
            "It waits for a worker; %(runs)d run is before it.",
            "It waits for a worker; %(runs)d runs are before it.",
            progress.ahead,
        )
        return words % {"runs": progress.ahead}
    return _("It waits for a worker.")


def _pace(progress: Progress, counts_rows: bool) -> str:
    parts = []
    if counts_rows and progress.done:
        of = {
            "done": number_format(progress.done, force_grouping=True),
            "total": number_format(progress.total, force_grouping=True),
        }
        parts.append(_("%(done)s of %(total)s rows") % of)
        if progress.rate:
            parts.append(_("%(rate)s a second") % {"rate": number_format(progress.rate, 0, force_grouping=True)})
    if progress.seconds_left is not None:
        parts.append(_("about %(left)s left") % {"left": seconds(progress.seconds_left)})
    return ", ".join(parts)


def _forsaken(progress: Progress) -> str:
    if not progress.is_forsaken:
        return ""
    if progress.worker_seen_at is None:
        return _("No worker looks at the queue, so nothing happens. Start one:")
    age = {"age": timesince(progress.worker_seen_at, depth=1)}
    return _("No worker has looked at the queue for %(age)s, so nothing happens. Start one:") % age
