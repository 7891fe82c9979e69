"""The whole path through the real commands: from a folder of files to a directory, the next day, and back."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from tests.engine.commands import DAY1, DAY2, Shell

from rollbook.core.causes import CAUSES
from rollbook.core.entities import ACTIONS, KINDS
from rollbook.engine.dump import dump
from rollbook.store.models import Classroom, District, Enrollment, School, SourceLink, Student, SyncRun

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rollbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(tmp_path, capsys)


def state(slug: str = "maple") -> dict[str, bytes]:
    return dump(District.objects.get(slug=slug).pk)


def documented() -> list[dict[str, str]]:
    """The four tables of the page that keeps the promise: name → what it is."""
    page = (Path(__file__).parents[2] / "docs" / "reference" / "plan-json.md").read_text("utf-8")
    tables: list[dict[str, str]] = []
    for line in page.splitlines():
        if line.startswith("|--"):
            tables.append({})
        elif line.startswith("| `"):
            cells = [cell.strip() for cell in line.split("|")]
            tables[-1][cells[1].strip("`")] = cells[2]
    return tables


def totals(counts: dict[str, dict[str, int]], *actions: str) -> int:
    return sum(by_action[action] for by_action in counts.values() for action in actions)


def test_from_files_to_a_directory_and_the_next_day_and_back(rollbook: Shell) -> None:
    rollbook.receive(1)
    assert rollbook.json("district", "add", "maple", "--name", "Maple Valley")["district"] == "maple"
    source = rollbook.json("source", "add", "maple", "--kind", "oneroster_csv", "--path", str(rollbook.incoming))
    assert source["config"] == {"path": str(rollbook.incoming.resolve())}
    schools = rollbook.json("schools", "maple", "--create-missing")
    assert schools["counts"]["matched"] == schools["done"]["created"] == School.objects.count() == 3

    plan = rollbook.json("plan", "maple", "--on", DAY1)
    assert plan["counts"]["student"]["create"] == 120
    assert Student.objects.count() == 0
    done = rollbook.json("apply", plan["plan"])
    assert (done["leftover"], done["waiting"], done["state"]) == (0, 0, "applied")
    assert Student.objects.filter(status="active").count() == 120

    again = rollbook.json("plan", "maple", "--on", DAY1)
    assert again["empty"] is True
    assert totals(again["counts"], *(action for action in ACTIONS if action != "unchanged")) == 0
    assert again["counts"]["student"]["unchanged"] == 120

    before = state()
    rollbook.receive(2)
    second = rollbook.json("sync", "maple", "--on", DAY2)
    assert second["applied"]["leftover"] == 0
    assert totals(second["counts"], "create") > 0
    assert totals(second["counts"], "archive", "end") > 0
    assert state() != before

    run = str(second["run"])
    preview = rollbook.json("undo", run, "--preview")
    assert preview["conflicts"] == []
    assert preview["rows"] > 0
    undone = rollbook.json("undo", run)
    assert undone["undone"] == second["run"]
    assert state() == before
    listed = rollbook.json("runs", "maple")["runs"]
    assert [row["state"] for row in listed[:2]] == ["applied", "undone"]
    assert listed[0]["undoes"] == second["run"]


def test_the_shape_of_a_plan_is_the_documented_one(rollbook: Shell) -> None:
    rollbook.begin()
    rollbook.receive(2)
    plan = rollbook.json("sync", "maple", "--on", DAY2)
    applied = plan.pop("applied")
    top, _holds, causes, done = documented()
    assert set(plan) == set(top)
    assert list(plan["counts"]) == list(KINDS)
    assert all(list(by_action) == list(ACTIONS) for by_action in plan["counts"].values())
    kinds = {"text": str, "number": int, "object": dict, "list": list, "true or false": bool, "date": str}
    for name, value in plan.items():
        assert isinstance(value, kinds[top[name]]), name
    assert set(causes) == set(CAUSES)
    assert {f"applied.{name}" for name in applied} == set(done)
    for name, value in applied.items():
        assert isinstance(value, kinds[done[f"applied.{name}"]]), name
    assert set(plan["seconds"]) >= {"read", "clean", "scope", "match", "diff", "plan"}


def test_what_waits_stands_in_a_hold_with_its_cause_and_can_be_approved(rollbook: Shell) -> None:
    rollbook.begin()
    students = (rollbook.incoming / "users.csv").read_text("utf-8").splitlines(keepends=True)
    school = SourceLink.objects.filter(kind="school").order_by("sourced_id")[0].sourced_id
    kept = [line for line in students if not (f",{school},student," in line and int(line.split(",")[0][-1]) % 2)]
    assert len(kept) < len(students)
    (rollbook.incoming / "users.csv").write_text("".join(kept), "utf-8")
    plan = rollbook.json("plan", "maple", "--on", DAY1)
    heads = [hold for hold in plan["holds"] if hold["depends_on"] is None]
    students_hold = next(hold for hold in heads if hold["kind"] == "student")
    assert students_hold["count"] == plan["counts"]["student"]["archive"] == len(students) - len(kept)
    assert students_hold["count"] > students_hold["threshold"]
    assert students_hold["sentence"]
    assert {f"holds[].{name}" for name in students_hold} == set(documented()[1])
    assert sum(hold["count"] for hold in plan["holds"]) == plan["waiting"]

    human = rollbook.ok("show", plan["plan"], "--action", "archive").out
    assert "held" in human
    before = state()
    done = rollbook.json("apply", plan["plan"])
    assert done["waiting"] == plan["waiting"]
    assert Student.objects.filter(status="archived").count() == 0
    assert state()["student"] == before["student"]
    assert rollbook("apply", plan["plan"]).code == 21  # applied already

    plan = rollbook.json("plan", "maple", "--on", DAY1)
    assert rollbook("apply", plan["plan"], "--approve", "nonsense").code == 30
    keys = [word for hold in plan["holds"] if hold["depends_on"] is None for word in ("--approve", hold["hold"])]
    done = rollbook.json("apply", plan["plan"], *keys)
    assert (done["leftover"], done["waiting"]) == (0, 0)
    assert Student.objects.filter(status="archived").count() == students_hold["count"]
    assert {hold.decided_by for hold in SyncRun.objects.get(plan=plan["plan"]).holds.all()} == {done_by()}


def done_by() -> str:
    from rollbook.cli.screen import me

    return me()


def test_the_report_adds_up_and_no_cell_is_a_formula(rollbook: Shell, tmp_path: Path) -> None:
    rollbook.begin()
    rollbook.receive(2)
    plan = rollbook.json("sync", "maple", "--on", DAY2)
    rollbook.ok("report", str(plan["run"]), "--out", str(tmp_path / "report"))
    tables = {}
    for path in (tmp_path / "report").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            tables[path.stem] = list(csv.DictReader(file))
    assert set(tables) == {"summary", "holds", "findings", "left_out", "records"}
    for kind in KINDS:
        rows = [row for row in tables["summary"] if row["kind"] == kind]
        for action, column in (("create", "created"), ("update", "updated"), ("archive", "archived"), ("end", "ended")):
            assert sum(int(row[column]) for row in rows) == plan["counts"][kind][action], (kind, action)
        lines = {(row["sis_id"], row["name"]) for row in tables["records"] if row["kind"] == kind}
        assert len(lines) == totals({kind: plan["counts"][kind]}, *(a for a in ACTIONS if a != "unchanged"))
    assert {row["result"] for row in tables["records"]} == {"applied"}
    renamed = next(row for row in tables["records"] if row["field"] == "family_name")
    assert renamed["old"] != renamed["new"]
    assert renamed["sis_id"]
    assert {row["code"] for row in tables["findings"]} == set(plan["findings"])
    assert all(row["sentence"] and "{" not in row["sentence"] for row in tables["findings"])
    cells = (cell for rows in tables.values() for row in rows for cell in row.values())
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@") and cell != "-"]
    facts = json.loads((tmp_path / "report" / "run.json").read_text("utf-8"))
    assert (facts["run"], facts["state"], facts["plan"]) == (plan["run"], "applied", plan["plan"])

    sheets = rollbook.json("report", plan["plan"], "--out", str(tmp_path / "book"), "--format", "xlsx")["rows"]
    assert (tmp_path / "book" / "report.xlsx").stat().st_size > 5_000
    assert sum(sheets[kind] for kind in KINDS if kind in sheets) == len(tables["records"])
    rollbook.ok("report", plan["plan"], "--out", str(tmp_path / "json"), "--format", "json")
    assert len(json.loads((tmp_path / "json" / "records.json").read_text("utf-8"))) == len(tables["records"])
    undone = rollbook.json("undo", str(plan["run"]))
    rows = rollbook.json("report", str(undone["run"]), "--out", str(tmp_path / "undo"))["rows"]
    assert rows["records.csv"] > 0


def test_an_export_is_read_again_and_says_the_same(rollbook: Shell, tmp_path: Path) -> None:
    rollbook.begin()
    rollbook.receive(2)
    rollbook.ok("sync", "maple", "--on", DAY2)
    written = rollbook.json("export", "maple", "--out", str(tmp_path / "bundle"))["rows"]
    checked = rollbook.json("validate", str(tmp_path / "bundle"))
    assert checked["ok"] is True
    assert [row for row in checked["codes"] if row["severity"] == "error"] == []
    assert {file["name"]: file["rows"] for file in checked["files"]} == {
        **{f"{name}.csv": number for name, number in written.items()},
        "manifest.csv": 17,
    }

    rollbook.ok("district", "add", "copy", "--name", "Copy")
    rollbook.ok("source", "add", "copy", "--kind", "oneroster_csv", "--path", str(tmp_path / "bundle"))
    rollbook.ok("schools", "copy", "--create-missing")
    rollbook.ok("sync", "copy", "--on", DAY2)
    for model in (Student, Classroom, Enrollment):
        numbers = {
            slug: model.objects.filter(district__slug=slug, status="active").count() for slug in ("maple", "copy")
        }
        assert numbers["maple"] == numbers["copy"] > 0, model.__name__
    names = {
        slug: set(Student.objects.filter(district__slug=slug, status="active").values_list("given_name", "state_id"))
        for slug in ("maple", "copy")
    }
    assert names["maple"] == names["copy"]
    assert rollbook("export", "maple", "--out", str(rollbook.incoming)).code == 10  # not an earlier export
    rollbook.ok("export", "maple", "--out", str(tmp_path / "bundle"))
