"""What persons say of a hold, and what it amounts to (R-10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl
import pytest
from tests.builders import plan

from rollbook.core.approval import Decision, Verdict, hanging_on, people_of, still_rejected, weigh
from rollbook.core.lifecycle import HoldState
from rollbook.core.plan import RECORD_SCHEMA, Plan

PLANNED = dt.datetime(2026, 9, 1, 3, tzinfo=dt.UTC)
OPEN, APPROVED, REJECTED = HoldState.OPEN, HoldState.APPROVED, HoldState.REJECTED

SAID: list[tuple[str, HoldState, str, str, HoldState, tuple[str, ...], str]] = [
    # what is said       before    rule   what         → state, approvals, waiting_by
    ("nobody", OPEN, "one", "", OPEN, (), ""),
    ("one of one", OPEN, "one", "+ann", APPROVED, ("ann",), ""),
    ("one of two", OPEN, "two", "+ann", OPEN, ("ann",), ""),
    ("the same twice", OPEN, "two", "+ann +ann", OPEN, ("ann",), ""),
    ("two of two", OPEN, "two", "+ann +bob", APPROVED, ("ann", "bob"), ""),
    ("more than needed", OPEN, "one", "+ann +bob", APPROVED, ("ann", "bob"), ""),
    ("a rejection", OPEN, "one", "-ann", REJECTED, (), ""),
    ("a rejection takes an approval back", OPEN, "two", "+ann -bob", REJECTED, (), ""),
    ("after it both must approve anew", OPEN, "two", "+ann -bob +bob", OPEN, ("bob",), ""),
    ("and may", OPEN, "two", "+ann -bob +bob +ann", APPROVED, ("bob", "ann"), ""),
    ("a complete approval is taken back, too", OPEN, "one", "+ann -bob", REJECTED, (), ""),
    ("waiting", OPEN, "one", "?ann", OPEN, (), "ann"),
    ("waiting takes an approval back", OPEN, "two", "+ann ?bob", OPEN, (), "bob"),
    ("waiting takes a rejection back", OPEN, "one", "-ann ?bob", OPEN, (), "bob"),
    ("an approval ends waiting", OPEN, "one", "?ann +bob", APPROVED, ("bob",), ""),
    ("rejected in the plan before", REJECTED, "one", "", REJECTED, (), ""),
    ("and approved now", REJECTED, "one", "+ann", APPROVED, ("ann",), ""),
    ("and approved now by one of two", REJECTED, "two", "+ann", OPEN, ("ann",), ""),
]


def said(words: str) -> Sequence[Decision]:
    verdicts = {"+": Verdict.APPROVE, "-": Verdict.REJECT, "?": Verdict.WAIT}
    return [
        Decision(verdict=verdicts[word[0]], by=word[1:], at=PLANNED + dt.timedelta(minutes=minute))
        for minute, word in enumerate(words.split())
    ]


@pytest.mark.parametrize(
    ("before", "rule", "words", "state", "approvals", "waiting"),
    [row[1:] for row in SAID],
    ids=[row[0] for row in SAID],
)
def test_what_was_said_amounts_to(
    before: HoldState, rule: str, words: str, state: HoldState, approvals: tuple[str, ...], waiting: str
) -> None:
    found = weigh(said(words), before=before, approvals=rule, days=14, planned_at=PLANNED, now=PLANNED)
    assert (found.state, found.approvals, found.waiting_by) == (state, approvals, waiting)
    assert found.is_released is (state is APPROVED)


@pytest.mark.parametrize(("hours", "is_expired"), [(0, False), (24 * 14 - 1, False), (24 * 14, True), (24 * 99, True)])
def test_what_was_said_ends_with_its_plan(hours: int, is_expired: bool) -> None:
    now = PLANNED + dt.timedelta(hours=hours)
    found = weigh(said("+ann"), approvals="one", days=14, planned_at=PLANNED, now=now)
    assert (found.state, found.is_expired, found.is_released) == (APPROVED, is_expired, not is_expired)


def held(*rows: tuple[str, int, str, str, str]) -> Plan:
    """A plan of records (kind, ref, sourcedId, action, hold)."""
    made = [
        dict(zip(("kind", "ref", "sourced_id", "action", "hold"), row, strict=True))
        | {"school_id": 1, "reason": "absent"}
        for row in rows
    ]
    records = pl.DataFrame(made, schema=RECORD_SCHEMA)
    what = plan()
    return Plan(
        **{name: getattr(what, name) for name in what.__dataclass_fields__ if name != "records"}, records=records
    )


A = ("student", 7, "00417", "archive", "1:student:removal")
B = ("student", 8, "00418", "archive", "1:student:removal")
NEW = ("student", -1, "00419", "create", "1:student:create")
PEOPLE: list[tuple[str, list[tuple[str, int, str, str, str]], list[tuple[str, int, str, str, str]], bool]] = [
    ("in another order", [A, B], [B, A], True),
    ("at another place of the plan", [NEW], [("student", -9, *NEW[2:])], True),
    ("one fewer", [A, B], [A], False),
    ("somebody else", [A], [("student", 8, *A[2:])], False),
    ("another act", [A], [("student", 7, "00417", "suspend", "1:student:removal")], False),
    ("a newcomer with another id", [NEW], [("student", -1, "00420", *NEW[3:])], False),
]


@pytest.mark.parametrize(("one", "other", "same"), [row[1:] for row in PEOPLE], ids=[row[0] for row in PEOPLE])
def test_the_digest_says_who_and_what(
    one: list[tuple[str, int, str, str, str]], other: list[tuple[str, int, str, str, str]], same: bool
) -> None:
    assert (people_of(held(*one)) == people_of(held(*other))) is same


def test_every_hold_has_its_own_digest_and_nothing_else_has_one() -> None:
    found = people_of(held(A, NEW, ("student", 9, "00421", "archive", "2:student:removal")))
    assert set(found) == {"1:student:removal", "1:student:create", "2:student:removal"}
    assert len(set(found.values())) == 3
    assert people_of(plan()) == {}


def test_only_the_same_people_for_the_same_cause_stay_rejected() -> None:
    rejected = {"a": ("real_leavers", "x"), "b": ("real_leavers", "y"), "c": ("ids_changed", "z"), "e": ("k", "")}
    new = {"a": ("real_leavers", "x"), "b": ("real_leavers", "other"), "c": ("real_leavers", "z"), "d": ("k", "x")}
    assert still_rejected({**new, "e": ("k", "")}, rejected) == {"a"}


def test_what_hangs_on_a_hold_is_found_however_far_down() -> None:
    above = {"a": "", "b": "a", "c": "b", "d": "x a", "e": "x", "x": ""}
    assert hanging_on(above, ["a"]) == {"b", "c", "d"}
