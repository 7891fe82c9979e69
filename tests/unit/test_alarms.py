"""Which facts of a source are an alarm, when it begins, and when it is over (R-15)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from rollbook.core.alarm_words import over, says
from rollbook.core.alarms import (
    EVENTS,
    WHEN,
    AlarmKind,
    AlarmOn,
    Facts,
    HoldFact,
    RunFact,
    TroubleFact,
    alarms_on,
    compare,
)
from rollbook.core.lifecycle import HoldState, RunState

NOW = dt.datetime(2026, 9, 15, 12, tzinfo=dt.UTC)
ZONE = ZoneInfo("America/Los_Angeles")
K = AlarmKind
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def kinds(facts: Facts, *standing: AlarmKind, now: dt.datetime = NOW) -> list[tuple[str, str]]:
    return [one.key for one in alarms_on(facts, now, standing)]


def trouble(code: str, *findings: str, hours: float = 0, times: int = 1, is_suspended: bool = False) -> TroubleFact:
    return TroubleFact(
        code=code,
        sentence="The server refused us.",
        hint="",
        findings=frozenset(findings),
        is_suspended=is_suspended,
        since=NOW - hours * HOUR,
        last_at=NOW,
        times=times,
    )


def run(state: RunState = RunState.APPLIED, *, days: float = 0, data: str = "a", **more: Any) -> RunFact:
    return RunFact(run=7, state=state, at=NOW - days * DAY, fingerprint=data, **more)


def nights(data: str) -> list[RunFact]:
    """A run a night, the newest first; the letters are what the source said."""
    return [run(days=number, data=letter) for number, letter in enumerate(reversed(data))]


TROUBLES: list[tuple[str, TroubleFact, Sequence[AlarmKind], list[tuple[str, str]]]] = [
    ("a wrong setting", trouble("ConfigError"), (), [("failed", "")]),
    ("data of no use", trouble("DataError", "CSV-001"), (), [("failed", "")]),
    ("credentials", trouble("AuthError"), (), [("credentials", "")]),
    ("the app is off", trouble("ConfigError", is_suspended=True), (), [("suspended", "")]),
    ("a file is missing", trouble("DataError", "FIL-012", "CSV-001"), (), [("file_missing", "")]),
    ("no file at all", trouble("DataError", "FIL-001"), (), [("file_missing", "")]),
    ("a promised file is missing", trouble("DataError", "MAN-004"), (), [("file_missing", "")]),
    ("no whole delivery", trouble("DataError", "FIL-015"), (), [("file_missing", "")]),
    ("an empty file", trouble("DataError", "FIL-013"), (), [("empty", "file")]),
    ("busy, for the first time", trouble("TransientError"), (), []),
    ("busy, 59 minutes", trouble("RateLimited", hours=0.98, times=4), (), []),
    ("busy, an hour", trouble("TransientError", hours=1), (), [("failed", "")]),
    ("busy, five times", trouble("TransientError", times=5), (), [("failed", "")]),
    ("busy, after a refusal", trouble("TransientError"), (K.CREDENTIALS,), [("credentials", "")]),
    ("busy for long, after a refusal", trouble("TransientError", times=9), (K.CREDENTIALS,), [("credentials", "")]),
    ("refused, after a failure", trouble("AuthError"), (K.FAILED,), [("credentials", "")]),
    ("busy, while something else is wrong", trouble("TransientError"), (K.LATE,), []),
]


@pytest.mark.parametrize(
    ("what", "standing", "expected"), [row[1:] for row in TROUBLES], ids=[row[0] for row in TROUBLES]
)
def test_what_a_source_fails_with(
    what: TroubleFact, standing: Sequence[AlarmKind], expected: list[tuple[str, str]]
) -> None:
    assert kinds(Facts(connection=1, trouble=what), *standing) == expected


S = RunState
ENDS: list[tuple[str, list[RunFact], str, list[tuple[str, str]]]] = [
    ("no run yet", [], "", []),
    ("applied", [run()], "", []),
    ("the newest failed", [run(S.FAILED), run(days=1)], "", [("failed", "")]),
    ("one before failed", [run(), run(S.FAILED, days=1)], "", []),
    ("failed, and the next is at work", [run(S.PLANNING), run(S.FAILED, days=1)], "", [("failed", "")]),
    ("failed, and planned since", [run(S.PLANNED), run(S.FAILED, days=1)], "", [("failed", "")]),
    ("cancelled", [run(S.CANCELLED), run(days=1)], "", []),
    ("made again because it was stale", [run(), run(S.STALE)], "", []),
    ("paused by an error", [run()], "The key is another one.", [("failed", "")]),
]


@pytest.mark.parametrize(("runs", "paused", "expected"), [row[1:] for row in ENDS], ids=[row[0] for row in ENDS])
def test_how_runs_end(runs: list[RunFact], paused: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(Facts(connection=1, runs=runs, paused_because=paused)) == expected


RHYTHMS: list[tuple[str, str, int | None]] = [
    ("new data every night", "abcdefgh", None),
    ("a weekend", "abcdeee", None),
    ("a weekend and two days", "abcdeeeee", None),
    ("one more", "abcdeeeeee", 5),
    ("weekly, the sixth day", "aaaaaaabbbbbbbccccccc", None),
    ("weekly, a second week without", "aaaaaaabbbbbbbcccccccddddddddddddddd", None),
    ("weekly, and a day more", "aaaaaaabbbbbbbcccccccdddddddddddddddd", 15),
    ("never anything else, four days", "aaaaa", None),
    ("never anything else, five", "aaaaaa", 5),
]


@pytest.mark.parametrize(("data", "days"), [row[1:] for row in RHYTHMS], ids=[row[0] for row in RHYTHMS])
def test_data_are_stale_when_they_are_older_than_their_rhythm(data: str, days: int | None) -> None:
    found = alarms_on(Facts(connection=1, runs=nights(data), is_daily=True), NOW)
    assert [one.evidence["days"] for one in found] == ([] if days is None else [days])


def test_nobody_expects_new_data_where_nothing_is_read_daily() -> None:
    old = nights("aaaaaaaaaa")
    assert kinds(Facts(connection=1, runs=old, is_daily=False)) == []
    assert kinds(Facts(connection=1, runs=old, is_daily=True)) == [("stale", "")]


def test_staleness_does_not_begin_beside_another_trouble_and_is_not_ended_by_it() -> None:
    facts = Facts(connection=1, runs=nights("aaaaaaaaaa"), is_daily=True, trouble=trouble("AuthError"))
    assert kinds(facts) == [("credentials", "")]
    assert kinds(facts, K.STALE) == [("credentials", ""), ("stale", "")]


LATENESS: list[tuple[str, dict[str, Any], bool]] = [
    ("on time", {"due_at": NOW + HOUR}, False),
    ("an hour late", {"due_at": NOW - HOUR}, False),
    ("two hours late", {"due_at": NOW - 2 * HOUR}, True),
    ("late, but begun", {"due_at": NOW - 2 * HOUR, "runs": [run(S.QUEUED)]}, False),
    ("late, the run is yesterday's", {"due_at": NOW - 2 * HOUR, "runs": [run(days=1)]}, True),
    ("not daily", {"due_at": NOW - 2 * HOUR, "is_daily": False}, False),
    ("never due", {"due_at": None}, False),
]


@pytest.mark.parametrize(("facts", "is_late"), [row[1:] for row in LATENESS], ids=[row[0] for row in LATENESS])
def test_silence_of_the_schedule(facts: dict[str, Any], is_late: bool) -> None:
    assert (("late", "") in kinds(Facts(**{"connection": 1, "is_daily": True, **facts}))) is is_late


@pytest.mark.parametrize(
    ("state", "hours", "more", "is_endless"),
    [
        (S.APPLYING, 5.9, {}, False),
        (S.APPLYING, 6, {}, True),
        (S.PLANNING, 99, {}, True),
        (S.QUEUED, 6, {}, True),
        (S.QUEUED, 6, {"is_delayed": True}, False),
        (S.PLANNED, 99, {}, False),
        (S.APPLIED, 99, {}, False),
    ],
)
def test_a_run_that_never_ends(state: RunState, hours: float, more: dict[str, Any], is_endless: bool) -> None:
    found = kinds(Facts(connection=1, runs=[run(state, days=hours / 24, **more)]))
    assert (("endless", "7") in found) is is_endless


@pytest.mark.parametrize(
    ("rows", "findings", "expected"),
    [
        ({"users": (0, 500), "classes": (9, 9)}, {"FIL-020"}, [("empty", "users")]),
        ({"users": (0, 500), "classes": (0, 9)}, {"SRC-002"}, [("empty", "classes"), ("empty", "users")]),
        ({"users": (0, 0)}, {"FIL-020"}, []),  # it never had any
        ({"users": (0, 500)}, set(), []),  # a delivery of changes
        ({"users": (1, 1)}, {"FIL-020"}, []),
    ],
)
def test_what_had_rows_and_has_none(
    rows: dict[str, tuple[int, int]], findings: set[str], expected: list[tuple[str, str]]
) -> None:
    assert kinds(Facts(connection=1, rows=rows, findings=frozenset(findings))) == expected


def hold(key: str, state: HoldState = HoldState.OPEN) -> HoldFact:
    return HoldFact(key=key, state=state, count=219, sentence="219 students would leave Cedar.", plan="p")


def test_every_open_hold_is_an_alarm_of_its_own_and_a_decided_one_is_none() -> None:
    holds = [hold("1:student:removal"), hold("2:student:removal", HoldState.REJECTED), hold("3:staff:update")]
    assert kinds(Facts(connection=1, holds=holds)) == [("held", "1:student:removal"), ("held", "3:staff:update")]


@pytest.mark.parametrize(("days", "is_told"), [(0, True), (7, True), (8, False)])
def test_the_first_success_is_told_in_its_week(days: int, is_told: bool) -> None:
    found = kinds(Facts(connection=1, first_applied_at=NOW - days * DAY))
    assert found == ([("first_success", "")] if is_told else [])


def test_only_what_is_new_begins_and_only_what_is_gone_is_over() -> None:
    on = [AlarmOn(kind=K.FAILED), AlarmOn(kind=K.HELD, subject="a"), AlarmOn(kind=K.HELD, subject="b")]
    known = [("held", "a"), ("held", "c"), ("stale", ""), ("first_success", "")]
    begun, ended = compare(on, known)
    assert [one.key for one in begun] == [("failed", ""), ("held", "b")]
    assert ended == [("held", "c"), ("stale", "")]  # what happened once is never over


EVIDENCE: dict[AlarmKind, tuple[str, dict[str, Any]]] = {
    K.FAILED: ("", {"sentence": "The folder is gone.", "paused": True}),
    K.CREDENTIALS: ("", {"sentence": "The key is refused."}),
    K.SUSPENDED: ("", {"sentence": "The app is off."}),
    K.FILE_MISSING: ("", {"sentence": "users.csv is missing."}),
    K.EMPTY: ("users", {"rows_before": 1204}),
    K.STALE: ("", {"days": 6, "fresh_at": NOW.isoformat(), "usual_days": 1}),
    K.LATE: ("", {"due_at": NOW.isoformat()}),
    K.ENDLESS: ("12", {"since": NOW.isoformat(), "state": "applying"}),
    K.HELD: (
        "k",
        {"count": 219, "sentence": "219 students would leave Cedar (34 %). Nothing was removed.", "plan": "p"},
    ),
    K.FIRST_SUCCESS: ("", {"applied_at": NOW.isoformat()}),
}
SENTENCES: dict[AlarmKind, str] = {
    K.FAILED: "The folder is gone. Nothing was changed. The daily sync has stopped until this is mended.",
    K.CREDENTIALS: "The key is refused. Nothing was changed.",
    K.SUSPENDED: "The app is off. Nobody is removed because of that.",
    K.FILE_MISSING: "users.csv is missing. The directory stays as it was.",
    K.EMPTY: "users came without one row; before, it had 1,204. Nobody is removed because of that before a person agrees.",
    K.STALE: "The source has said the same for 6 days, since 2026-09-15 05:00. Usually its data change every day.",
    K.LATE: "The run of 2026-09-15 05:00 has not begun.",
    K.ENDLESS: "Run 12 began at 2026-09-15 05:00 and is still applying.",
    K.HELD: "219 students would leave Cedar (34 %). Nothing was removed. All other changes were applied.",
    K.FIRST_SUCCESS: "The first run was applied at 2026-09-15 05:00. From now on the directory follows the source.",
}


@pytest.mark.parametrize("kind", AlarmKind)
def test_every_kind_says_what_happened_and_what_to_do_and_when_it_is_over(kind: AlarmKind) -> None:
    subject, evidence = EVIDENCE[kind]
    told = says(kind, subject, evidence, slug="maple", zone=ZONE)
    assert told.sentence == SENTENCES[kind]
    assert told.title
    assert told.what_to_do
    ended = over(kind, subject, NOW, zone=ZONE)
    assert ended.title
    if kind not in EVENTS:
        assert "2026-09-15 05:00" in ended.sentence
    assert kind in WHEN
