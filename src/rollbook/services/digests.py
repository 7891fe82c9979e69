"""The weekly digest: one mail on Monday morning to whoever wants it."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import transaction

from rollbook.core.digest import SourceWeek, is_due, week_before
from rollbook.core.entities import REMOVALS
from rollbook.core.lifecycle import HoldState, RunState
from rollbook.mail.render import Mail, render
from rollbook.services import alarms, letters, recipients
from rollbook.services.addresses import home_page
from rollbook.services.alarm_facts import gather
from rollbook.store.models import District, Recipient, SourceConnection, SyncRun

__all__ = ["week_of", "write_due"]


def write_due(*, now: dt.datetime) -> int:
    """Everybody whose Monday morning has come has a digest in the post; how many were written. Each gets one for a week,
    however many ask at the same time, and none for weeks that were missed."""
    written = 0
    for district in District.objects.filter(recipients__isnull=False).distinct().order_by("id"):
        zone = ZoneInfo(district.timezone)
        waiting = [
            recipient.pk
            for recipient in recipients.listed(district)
            if recipients.wants(recipient, recipients.DIGEST) and is_due(now, zone, _last(recipient))
        ]
        if not waiting:
            continue
        begins, ends = week_before(now, zone)
        weeks = week_of(district, begins=begins, ends=ends, now=now)
        if not weeks:
            continue
        with transaction.atomic():
            for recipient in Recipient.objects.select_for_update().filter(pk__in=waiting).order_by("id"):
                if is_due(now, zone, _last(recipient)):  # nobody was quicker
                    letters.write(recipient, _mail(district, weeks, begins, ends, zone), now=now)
                    recipient.digest_at = now
                    recipient.save(update_fields=["digest_at"])
                    written += 1
    return written


def week_of(district: District, *, begins: dt.datetime, ends: dt.datetime, now: dt.datetime) -> list[SourceWeek]:
    """The runs of each source from ``begins`` to before ``ends`` in numbers, with what waits and what is wrong now."""
    sources = list(SourceConnection.objects.filter(district=district).select_related("district").order_by("id"))
    runs: dict[int, list[SyncRun]] = {source.pk: [] for source in sources}
    of_week = SyncRun.objects.syncs().filter(connection__in=runs, created_at__gte=begins, created_at__lt=ends)
    for run in of_week.only("connection", "state", "counts"):
        runs[run.connection_id].append(run)
    wrong = alarms.standing(district)
    weeks = []
    for source, facts in zip(sources, gather(sources, now=now), strict=True):
        done = [run for run in runs[source.pk] if run.state == RunState.APPLIED]
        readings = [run for run in facts.runs if run.fingerprint]
        waiting = [hold for hold in facts.holds if hold.state is HoldState.OPEN]
        weeks.append(
            SourceWeek(
                source=source.name,
                runs=len(runs[source.pk]),
                failed=sum(run.state == RunState.FAILED for run in runs[source.pk]),
                added=_number(done, "create", "restore"),
                changed=_number(done, "update"),
                removed=_number(done, *REMOVALS),
                holds=len(waiting),
                waiting=sum(hold.count for hold in waiting),
                data_days=(now - readings[0].at).days if readings else None,
                alarms=tuple(f"{one.title}. {one.sentence}" for one in wrong if one.source == source.name),
            )
        )
    return weeks


def _number(runs: list[SyncRun], *actions: str) -> int:
    return sum(by_action.get(action, 0) for run in runs for by_action in run.counts.values() for action in actions)


def _last(recipient: Recipient) -> dt.datetime:
    return recipient.digest_at or recipient.created_at


def _mail(district: District, weeks: list[SourceWeek], begins: dt.datetime, ends: dt.datetime, zone: ZoneInfo) -> Mail:
    first, last = (moment.astimezone(zone).date() for moment in (begins, ends))
    return render(
        "digest",
        f"{district.name}: the week to {last}",
        {
            "district": district.name,
            "begins": str(first),
            "ends": str(last),
            "page": home_page(district),
            "weeks": [_shown(week) for week in weeks],
            "how_to_change": f"rollbook notify list {district.slug}",
        },
    )


def _shown(week: SourceWeek) -> dict[str, object]:
    return {
        "source": week.source,
        "runs": f"{week.runs:,}",
        "failed": week.failed,
        "added": f"{week.added:,}",
        "changed": f"{week.changed:,}",
        "removed": f"{week.removed:,}",
        "holds": week.holds,
        "holds_words": "1 hold" if week.holds == 1 else f"{week.holds:,} holds",
        "waiting": f"{week.waiting:,}",
        "freshness": _freshness(week.data_days),
        "alarms": week.alarms,
    }


def _freshness(days: int | None) -> str:
    if days is None:
        return "Nothing was read yet."
    if days == 0:
        return "The source was read within the last day."
    return f"The source was last read {'a day' if days == 1 else f'{days} days'} ago."
