"""Alarms as sentences: what happened, whom it touches, what to do. Counts and names of the product only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from rollbook.core.alarms import AlarmKind

__all__ = ["Told", "headline", "over", "says"]

_K = AlarmKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One alarm in words: ``title`` for a subject line, ``sentence``, and ``what_to_do`` (blank: nothing)."""

    title: str
    sentence: str
    what_to_do: str = ""
    waiting: int = 0
    """How many records wait for a person."""


def says(kind: AlarmKind, subject: str, evidence: Mapping[str, Any], *, slug: str, zone: ZoneInfo) -> Told:
    """What is told when an alarm begins. ``slug``, ``zone``: of the district."""
    paused = " The daily sync has stopped until this is mended." if evidence.get("paused") else ""
    because = evidence.get("sentence", "")
    hint = evidence.get("hint", "")
    kept = "" if "othing" in because else " Nothing was changed."
    match kind:
        case _K.FAILED:
            return Told(
                title="The sync failed",
                sentence=f"{because}{kept}{paused}",
                what_to_do=hint or f"Look: rollbook runs {slug}",
            )
        case _K.CREDENTIALS:
            return Told(
                title="The credentials stopped working",
                sentence=f"{because}{kept}{paused}",
                what_to_do=hint or f"Set them anew: rollbook source set {slug}",
            )
        case _K.SUSPENDED:
            return Told(
                title="The source is suspended",
                sentence=f"{because} Nobody is removed because of that.{paused}",
                what_to_do=hint or "Turn the app on again in the vendor's console.",
            )
        case _K.FILE_MISSING:
            return Told(
                title="A file is missing",
                sentence=f"{because} The directory stays as it was.{paused}",
                what_to_do=hint or "See that the export of the student information system ran, and sends every file.",
            )
        case _K.EMPTY:
            before = evidence.get("rows_before")
            sentence = (
                f"{subject} came without one row; before, it had {before:,}. Nobody is removed because of that before a "
                "person agrees."
                if before
                else f"{because} The directory stays as it was.{paused}"
            )
            return Told(
                title="Empty data",
                sentence=sentence,
                what_to_do=hint or "Check that the export has the right school year and schools selected.",
            )
        case _K.STALE:
            return Told(
                title="The data are old",
                sentence=f"The source has said the same for {_days(evidence['days'])}, since "
                f"{_moment(evidence['fresh_at'], zone)}. Usually its data change every {_every(evidence['usual_days'])}.",
                what_to_do="See that the export of the student information system still runs.",
            )
        case _K.LATE:
            return Told(
                title="The daily run did not begin",
                sentence=f"The run of {_moment(evidence['due_at'], zone)} has not begun.",
                what_to_do="See that a worker runs: rollbook worker",
            )
        case _K.ENDLESS:
            return Told(
                title="A run does not end",
                sentence=f"Run {subject} began at {_moment(evidence['since'], zone)} and is still {evidence['state']}.",
                what_to_do=f"Look: rollbook runs {slug}",
            )
        case _K.HELD:
            return Told(
                title=_waiting(evidence["count"]),
                waiting=evidence["count"],
                sentence=f"{because} All other changes were applied.",
                what_to_do=f"Look and decide: rollbook holds {slug}",
            )
        case _K.FIRST_SUCCESS:
            return Told(
                title="The first run is done",
                sentence=f"The first run was applied at {_moment(evidence['applied_at'], zone)}. From now on the directory "
                "follows the source.",
                what_to_do=f"See what it did: rollbook runs {slug}",
            )


def over(kind: AlarmKind, subject: str, since: dt.datetime, *, zone: ZoneInfo) -> Told:
    """What is told when an alarm is over."""
    what = "The file" if subject == "file" else subject.capitalize()
    began = f"since {since.astimezone(zone):%Y-%m-%d %H:%M}"
    titles = {
        _K.FAILED: ("The sync works again", f"The last run succeeded. It had failed {began}."),
        _K.CREDENTIALS: ("The credentials work again", f"The source lets us read again. It had refused {began}."),
        _K.SUSPENDED: ("The source is on again", f"The source can be read again. It had been suspended {began}."),
        _K.FILE_MISSING: ("The file is there again", f"The data are whole again. A file had been missing {began}."),
        _K.EMPTY: ("The data are there again", f"{what} has rows again. It came without any {began}."),
        _K.STALE: ("The data are fresh again", f"The source has sent new data. They had been old {began}."),
        _K.LATE: ("The daily run began", f"The daily run has begun again. It had been late {began}."),
        _K.ENDLESS: ("The run has ended", f"Run {subject} is over. It had not ended {began}."),
        _K.HELD: ("Nothing waits there any more", f"What waited {began} was decided, or the data changed."),
        _K.FIRST_SUCCESS: ("The first run is done", ""),
    }
    title, sentence = titles[kind]
    return Told(title=title, sentence=sentence)


def headline(told: Sequence[Told]) -> str:
    """Several alarms in one line: what waits for a person is added up, the rest is named by the first."""
    waiting = sum(one.waiting for one in told)
    titles = list(dict.fromkeys(_waiting(waiting) if one.waiting else one.title for one in told))
    return f"{titles[0]} and {len(titles) - 1} more" if len(titles) > 1 else titles[0]


def _waiting(number: int) -> str:
    return f"{number:,} {'change waits' if number == 1 else 'changes wait'} for a person"


def _moment(text: str, zone: ZoneInfo) -> str:
    return f"{dt.datetime.fromisoformat(text).astimezone(zone):%Y-%m-%d %H:%M}"


def _days(number: int) -> str:
    return "a day" if number == 1 else f"{number} days"


def _every(number: int) -> str:
    return "day" if number == 1 else f"{number} days"
