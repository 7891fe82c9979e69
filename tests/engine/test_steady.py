"""The unchanged night: planned without reading, and only while nothing at all has moved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db.models import F
from tests.engine.commands import DAY1, Shell

from rollbook.core.steady import steady_until
from rollbook.engine.apply import apply_plan
from rollbook.services import applying, planning, reading, steady
from rollbook.store.models import District, SourceConnection, SteadyPlan, Student, SyncRun

pytestmark = pytest.mark.django_db(transaction=True)
NOW = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def rollbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    shell = Shell(tmp_path, capsys)
    shell.begin()
    return shell


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources that were really read."""
    sources: list[str] = []
    really = reading.read

    def listening(connection: SourceConnection, *rest: object, **more: object) -> object:
        sources.append(connection.name)
        return really(connection, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(reading, "read", listening)
    return sources


def _again(on: str = DAY1) -> planning.Planned:
    return planning.make(
        connection=SourceConnection.objects.get(name="main"), by="night", now=NOW, on=dt.date.fromisoformat(on)
    )


def test_the_second_night_has_the_plan_that_was_verified_after_the_first(rollbook: Shell, read: list[str]) -> None:
    first = SyncRun.objects.get()
    planned = _again()
    assert read == []
    assert planned.same_as == first.pk
    assert planned.plan.is_empty
    run = planned.run
    assert (run.rows, run.fingerprint, run.snapshot) == (first.rows, first.fingerprint, first.snapshot)
    SteadyPlan.objects.all().delete()
    computed = _again()
    assert read == ["main"]
    assert computed.same_as is None
    assert computed.run.counts == run.counts == planned.plan.totals()
    assert computed.run.findings == run.findings
    assert (computed.plan.baseline, computed.run.day) == (planned.plan.baseline, run.day)


def test_it_is_a_run_like_any_other(rollbook: Shell, read: list[str]) -> None:
    plan = rollbook.json("plan", "maple", "--on", DAY1)
    assert plan["empty"]
    assert plan["counts"]["student"]["unchanged"] == Student.objects.filter(status="active").count()
    done = rollbook.json("apply", plan["plan"])
    assert (done["state"], done["leftover"]) == ("applied", 0)
    assert rollbook.json("sync", "maple", "--on", DAY1)["counts"] == plan["counts"]
    assert "as they were in run" in rollbook.ok("plan", "maple", "--on", DAY1).out
    assert read == []


def _another_byte(shell: Shell) -> None:
    path = shell.incoming / "users.csv"
    path.write_bytes(path.read_bytes() + b"\n")


def _another_manifest(shell: Shell) -> None:
    path = shell.incoming / "manifest.csv"
    path.write_bytes(path.read_bytes() + b"source.note,x\n")


def _a_file_beside(shell: Shell) -> None:
    (shell.incoming / "grades.txt").write_text("1")


def _a_hand_in_the_directory(shell: Shell) -> None:
    shell.ok("undo", str(SyncRun.objects.order_by("-id")[0].pk))


def _guardians_from_elsewhere(shell: Shell) -> None:
    beside = shell.folder / "beside"
    beside.mkdir()
    shell.ok("source", "add", "maple", "--kind", "guardians_csv", "--name", "families", "--path", str(beside))


def _another_program(shell: Shell) -> None:
    SteadyPlan.objects.update(program="of last week")


def _no_snapshot(shell: Shell) -> None:
    SyncRun.objects.update(snapshot="gone.snapshot")


@pytest.mark.parametrize(
    "move",
    [
        _another_byte,
        _another_manifest,
        _a_file_beside,
        lambda shell: shell.ok("settings", "maple", "look_ahead_days=21"),
        lambda shell: shell.ok("schools", "maple", "--unmatch", "0102"),
        _a_hand_in_the_directory,
        _guardians_from_elsewhere,
        _another_program,
        _no_snapshot,
    ],
)
def test_whatever_moves_it_is_computed(rollbook: Shell, read: list[str], move: Callable[[Shell], object]) -> None:
    move(rollbook)
    read.clear()
    assert _again().same_as is None
    assert read == ["main"]


def test_it_stands_until_the_day_that_may_turn_it(rollbook: Shell, read: list[str]) -> None:
    kept = SteadyPlan.objects.get()
    assert kept.until is not None
    assert kept.since == dt.date.fromisoformat(DAY1) < kept.until
    last = kept.until - dt.timedelta(days=1)
    assert _again(last.isoformat()).same_as == kept.run_id
    assert _again((kept.since - dt.timedelta(days=1)).isoformat()).same_as is None
    assert _again(kept.until.isoformat()).same_as is None


def test_a_plan_that_waits_for_an_answer_is_never_kept(rollbook: Shell) -> None:
    SteadyPlan.objects.all().delete()
    rollbook.receive(2)
    path = rollbook.incoming / "enrollments.csv"
    path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[:40]), "utf-8")
    rollbook.ok("sync", "maple", "--on", DAY1)
    assert SyncRun.objects.order_by("-id")[0].holds.exists()
    assert not SteadyPlan.objects.exists()


