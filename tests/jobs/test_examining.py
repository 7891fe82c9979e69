"""A look at a source, asked for and carried out by a worker: it changes nothing, and what it found is kept."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.engine.commands import Shell

from rollbook.engine.dump import dump
from rollbook.jobs import worker
from rollbook.reports.examinations import check_rows
from rollbook.services import examining
from rollbook.services.examining import ExaminationKind
from rollbook.store.models import ChangeLog, Examination, SourceConnection, SyncRun

KIND = ExaminationKind.CONNECTION


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def test_a_test_of_the_connection_is_carried_out_and_changes_nothing(shell: Shell, maple: SourceConnection) -> None:
    before = dump(maple.district_id), SyncRun.objects.count(), ChangeLog.objects.count()
    asked = examining.ask(maple, KIND, by="alice", now=now())
    assert asked.ended_at is None
    assert examining.ask(maple, KIND, by="bob", now=now()) == asked  # one at a time

    worker.run(until_idle=True)

    asked.refresh_from_db()
    assert asked.ended_at
    assert asked.problem == ""
    said = shell.json("source", "test", "maple")
    assert asked.result == {name: value for name, value in said.items() if name not in ("source", "kind")}
    assert asked.result["works"]
    assert (dump(maple.district_id), SyncRun.objects.count(), ChangeLog.objects.count()) == before
    assert not examining.carry_out(asked.pk, now=now)  # it is over


def test_what_cannot_be_read_is_a_receipt_too(maple: SourceConnection) -> None:
    maple.config = {"path": "/nowhere"}
    maple.save()
    asked = examining.ask(maple, KIND, by="alice", now=now())
    assert examining.carry_out(asked.pk, now=now)
    asked.refresh_from_db()
    assert not asked.result["works"]
    assert "There is nothing at" in asked.result["problem"]


@pytest.mark.parametrize(
    ("kind", "words"), [("no-such-kind", "There is no kind of source"), ("clever", "needs a token")]
)
def test_settings_that_cannot_be_used_are_told(maple: SourceConnection, kind: str, words: str) -> None:
    maple.kind, maple.config = kind, {}
    maple.save()
    asked = examining.ask(maple, KIND, by="alice", now=now())
    assert examining.carry_out(asked.pk, now=now)
    asked.refresh_from_db()
    assert words in asked.problem


def test_nobody_waits_for_ever_and_old_ones_go(maple: SourceConnection) -> None:
    lost = examining.ask(maple, KIND, by="alice", now=now() - examining.PATIENCE - dt.timedelta(minutes=1))
    again = examining.ask(maple, KIND, by="alice", now=now())
    assert again != lost
    lost.refresh_from_db()
    assert "did not end" in lost.problem
    assert not examining.carry_out(lost.pk, now=now)
    for _ in range(5):
        examining.carry_out(again.pk, now=now)
        again = examining.ask(maple, KIND, by="alice", now=now())
    assert Examination.objects.filter(connection=maple).count() == 3
    assert examining.newest(maple, KIND) == again


def test_what_two_carry_out_at_once_keeps_its_rows(maple: SourceConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker is at the check that a person at a terminal carries out: whoever is late takes away its own rows only."""
    asked = examining.ask(maple, ExaminationKind.SELF_CHECK, by="alice", now=now())
    take = examining._WORK[ExaminationKind.SELF_CHECK]

    def overtaken(found: Examination) -> examining.Found:
        monkeypatch.undo()
        assert examining.carry_out(asked.pk, now=now)
        return take(found)

    monkeypatch.setattr(examining, "_WORK", {**examining._WORK, ExaminationKind.SELF_CHECK: overtaken})
    examining.carry_out(asked.pk, now=now)
    asked.refresh_from_db()
    kept = [check["key"] for check in asked.result["checks"] if check["rows"]]
    assert kept
    assert check_rows(maple, kept[0]).frame.height
