"""Planning only what changed gives the plan of everything, over nights of random districts, slips and all."""

from __future__ import annotations

import os
from collections import Counter
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from tests.property.test_plan_reference import VARIANTS, _between, _by_hand
from tests.support.raw import CUSTODY, snapshot_of
from tests.support.source import PEOPLE_MOVE, TODAY, add_family, first_day, night
from tests.support.world import World

from rollbook.core.clean import clean
from rollbook.core.narrow import Ground, narrow, reach, sides
from rollbook.core.plan import Plan
from rollbook.core.policy import Policy
from rollbook.core.snapshot import Snapshot

EXAMPLES = int(os.environ.get("NARROW_EXAMPLES", "10"))
SHARDS = 2
NIGHTS = int(os.environ.get("NARROW_NIGHTS", "4"))
TOLD: Counter[str] = Counter()


@pytest.fixture(autouse=True)
def any_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiny districts change by more than a tenth in a night."""
    monkeypatch.setattr(sides, "_MOST", 0)
    monkeypatch.setattr(reach, "_MOST", 0)


@pytest.mark.slow
@pytest.mark.parametrize("shard", range(SHARDS))
def test_nights_of_a_random_district(shard: int) -> None:
    TOLD.clear()

    @settings(max_examples=EXAMPLES // SHARDS, deadline=None, derandomize=EXAMPLES <= 10)
    @given(seed=st.integers(min_value=0, max_value=2**48))
    def live_many(seed: int) -> None:
        live(seed * SHARDS + shard)

    live_many()
    assert TOLD["narrow"] > TOLD["whole"] // 4


def live(seed: int) -> None:
    rnd = Random(seed)
    world = World()
    for name in ("S1", "S2"):
        world.school(name, name, number=name)
    source = first_day(rnd)
    policy = Policy(**(rnd.choice(VARIANTS) | {"custody_column": CUSTODY if source.custody else ""}))
    for _ in range(rnd.choice((0, 3, 12))):
        add_family(rnd, source)
    _by_hand(rnd, world)
    slips = rnd.choice((0, 0, rnd.randint(1, 99)))
    missing = frozenset(
        rnd.choice(((), (), ("username",), ("grades", "enabledUser"), ("email",), ("agentSourcedIds",)))
    )
    apart = rnd.random() < 0.7

    def read() -> Snapshot:
        return snapshot_of(source, slips, missing, is_apart=apart)

    for _ in range(rnd.choice((0, 1, 2))):
        _settle(world, read(), policy)
        _between(rnd, world)
        source = night(rnd, source)
    received = read()
    known = _settle(world, received, policy)
    for _ in range(NIGHTS):
        if not known.is_empty or known.holds.height:
            TOLD["unsettled"] += 1
            return
        source = night(rnd, source, PEOPLE_MOVE)
        received, known = _night(world, Ground(plan=known, snapshot=received), read(), policy)


def _settle(world: World, received: Snapshot, policy: Policy) -> Plan:
    """All of a reading is in the directory, approved whatever it was; what a second plan says."""
    roster = clean(received, policy)
    for _ in range(2):
        plan = world.plan(roster, policy)
        world.apply(plan, plan.holds["hold"].to_list())
    return world.plan(roster, policy)


def _night(world: World, ground: Ground, received: Snapshot, policy: Policy) -> tuple[Snapshot, Plan]:
    state = world.state()
    found = narrow(ground, received, state, world.values, policy, TODAY)
    roster = clean(received, policy)
    whole = world.plan(roster, policy)
    TOLD["whole" if found is None else "narrow"] += 1
    if found is not None:
        TOLD["something"] += not whole.is_empty
        same(found.plan, whole)
    world.apply(whole, whole.holds["hold"].to_list())
    second = world.plan(roster, policy)
    if found is not None:
        again, _ = found.again(world.state(), world.values, policy, TODAY)
        same(again, second)
        return received, again
    return received, second


def same(found: Plan, whole: Plan) -> None:
    """Value for value; findings and what is left out in any order."""
    assert found.baseline == whole.baseline
    for name in ("records", "edits", "holds", "counts"):
        assert_frame_equal(getattr(found, name), getattr(whole, name), categorical_as_str=True)
    for name in ("left_out", "findings"):
        mine, theirs = getattr(found, name), getattr(whole, name)
        assert_frame_equal(mine.sort(pl.all(), nulls_last=True), theirs.sort(pl.all(), nulls_last=True))
    assert found.inserts.keys() == whole.inserts.keys()
    for table, frame in found.inserts.items():
        assert_frame_equal(frame, whole.inserts[table])
