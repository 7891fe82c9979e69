"""A district without a roster server: students.csv handed over, looked at, applied, handed over again (issue: manual upload)."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engine.commands import Shell

from rollbook.engine.dump import dump
from rollbook.store.models import District, Guardianship, Person, SourceLink, Student

pytestmark = pytest.mark.django_db(transaction=True)

HEADER = "student_number,first_name,last_name,school,grade,parent1_first_name,parent1_last_name,parent1_email"
ROWS = [f"{number:05},Kim{number},Roe,Cedar,3,Mo{number // 2},Roe,mo{number // 2}@home.example" for number in range(40)]


def test_a_spreadsheet_is_enough(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shell = Shell(tmp_path, capsys)
    shell.ok("district", "add", "oak", "--name", "Oak")
    shell.ok("source", "add", "oak", "--kind", "simple_csv", "--upload")
    sheet = tmp_path / "our students.csv"

    def hand_over(*rows: str) -> None:
        sheet.write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
        shell.ok("source", "upload", "oak", str(sheet))

    hand_over(*ROWS)
    shell.ok("schools", "oak", "--create-missing")
    district = District.objects.get(slug="oak")
    by_hand = Student.objects.create(
        district=district, given_name="Kim0", family_name="Roe", student_number="00000", status="active"
    )
    before = dump(district.pk)
    plan = shell.json("plan", "oak")
    assert dump(district.pk) == before  # a dry run comes first, and changes nothing
    assert {kind: counts.get("create", 0) for kind, counts in plan["counts"].items() if counts.get("create")} == {
        "student": 39,
        "guardian": 20,
        "guardianship": 40,
    }
    shell.ok("apply", plan["plan"])
    assert SourceLink.objects.get(kind="student", sourced_id="00000").object_id == by_hand.pk  # recognised, not doubled
    assert Student.objects.count() == 40
    assert Person.objects.count() == 20

    hand_over(*ROWS[:10], ROWS[10].replace(",3,", ",4,"))
    plan = shell.json("plan", "oak")
    assert plan["counts"]["student"].get("archive", 0) == 0  # who is not in the file stays
    assert plan["counts"]["student"]["update"] == 1
    shell.ok("apply", plan["plan"])
    assert shell.json("plan", "oak")["empty"]

    shell.ok("source", "set", "oak", "--missing-leave", "on")
    plan = shell.json("plan", "oak")
    assert plan["counts"]["student"]["archive"] == 29
    assert {hold["kind"] for hold in plan["holds"]} >= {"student"}  # said, and still held: most of a school
    shell.ok("apply", plan["plan"])
    assert Student.objects.filter(status="archived").count() == 0
    assert Guardianship.objects.filter(status="active").count() == 40
