"""Bad input: exit code, a sentence with file and line, a hint, and nothing changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engine.commands import DAY1, DAY2, Shell

from rollbook.engine.dump import dump
from rollbook.store.models import District, SyncRun

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rollbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(tmp_path, capsys)


def test_a_header_that_cannot_be_read_fails_the_run_and_changes_nothing(rollbook: Shell) -> None:
    rollbook.begin()
    district = District.objects.get()
    before, runs = dump(district.pk), SyncRun.objects.count()
    users = rollbook.incoming / "users.csv"
    users.write_text(users.read_text("utf-8").replace("sourcedId", "key", 1), "utf-8")
    for command in ("plan", "sync"):
        said = rollbook(command, "maple", "--on", DAY1)
        assert said.code == 13
        assert "users.csv" in said.err
        assert "What to do:" in said.err
    said = rollbook("plan", "maple", "--json")
    error = said.json["error"]
    assert (said.code, error["code"], error["exit_code"]) == (13, "DataError", 13)
    assert error["findings"][0]["stream"] == "users.csv"
    assert dump(district.pk) == before
    assert SyncRun.objects.count() == runs
    said = rollbook("validate", str(rollbook.incoming))
    assert said.code == 13
    assert "users.csv" in said.out


def test_a_row_that_is_refused_is_told_with_its_line_and_freezes_its_student(rollbook: Shell) -> None:
    rollbook.begin()
    users = rollbook.incoming / "users.csv"
    lines = users.read_text("utf-8").splitlines(keepends=True)
    number = next(n for n, line in enumerate(lines, 1) if ",student," in line)
    cells = lines[number - 1].split(",")
    sourced_id = cells[0]
    lines[number - 1] = ",".join(cells[:4]) + "\n"  # it breaks off in the middle
    users.write_text("".join(lines), "utf-8")
    said = rollbook("validate", str(rollbook.incoming), "--json").json
    named = [row for row in said["findings"] if row["line"] == number and row["file"] == "users.csv"]
    assert [row["severity"] for row in named] == ["error"], said["codes"]
    plan = rollbook.json("sync", "maple", "--on", DAY1)
    assert plan["counts"]["student"]["archive"] == 0
    assert plan["findings"][named[0]["code"]] == 1
    explained = rollbook.json("explain", "maple", sourced_id)
    student = next(answer for answer in explained["answers"] if answer["kind"] == "student")
    assert student["current"]["status"] == "active"
    assert any("was refused" in sentence for sentence in student["verdict"]), student["verdict"]


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("plan", "nowhere"), 30, "no district 'nowhere'"),
        (("apply", "no-such-plan"), 30, "no run or plan 'no-such-plan'"),
        (("show", "999999"), 30, "no run or plan"),
        (("report", "1", "--out", "x", "--format", "pdf"), 30, "no run"),
        (("district", "add", "Maple Valley", "--name", "x"), 10, "cannot be the short name"),
        (("district", "add", "x", "--name", " "), 10, "no name"),
        (("district", "add", "x", "--name", "X", "--timezone", "Mars/Base"), 10, "no time zone"),
        (("district", "add", "x", "--name", "X", "--region", "ZZ"), 10, "no region"),
        (("validate", "no-such-folder"), 10, "nothing at"),
    ],
)
def test_what_is_not_there_is_said(rollbook: Shell, words: tuple[str, ...], code: int, sentence: str) -> None:
    said = rollbook(*words)
    assert (said.code, said.out) == (code, "")
    assert sentence in said.err
    assert "What to do:" in said.err
    assert rollbook(*words, "--json").json["error"]["exit_code"] == code


def test_names_are_taken_once(rollbook: Shell) -> None:
    rollbook.begin()
    assert rollbook("district", "add", "maple", "--name", "Again").code == 10
    add = ("source", "add", "maple", "--path", str(rollbook.incoming))
    assert rollbook(*add, "--kind", "oneroster_csv").code == 10
    assert rollbook(*add, "--kind", "telepathy", "--name", "other").code == 10
    assert rollbook("source", "add", "maple", "--kind", "oneroster_csv", "--path", "gone", "--name", "other").code == 10
    rollbook.ok(*add, "--kind", "oneroster_csv", "--name", "other")
    said = rollbook("plan", "maple")
    assert said.code == 30
    assert "main, other" in said.err
    assert rollbook("plan", "maple", "--source", "main", "--on", DAY1).code == 0


def test_settings_change_together_or_not_at_all_and_make_plans_stale(rollbook: Shell) -> None:
    rollbook.begin()
    rollbook.receive(2)
    plan = rollbook.json("plan", "maple", "--on", DAY2)["plan"]
    assert rollbook("settings", "maple", "deletion_threshold=20", "classes=some").code == 10
    assert rollbook("settings", "maple", "classes").code == 10
    assert rollbook("settings", "maple", "sessions=chosen").code == 10
    assert rollbook("settings", "maple", "region=CA").code == 10
    listed = rollbook.json("settings", "maple")["settings"]
    assert listed["deletion_threshold"]["value"] == "10"
    changed = rollbook.json("settings", "maple", "deletion_threshold=20", "guardian_relationships=parent,relative")
    assert changed["settings"]["deletion_threshold"] == {**listed["deletion_threshold"], "value": "20"}
    assert rollbook("apply", plan).code == 21
    back = rollbook.json("settings", "maple", "deletion_threshold=")["settings"]
    assert back["deletion_threshold"]["value"] == "10"
    assert back["guardian_relationships"]["value"] == "parent,relative"
