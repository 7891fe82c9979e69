"""The show runs to its end, again and again, tells what it did, and needs no terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engine.commands import Shell

from rollbook.store.models import District, Student, SyncRun

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_demo_runs_twice_and_shows_every_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rollbook = Shell(tmp_path, capsys)
    said = rollbook.ok("demo", "--no-serve")
    for word in (
        "rollbook district add",
        "rollbook plan maple-valley",
        "rollbook apply",
        "Nothing was removed",
        "A night like this sends a mail",
        "All other changes were applied.",
        "rollbook explain",
        "rollbook undo",
        "What to try next",
        "Planned again: nothing is left to do.",
    ):
        assert word in said.out, word
    assert "Traceback" not in said.err
    story = rollbook.json("demo")
    assert story["district"] == "maple-valley-2"
    assert (story["first"]["leftover"], story["second"]["leftover"]) == (0, 0)
    assert set(story["held"].values()) == {"file_cut_short"}
    assert story["mail"].endswith("changes wait for a person")
    assert story["undo_rows"] > 0
    assert sorted(District.objects.values_list("slug", flat=True)) == ["maple-valley", "maple-valley-2"]
    runs = SyncRun.objects.filter(district__slug="maple-valley-2").order_by("id")
    assert [run.state for run in runs] == ["applied", "applied", "planned"]
    assert Student.objects.filter(district__slug="maple-valley-2", status="archived").count() > 0
