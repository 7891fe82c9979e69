"""Holds and approvals through the real commands and services: once, by whom, for whom, until when (R-10)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from tests.engine.commands import DAY1, Shell

from rollbook.core.errors import ConfigError, HoldRequired, PlanStale
from rollbook.engine.dump import dump
from rollbook.services import access, applying, approving, policies, releasing
from rollbook.store.models import District, Hold, HoldDecision, SourceConnection, SourceLink, Student, SyncRun

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rollbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    shell = Shell(tmp_path, capsys)
    shell.begin()
    return shell


@pytest.fixture
def ann(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "ann")


def cut(rollbook: Shell, *, odd: int = 1) -> str:
    """Five students of one school are not in the file: one more than may leave unasked, while their enrollments alone
    would not wait. The key of the hold they make."""
    link = SourceLink.objects.filter(kind="school").order_by("sourced_id")[0]
    path = rollbook.incoming / "users.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    school = f",{link.sourced_id},student,"
    gone = [line for line in lines if school in line and int(line.split(",")[0][-1]) % 2 == odd][:5]
    assert len(gone) == 5
    path.write_text("".join(line for line in lines if line not in gone), "utf-8")
    return f"{link.object_id}:student:removal"


def archived() -> int:
    return Student.objects.filter(status="archived").count()


def planned(rollbook: Shell) -> SyncRun:
    return access.run(rollbook.json("plan", "maple", "--on", DAY1)["plan"])


def at(run: SyncRun, days: float = 0) -> dt.datetime:
    return run.created_at + dt.timedelta(days=days, minutes=1)


def two_must_agree() -> None:
    policies.change(connection=SourceConnection.objects.get(), values={"approvals": "two"}, by="ann")


def holds(rollbook: Shell) -> dict[str, Any]:
    return {hold["key"]: hold for hold in rollbook.json("holds", "maple")["holds"]}


def test_what_waits_is_listed_with_its_cause_and_whom_it_is_about(rollbook: Shell) -> None:
    assert "Nothing waits" in rollbook.ok("holds", "maple").out
    key = cut(rollbook)
    synced = rollbook.json("sync", "maple", "--on", DAY1)
    listed = holds(rollbook)[key]
    kept = Hold.objects.get(run=synced["run"], key=key)
    assert (listed["count"], listed["cause"], listed["sentence"]) == (kept.count, kept.cause, kept.sentence)
    assert listed["with_it"] == sum(Hold.objects.filter(run=kept.run, depends_on=key).values_list("count", flat=True))
    people = rollbook.json("show", listed["plan"], "--hold", key)["lines"]
    assert len({line["sis_id"] for line in people}) == listed["count"]
    assert {line["result"] for line in people} == {"held"}
    assert rollbook("show", listed["plan"], "--hold", "9:student:removal").code == 30
    assert kept.sentence in " ".join(rollbook.ok("holds", "maple").out.split())


@pytest.mark.usefixtures("ann")
def test_an_approval_before_the_plan_is_applied_is_taken_along(rollbook: Shell) -> None:
    key = cut(rollbook)
    run = planned(rollbook)
    done = rollbook.json("approve", str(run.plan), key)
    assert (done["holds"][key]["state"], done["applied"], archived()) == ("approved", None, 0)
    rollbook.ok("apply", str(run.plan))
    hold = Hold.objects.get(run=run, key=key)
    assert archived() == hold.count
    assert (hold.decided_by, hold.released_run_id) == ("cli:ann", run.pk)
    assert key not in holds(rollbook)
    again = rollbook("reject", str(run.plan), key)
    assert (again.code, f"rollbook undo {run.pk}" in again.err) == (21, True)


@pytest.mark.usefixtures("ann")
def test_an_approval_after_the_night_is_applied_at_once(rollbook: Shell) -> None:
    key = cut(rollbook)
    night = rollbook.json("sync", "maple", "--on", DAY1)
    assert archived() == 0
    done = rollbook.json("approve", night["plan"], key)["applied"]
    assert key in done["approved"]
    assert done["run"] != night["run"]
    assert done["leftover"] == 0
    first = Hold.objects.get(run=night["run"], key=key)
    assert archived() == first.count
    assert first.released_run_id == done["run"]
    second = Hold.objects.get(run=done["run"], key=key)
    assert (second.state, second.decided_by) == ("approved", "cli:ann")
    assert [decision.by for decision in second.decisions.all()] == ["cli:ann"]
    rollbook.ok("undo", str(done["run"]))
    assert archived() == 0


def test_an_approval_never_goes_to_other_people(rollbook: Shell) -> None:
    key = cut(rollbook)
    night = access.run(rollbook.json("sync", "maple", "--on", DAY1)["plan"])
    approving.approve(run=night, keys=[key], by="ann", now=at(night))
    somebody = Student.objects.filter(status="active", pk__in=_held(night, key)).order_by("pk")[0]
    Student.objects.filter(pk=somebody.pk).update(status="archived")  # by hand, meanwhile
    District.objects.update(revision=99)
    before = dump(night.district_id)
    with pytest.raises(PlanStale, match="not what was approved any more"):
        releasing.release(run=night, by="ann", now=at(night))
    assert dump(night.district_id) == before


def _held(run: SyncRun, key: str) -> list[int]:
    from rollbook.services import planning

    records = planning.load(run).records
    return [row["ref"] for row in records.to_dicts() if row["hold"] == key]


def test_nobody_decides_about_data_that_are_not_the_newest(rollbook: Shell) -> None:
    key = cut(rollbook)
    old = access.run(rollbook.json("sync", "maple", "--on", DAY1)["plan"])
    cut(rollbook, odd=0)
    new = planned(rollbook)
    for decide in (approving.approve, approving.reject, approving.wait):
        with pytest.raises(PlanStale, match="other data") as stale:
            decide(run=old, keys=[key], by="ann", now=at(new))
        assert str(new.plan) in stale.value.message
    assert not HoldDecision.objects.exists()


def test_two_persons_must_agree_and_the_same_one_counts_once(rollbook: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    two_must_agree()
    key = cut(rollbook)
    run = planned(rollbook)
    monkeypatch.setenv("LOGNAME", "ann")
    first = rollbook("apply", str(run.plan), "--approve", key)
    assert first.code == HoldRequired.exit_code
    assert f"rollbook approve {run.plan} '{key}'" in first.err
    assert (SyncRun.objects.get(pk=run.pk).state, archived()) == ("planned", 0)
    assert rollbook("apply", str(run.plan), "--approve", key).code == HoldRequired.exit_code
    assert rollbook("approve", str(run.plan), key).code == ConfigError.exit_code
    assert HoldDecision.objects.count() == 1
    monkeypatch.setenv("LOGNAME", "bob")
    rollbook.ok("apply", str(run.plan), "--approve", key)
    hold = Hold.objects.get(run=run, key=key)
    assert archived() == hold.count
    assert hold.decided_by == "cli:ann and cli:bob"


def test_one_of_two_lets_the_rest_be_applied_and_the_other_may_follow(rollbook: Shell) -> None:
    two_must_agree()
    key = cut(rollbook)
    run = planned(rollbook)
    approving.approve(run=run, keys=[key], by="ann", now=at(run))
    applying.apply(run=run, by="ann", now=at(run))
    assert archived() == 0
    run = access.run(str(run.pk))
    with pytest.raises(HoldRequired):
        releasing.release(run=run, by="ann", now=at(run))
    approving.approve(run=run, keys=[key], by="bob", now=at(run))
    done = releasing.release(run=run, by="bob", now=at(run))
    assert archived() == Hold.objects.get(run=run, key=key).count
    assert Hold.objects.get(run=done.run, key=key).decided_by == "ann and bob"


def test_the_rule_of_today_counts_not_that_of_the_approval(rollbook: Shell) -> None:
    key = cut(rollbook)
    night = access.run(rollbook.json("sync", "maple", "--on", DAY1)["plan"])
    approving.approve(run=night, keys=[key], by="ann", now=at(night))
    two_must_agree()
    night = access.run(str(night.pk))
    with pytest.raises(HoldRequired):
        releasing.release(run=night, by="ann", now=at(night))
    assert archived() == 0


def test_a_rejected_hold_is_quiet_until_the_data_change(rollbook: Shell) -> None:
    key = cut(rollbook)
    night = access.run(rollbook.json("sync", "maple", "--on", DAY1)["plan"])
    approving.reject(run=night, keys=[key], by="ann", now=at(night))
    states = {hold.key: hold.state for hold in Hold.objects.filter(run=night)}
    hanging = set(Hold.objects.filter(run=night, depends_on=key).values_list("key", flat=True))
    assert hanging
    assert {states[name] for name in {key} | hanging} == {"rejected"}

    student = rollbook.json("show", str(night.plan), "--hold", key)["lines"][0]
    assert "ann rejected hold" in rollbook.ok("explain", "maple", student["sis_id"]).out

    for _night in range(2):  # the same file: nobody is asked again
        rollbook.ok("sync", "maple", "--on", DAY1)
        found = holds(rollbook)[key]
        assert (found["state"], found["decided_by"], found["rejected_before"]) == ("rejected", "ann", True)
        assert archived() == 0
    cut(rollbook, odd=0)  # another file, other people
    rollbook.ok("sync", "maple", "--on", DAY1)
    found = holds(rollbook)[key]
    assert (found["state"], found["decided_by"], found["rejected_before"]) == ("open", "", False)


def test_a_rejection_is_taken_back_by_an_approval(rollbook: Shell) -> None:
    key = cut(rollbook)
    night = access.run(rollbook.json("sync", "maple", "--on", DAY1)["plan"])
    approving.reject(run=night, keys=[key], by="ann", now=at(night))
    later = planned(rollbook)
    standing = approving.approve(run=later, keys=[key], by="bob", now=at(later))[key]
    assert standing.is_released
    assert not Hold.objects.filter(run=later, depends_on=key, state="rejected").exists()
    applying.apply(run=later, by="bob", now=at(later))
    assert archived() == Hold.objects.get(run=later, key=key).count


def test_waiting_is_seen_and_changes_nothing(rollbook: Shell) -> None:
    key = cut(rollbook)
    night = access.run(rollbook.json("sync", "maple", "--on", DAY1)["plan"])
    rollbook.ok("wait", str(night.plan), key)
    found = holds(rollbook)[key]
    assert found["state"] == "open"
    assert found["waiting_by"].startswith("cli")
    assert "waits for new data" in rollbook.ok("holds", "maple").out


def test_an_approval_that_is_too_old_says_so(rollbook: Shell) -> None:
    policies.change(connection=SourceConnection.objects.get(), values={"approval_days": "3"}, by="ann")
    key = cut(rollbook)
    run = planned(rollbook)
    approving.approve(run=run, keys=[key], by="ann", now=at(run, 2))
    before = dump(run.district_id)
    with pytest.raises(PlanStale, match="was good until"):
        applying.apply(run=run, by="ann", now=at(run, 3))
    with pytest.raises(PlanStale, match="was good until"):
        approving.approve(run=run, keys=[key], by="bob", now=at(run, 3))
    assert dump(run.district_id) == before
    [hold] = [one for one in approving.holds_of(run, now=at(run, 3)) if one.key == key]
    assert hold.is_expired
    applying.apply(run=run, by="ann", now=at(run, 2))
    assert archived() > 0


def test_what_hangs_on_another_is_decided_with_it(rollbook: Shell) -> None:
    key = cut(rollbook)
    run = planned(rollbook)
    hanging = Hold.objects.filter(run=run, depends_on=key)[0].key
    with pytest.raises(ConfigError, match="waits for what it hangs on") as told:
        approving.approve(run=run, keys=[hanging], by="ann", now=at(run))
    assert key in told.value.hint
    assert rollbook("approve", str(run.plan), "nonsense").code == 30
    assert not HoldDecision.objects.exists()


@pytest.mark.usefixtures("ann")
def test_an_approval_whose_release_was_interrupted_is_released_by_approving_again(rollbook: Shell) -> None:
    key = cut(rollbook)
    night = access.run(rollbook.json("sync", "maple", "--on", DAY1)["plan"])
    approving.approve(run=night, keys=[key], by="cli:ann", now=at(night))  # and then the machine went down
    assert archived() == 0
    done = rollbook.json("approve", str(night.plan), key)
    assert key in done["applied"]["approved"]
    assert archived() == 5
    assert HoldDecision.objects.filter(hold__run=night).count() == 1
