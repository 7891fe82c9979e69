"""Step 7: the first plan, the launch and the daily run, in one place."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.engine.commands import Shell
from tests.web.people import browser, person, work

from rollbook.core.lifecycle import RunState
from rollbook.store.models import SourceConnection, Student, SyncRun

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def new(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> SourceConnection:
    """A district with a source and its files, and nothing else."""
    shell = Shell(tmp_path, capsys)
    shell.receive(1)
    shell.ok("district", "add", "maple", "--name", "Maple Valley", "--timezone", "America/Los_Angeles")
    shell.ok("source", "add", "maple", "--kind", "oneroster_csv", "--path", str(shell.incoming))
    return SourceConnection.objects.get()


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_from_nothing_to_a_sync_that_runs_every_day(
    new: SourceConnection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alice = browser(person("alice@example.org", "maple"))
    dan = browser(person("dan@example.org", "maple", role="district_staff"))
    address = f"/d/maple/sources/{new.pk}/launch/"
    assert "Match the schools first" in text(alice.get(address))
    Shell(tmp_path, capsys).ok("schools", "maple", "--create-missing")
    assert "Plan the first run" in text(alice.get(address))
    assert "Plan the first run" not in text(dan.get(address))
    assert dan.post(address, {"act": "plan"}).status_code == 403

    page = text(alice.post(address, {"act": "plan"}, follow=True))
    assert "It waits for a worker." in page
    assert '<meta http-equiv="refresh"' in page
    assert work() == 1
    page = text(alice.get(address))
    shown = re.search(r"The first run would create .*?([\d,]+) students", page)
    assert shown
    assert re.search(r"Launch: create [\d,]+ \w+ and apply [\d,]+ other changes", page)
    assert "A district administrator may launch it." in text(dan.get(address))
    assert not Student.objects.exists()

    run = SyncRun.objects.get()
    answer = alice.post(f"/d/maple/runs/{run.pk}/apply/", {"back": "launch"}, follow=True)
    assert answer.redirect_chain == [(address, 302)]
    assert "Switch the daily run on" not in text(answer)
    work()
    run.refresh_from_db()
    assert run.state == RunState.APPLIED
    assert Student.objects.count() == int(shown[1].replace(",", ""))
    page = text(alice.get(address))
    assert f"The report of run {run.pk}" in page

    wrong = alice.post(address, {"act": "daily", "start_time": "3 in the night"})
    assert wrong.status_code == 422
    assert 'value="3 in the night"' in text(wrong)
    assert 'id="start_time-refusal"' in text(wrong)
    page = text(alice.post(address, {"act": "daily", "start_time": "04:30"}, follow=True))
    assert "It runs every day at 04:30" in page
    new.refresh_from_db()
    assert new.settings["daily_sync"] == "on"
    assert "does not run by itself" in text(alice.post(address, {"act": "never"}, follow=True))
    assert alice.post(address, {"act": "nonsense"}).status_code == 400
