"""When a source that is asked for changes is read whole again: at first, and a week after the last whole reading."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.builders import connection, plan, planned

from rollbook.core.lifecycle import RunState
from rollbook.core.snapshot import CHANGES_ONLY
from rollbook.services import reading
from rollbook.store.models import SyncRun

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 1, 8, 0, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("history", "asks_from"),
    [
        # (days ago, what was read, what became of it), oldest first → changes since how many days ago; None: everything
        pytest.param([], None, id="nothing yet"),
        pytest.param([(1, "whole", "planned")], None, id="planned, never applied"),
        pytest.param([(1, "whole", "applied")], 1, id="yesterday"),
        pytest.param([(6, "whole", "applied")], 6, id="whole six days ago"),
        pytest.param([(7, "whole", "applied")], None, id="whole seven days ago"),
        pytest.param([(8, "whole", "applied")], None, id="whole eight days ago"),
        pytest.param([(6, "whole", "applied"), (1, "changes", "applied")], 1, id="six days, changes since"),
        pytest.param([(7, "whole", "applied"), (1, "changes", "applied")], None, id="seven days, changes since"),
        pytest.param([(8, "whole", "applied"), (1, "changes", "applied")], None, id="eight days, changes since"),
        pytest.param([(1, "changes", "applied")], None, id="changes of nothing whole"),
        pytest.param([(6, "whole", "applied"), (1, "changes", "failed")], 6, id="what failed was not taken in"),
        pytest.param([(6, "whole", "applied"), (1, "changes", "undone")], 6, id="what was taken back is asked again"),
        pytest.param([(8, "whole", "applied"), (2, "whole", "stale")], None, id="a whole reading that was not applied"),
        pytest.param([(8, "whole", "applied"), (2, "whole", "applied")], 2, id="the newest whole reading counts"),
    ],
)
def test_changes_are_asked_for_until_a_week_has_gone(
    history: list[tuple[int, str, str]], asks_from: int | None
) -> None:
    feed = connection()
    for days, what, state in history:
        made = planned(feed, plan())
        SyncRun.objects.filter(pk=made.pk).update(
            created_at=NOW - days * DAY,
            state=RunState(state),
            fingerprint=CHANGES_ONLY * (what == "changes") + "f",
        )
    moment = reading.since(feed, NOW)
    assert moment == (None if asks_from is None else NOW - asks_from * DAY - HOUR), "an hour is read twice"


def test_a_week_is_a_week_to_the_minute() -> None:
    feed = connection()
    made = planned(feed, plan())
    SyncRun.objects.filter(pk=made.pk).update(
        created_at=NOW - 7 * DAY + dt.timedelta(minutes=1), state=RunState.APPLIED
    )
    assert reading.since(feed, NOW) is not None
    assert reading.since(feed, NOW + dt.timedelta(minutes=1)) is None


def test_another_sources_runs_say_nothing() -> None:
    feed, other = connection(), connection(name="other")
    made = planned(other, plan())
    SyncRun.objects.filter(pk=made.pk).update(created_at=NOW - DAY, state=RunState.APPLIED)
    assert reading.since(feed, NOW) is None
