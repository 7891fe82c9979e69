"""What takes the whole way although little changed, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

import polars as pl
import pytest
from tests.support.raw import snapshot_of
from tests.support.source import TODAY, Source, add_family, first_day
from tests.support.world import World

from rollbook.core.clean import clean
from rollbook.core.narrow import Ground, Narrow, narrow, reach, sides
from rollbook.core.policy import Policy
from rollbook.core.snapshot import Mode, Snapshot

Change = Callable[[Snapshot], Snapshot]


@pytest.fixture(scope="module")
def district() -> tuple[World, Ground]:
    """A district that is in the directory."""
    rnd = Random(4)
    source = _everybody_at_school(first_day(rnd), rnd)
    world = World()
    for name in ("S1", "S2"):
        world.school(name, name, number=name)
    received = snapshot_of(source, 0)
    roster = clean(received, Policy())
    plan = world.plan(roster)
    world.apply(plan, plan.holds["hold"].to_list())
    known = world.plan(roster)
    assert known.is_empty
    assert known.holds.is_empty()
    return world, Ground(plan=known, snapshot=received)


def _everybody_at_school(source: Source, rnd: Random) -> Source:
    for _ in range(8):
        add_family(rnd, source)
    return source


def _planned(district: tuple[World, Ground], received: Snapshot, policy: Policy | None = None) -> Narrow | None:
    world, ground = district
    return narrow(ground, received, world.state(), world.values, policy or Policy(), TODAY)


def _changed(name: str, **columns: pl.Expr | str) -> Change:
    """One stream has other columns."""

    def change(received: Snapshot) -> Snapshot:
        stream = received.streams[name]
        return replace(
            received, streams={**received.streams, name: replace(stream, frame=stream.frame.with_columns(**columns))}
        )

    return change


def _frame(name: str, made: Callable[[pl.DataFrame], pl.DataFrame]) -> Change:
    def change(received: Snapshot) -> Snapshot:
        stream = received.streams[name]
        return replace(received, streams={**received.streams, name: replace(stream, frame=made(stream.frame))})

    return change


def _first(column: str, value: str) -> pl.Expr:
    return pl.when(pl.int_range(pl.len()) == 0).then(pl.lit(value)).otherwise(column).alias(column)


_STUDENT = pl.col("role") == "student"
_FIRST_STUDENT = pl.when(_STUDENT & (_STUDENT.cum_sum() == 1)).then(pl.lit("")).otherwise("grades").alias("grades")
ONE_NAME = _changed("users", givenName=_first("givenName", "Zoe"))


def test_one_name_is_planned_alone(district: tuple[World, Ground], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "_MOST", 0)
    found = _planned(district, ONE_NAME(district[1].snapshot))
    assert found is not None
    assert found.plan.records.height == 1
    assert found.roster.frames["users"].height < district[1].snapshot.streams["users"].frame.height


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(_changed("classes", title=_first("title", "Chess")), id="a class"),
        pytest.param(_changed("academicSessions", title=_first("title", "Autumn")), id="a term"),
        pytest.param(_changed("users", givenName=pl.lit("Zoe")), id="more than a tenth"),
        pytest.param(_frame("users", lambda rows: rows.reverse()), id="the order"),
        pytest.param(_frame("users", lambda rows: rows.drop("sms")), id="a column"),
        pytest.param(_frame("users", lambda rows: pl.concat([rows, rows.tail(1)])), id="an id twice"),
        pytest.param(_changed("enrollments", beginDate=_first("beginDate", "9/1/2026")), id="a date in its own way"),
        pytest.param(_changed("enrollments", status=_first("status", "")), id="a status unlike the others"),
        pytest.param(_changed("users", sourcedId=_first("sourcedId", " 001")), id="an id with blanks"),
        pytest.param(_changed("enrollments", userSourcedId=_first("userSourcedId", "")), id="an enrollment of nobody"),
        pytest.param(_changed("users", grades=_FIRST_STUDENT), id="a blank where there are few"),
        pytest.param(lambda received: replace(received, version="9"), id="a version"),
        pytest.param(
            lambda received: replace(
                received,
                streams={name: replace(stream, mode=Mode.DELTA) for name, stream in received.streams.items()},
            ),
            id="changes only",
        ),
    ],
)
def test_what_may_reach_everybody_is_planned_whole(
    district: tuple[World, Ground], change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "_MOST", 0)
    assert _planned(district, change(district[1].snapshot)) is None


def test_when_many_are_reached_everybody_is_looked_at(
    district: tuple[World, Ground], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sides, "_MOST", 0)
    everybody = _changed("users", givenName=pl.lit("Zoe"))(district[1].snapshot)
    assert _planned(district, everybody) is None
    monkeypatch.setattr(reach, "_MOST", 0)
    monkeypatch.setattr("rollbook.core.narrow.planning.is_listed_whole", lambda findings: True)
    assert _planned(district, everybody, Policy(update_threshold=100)) is not None


def test_a_plan_that_would_hold_anything_is_made_of_everybody(
    district: tuple[World, Ground], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sides, "_MOST", 0)
    monkeypatch.setattr(reach, "_MOST", 0)
    assert _planned(district, _changed("users", givenName=pl.lit("Zoe"))(district[1].snapshot), Policy()) is None


def test_a_ground_that_does_not_say_the_same_of_those_looked_at_is_no_ground(
    district: tuple[World, Ground], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "_MOST", 0)
    world, ground = district
    received = ONE_NAME(ground.snapshot)
    forgotten = replace(ground.plan, findings=ground.plan.findings.clear(), left_out=ground.plan.left_out.clear())
    known = (ground.plan.findings.height, ground.plan.left_out.height)
    assert sum(known)
    other = replace(ground, plan=replace(forgotten, counts=ground.plan.counts.with_columns(number=pl.lit(0, pl.Int64))))
    assert narrow(other, received, world.state(), world.values, Policy(), TODAY) is None
