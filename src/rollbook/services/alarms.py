"""Looking for what somebody has to know, and telling it: once, and again when it is over (R-15)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import connection as database
from django.db import transaction

from rollbook.core.alarm_words import Told, headline, over, says
from rollbook.core.alarms import EVENTS, AlarmKind, Facts, alarms_on, compare
from rollbook.core.errors import RollbookError
from rollbook.core.lifecycle import HoldState
from rollbook.mail.render import Mail, render
from rollbook.services import letters, recipients
from rollbook.services.addresses import home_page
from rollbook.services.alarm_facts import gather
from rollbook.store.models import Alarm, District, SourceConnection, SyncRun

__all__ = ["Looked", "Standing", "draft", "look", "look_at", "standing", "tell", "telling"]

_TOGETHER = 200
"""So many connections are looked at with one set of questions."""
_LISTED = 10
"""So many alarms are told in full in one mail."""
_SPACE = 0x52A1 << 40  # apart from the leases' locks (engine.locks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What one look found: alarms that began, that are over, and the letters that were written."""

    begun: int
    over: int
    letters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One alarm of a district, for a person."""

    source: str
    kind: str
    subject: str
    title: str
    sentence: str
    what_to_do: str
    since: dt.datetime
    told_at: dt.datetime | None
    over_at: dt.datetime | None


def look(*, now: dt.datetime, connections: Sequence[SourceConnection] | None = None) -> Looked:
    """The alarms of these connections (default: all) are what the facts say at ``now``. What began and what is over has
    been written to those who want to know, in the same transaction: each once, however many look at the same time.

    Call it after every run, and now and then: silence makes no run. ``letters.deliver`` sends what was written.
    """
    if connections is None:
        connections = list(SourceConnection.objects.select_related("district").order_by("id"))
    begun = ended = written = 0
    for some in _batches(connections):
        on = set(Alarm.objects.filter(connection__in=some, over_at=None).values_list("connection", flat=True))
        for connection, facts in zip(some, gather(some, now=now), strict=True):
            if connection.pk not in on and not alarms_on(facts, now):
                continue  # all is quiet, as before
            one = _settle(connection, facts, now)
            begun, ended, written = begun + one.begun, ended + one.over, written + one.letters
    return Looked(begun=begun, over=ended, letters=written)


def look_at(district: District, *, now: dt.datetime) -> Looked:
    """``look`` at every source of a district."""
    sources = SourceConnection.objects.filter(district=district).select_related("district").order_by("id")
    return look(now=now, connections=list(sources))


def tell(connection: SourceConnection, *, now: dt.datetime) -> Looked:
    """``look`` at one connection after a run of it, and send what was written. Never raises for a mail that is not
    taken."""
    looked = look(now=now, connections=[connection])
    if looked.letters:
        letters.deliver(now=now)
    return looked


@contextmanager
def telling(connection: SourceConnection, *, clock: Callable[[], dt.datetime]) -> Iterator[None]:
    """After the block, what it did to the connection is told, also when it failed with an error of ours."""
    try:
        yield
    except RollbookError:
        tell(connection, now=clock())
        raise
    tell(connection, now=clock())


def draft(run: SyncRun) -> Mail | None:
    """The mail that would be sent of what waits in ``run``, once the rest of it is applied; None when nothing waits."""
    district = run.connection.district
    zone = ZoneInfo(district.timezone)
    heads = run.holds.filter(depends_on="", state=HoldState.OPEN).order_by("-count", "key")
    told = [
        says(AlarmKind.HELD, hold.key, {"count": hold.count, "sentence": hold.sentence}, slug=district.slug, zone=zone)
        for hold in heads
    ]
    return _mail(run.connection, run.created_by, told) if told else None


def standing(district: District, *, with_over: bool = False, limit: int = 50) -> list[Standing]:
    """The alarms of a district that are on, the newest first; ``with_over``: those that are over as well."""
    rows = Alarm.objects.filter(connection__district=district).select_related("connection").order_by("-since", "-id")
    if not with_over:
        rows = rows.filter(over_at=None).exclude(kind__in=[kind.value for kind in EVENTS])
    zone = ZoneInfo(district.timezone)
    found = []
    for alarm in rows[:limit]:
        told = says(AlarmKind(alarm.kind), alarm.subject, alarm.evidence, slug=district.slug, zone=zone)
        found.append(
            Standing(
                source=alarm.connection.name,
                kind=alarm.kind,
                subject=alarm.subject,
                title=told.title,
                sentence=told.sentence,
                what_to_do=told.what_to_do,
                since=alarm.since,
                told_at=alarm.told_at,
                over_at=alarm.over_at,
            )
        )
    return found


def _settle(connection: SourceConnection, facts: Facts, now: dt.datetime) -> Looked:
    with transaction.atomic(), database.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SPACE | connection.pk])
        known = list(Alarm.objects.filter(connection=connection, over_at=None).order_by("-id"))
        once = set(
            Alarm.objects.filter(connection=connection, kind__in=[kind.value for kind in EVENTS]).values_list(
                "kind", "subject"
            )
        )
        standing = {AlarmKind(alarm.kind) for alarm in known}
        on = alarms_on(facts, now, standing)
        begun, ended = compare(on, {(alarm.kind, alarm.subject) for alarm in known} | once)
        made = Alarm.objects.bulk_create(
            Alarm(
                connection=connection,
                kind=one.kind.value,
                subject=one.subject,
                evidence=dict(one.evidence),
                since=now,
                over_at=now if one.kind in EVENTS else None,
            )
            for one in begun
        )
        keys = set(ended)
        gone = [alarm for alarm in known if (alarm.kind, alarm.subject) in keys]
        for alarm in gone:
            alarm.over_at = now
        evidence = {one.key: dict(one.evidence) for one in on}
        still = [alarm for alarm in known if (alarm.kind, alarm.subject) in evidence]
        for alarm in still:
            alarm.evidence = evidence[alarm.kind, alarm.subject]
        Alarm.objects.bulk_update([*gone, *still], ["over_at", "evidence"])
        written = _write(connection, [*made, *(one for one in still if one.told_at is None)], gone, now)
    return Looked(begun=len(made), over=len(gone), letters=written)


def _write(connection: SourceConnection, begun: Sequence[Alarm], gone: Sequence[Alarm], now: dt.datetime) -> int:
    """One letter a recipient, with all that is new to them; what nobody wants to know stays untold."""
    if not begun and not gone:
        return 0
    district = connection.district
    zone = ZoneInfo(district.timezone)
    told: list[tuple[Alarm, str, Told]] = [
        (alarm, alarm.kind, says(AlarmKind(alarm.kind), alarm.subject, alarm.evidence, slug=district.slug, zone=zone))
        for alarm in begun
    ]
    told += [
        (alarm, recipients.RECOVERED, over(AlarmKind(alarm.kind), alarm.subject, alarm.since, zone=zone))
        for alarm in gone
        if alarm.told_at is not None
    ]
    written, heard = 0, set()
    for recipient in recipients.listed(district):
        mine = [(alarm, words) for alarm, kind, words in told if recipients.wants(recipient, kind)]
        if not mine:
            continue
        letters.write(recipient, _mail(connection, recipient.created_by, [words for _alarm, words in mine]), now=now)
        heard |= {alarm.pk for alarm, _words in mine}
        written += 1
    Alarm.objects.filter(pk__in=heard & {alarm.pk for alarm in begun}).update(told_at=now)
    Alarm.objects.filter(pk__in=heard & {alarm.pk for alarm in gone}).update(over_told_at=now)
    return written


def _mail(connection: SourceConnection, who_added: str, told: Sequence[Told]) -> Mail:
    district = connection.district
    return render(
        "alarms",
        f"{district.name}: {headline(told)}",
        {
            "district": district.name,
            "items": [
                {
                    "title": one.title,
                    "source": connection.name,
                    "sentence": one.sentence,
                    "what_to_do": one.what_to_do,
                }
                for one in told[:_LISTED]
            ],
            "more": max(len(told) - _LISTED, 0),
            "where": f"rollbook alarms {district.slug}",
            "page": home_page(district),
            "who_added": who_added,
            "how_to_change": f"rollbook notify list {district.slug}",
        },
    )


def _batches(connections: Sequence[SourceConnection]) -> Iterator[list[SourceConnection]]:
    for start in range(0, len(connections), _TOGETHER):
        yield list(connections[start : start + _TOGETHER])