def test_without_dates_nothing_ever_turns(rollbook: Shell) -> None:
    planned = planning.renew(SyncRun.objects.get(), by="night", now=NOW)
    assert planned.roster is not None
    assert planned.state is not None
    frames = [*planned.roster.frames.values(), *planned.state.frames.values()]
    assert any("ends_on" in frame.columns for frame in frames)
    policy = steady.policies.policy_of(SourceConnection.objects.get())
    assert steady_until(planned.roster, planned.state, policy, dt.date(2999, 1, 1)) is None


def _renamed(shell: Shell, name: str) -> None:
    """One student has another name, and the last enrollment of the file is not there any more."""
    users = shell.incoming / "users.csv"
    rows = users.read_text("utf-8").splitlines(keepends=True)
    at = next(number for number, row in enumerate(rows) if ",student," in row)
    cells = rows[at].split(",")
    place = rows[0].split(",").index("familyName")
    cells[place] = name
    users.write_text("".join([*rows[:at], ",".join(cells), *rows[at + 1 :]]), "utf-8")
    enrollments = shell.incoming / "enrollments.csv"
    enrollments.write_text("".join(enrollments.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")


def test_a_night_on_which_little_changed_is_planned_narrowly(rollbook: Shell) -> None:
    _renamed(rollbook, "Okonjo")
    planned = _again()
    assert planned.narrow is not None
    whole = planning.renew(planned.run, by="night", now=NOW)
    assert whole.narrow is None
    for name in ("records", "edits", "holds", "counts"):
        assert getattr(planned.plan, name).equals(getattr(whole.plan, name))
    assert planned.run.findings == whole.run.findings
    assert planned.plan.totals()["student"]["update"] == 1
    done = applying.apply(run=planned.run, by="night", now=NOW, planned=planned)
    assert done.leftover == 0
    assert Student.objects.filter(family_name="Okonjo").exists()
    again = _again()
    assert again.same_as == planned.run.pk
    SteadyPlan.objects.all().delete()
    computed = _again().plan
    assert computed.is_empty
    for name in ("left_out", "findings", "counts"):
        mine, theirs = getattr(again.plan, name), getattr(computed, name)
        assert mine.sort(mine.columns, nulls_last=True).equals(theirs.sort(theirs.columns, nulls_last=True))


def test_narrow_nights_follow_each_other_for_a_week(rollbook: Shell) -> None:
    began = dt.date.fromisoformat(DAY1)
    for number in range(3):
        _renamed(rollbook, f"Okonjo{number}")
        day = (began + dt.timedelta(days=number * 3)).isoformat()
        planned = _again(day)
        assert planned.narrow is not None
        applying.apply(run=planned.run, by="night", now=NOW, planned=planned)
    assert SteadyPlan.objects.get().whole_on == began
    _renamed(rollbook, "Okonjo")
    planned = _again((began + dt.timedelta(days=7)).isoformat())
    assert planned.narrow is None
    assert not planned.plan.is_empty


def test_when_somebody_else_wrote_meanwhile_everything_is_looked_at_again(
    rollbook: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    _renamed(rollbook, "Okonjo")
    planned = _again()
    assert planned.narrow is not None

    def and_another(run: SyncRun, *rest: object, **more: object) -> object:
        receipt = apply_plan(run, *rest, **more)  # type: ignore[arg-type]
        District.objects.update(revision=F("revision") + 1)
        return receipt

    monkeypatch.setattr(applying, "apply_plan", and_another)
    really, whole = planning.again, []
    monkeypatch.setattr(planning, "again", lambda *given: whole.append(given[0]) or really(*given))
    done = applying.apply(run=planned.run, by="night", now=NOW, planned=planned)
    assert (done.leftover, whole) == (0, [planned.run])
