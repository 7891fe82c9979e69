"""`rollbook sandbox`: what a person types."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from rollbook.cli import sandbox_ways
from rollbook.cli.main import main
from rollbook.cli.sandbox import DIFFERS
from rollbook.cli.sandbox_ways import EQUAL_WAYS


def test_all_ways_give_one_fingerprint(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sandbox", "--check-sources", "--students", "60", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    prints = told["fingerprints"]
    assert set(prints) == {*EQUAL_WAYS, "clever"}
    assert {prints[way] for way in EQUAL_WAYS} == {prints["csv_folder"]}
    assert told["equal"] is True
    assert all(rows["enrollments"] == told["rows"]["clever"]["enrollments"] for rows in told["rows"].values())


def test_a_way_that_differs_is_told_by_the_exit_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = iter("0123456789")
    monkeypatch.setattr(sandbox_ways, "roster_fingerprint", lambda roster: next(numbers))
    assert main(["sandbox", "--check-sources", "--students", "30", "--json"]) == DIFFERS
    assert json.loads(capsys.readouterr().out)["equal"] is False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_opens_says_where_and_ends_when_asked(number: signal.Signals) -> None:
    command = [sys.executable, "-m", "rollbook.cli.main", "sandbox", "--students", "30", "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            told = json.loads(running.stdout.readline())
            with urllib.request.urlopen(told["urls"]["console"] + "/control", timeout=20) as answer:
                assert json.load(answer)["students"] == 30
            running.send_signal(number)
            assert running.wait(timeout=30) == 0
        finally:
            running.kill()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(told["urls"]["console"] + "/control", timeout=5)
