"""`rollbook announce` and `rollbook attributes`."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engine.commands import Shell

from rollbook.store.models import AnnouncementMail, Student, StudentAttribute

pytestmark = pytest.mark.django_db(transaction=True)


def test_families_are_written_to_and_attributes_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shell = Shell(tmp_path, capsys)
    shell.begin()
    words = tmp_path / "words.txt"
    words.write_text("Bus 4 is late.", encoding="utf-8")
    asked = ("announce", "maple", "--title", "Late bus", "--text", str(words))
    preview = shell.json(*asked, "--preview")
    assert (preview["announcement"], AnnouncementMail.objects.count()) == (None, 0)
    sent = shell.json(*asked)
    assert (
        sent["guardians"]
        == preview["guardians"]
        == AnnouncementMail.objects.filter(is_lead=True, state="waiting").count()
    )
    assert shell("announce", "maple", "--title", "Late bus", "--text", str(tmp_path / "none.txt")).code == 10
    assert shell("announce", "maple", "--title", "x", "--text", str(words), "--school", "999999999").code == 30

    number = Student.objects.filter(student_number__isnull=False).values_list("student_number", flat=True)[0]
    sheet, result = tmp_path / "attributes.csv", tmp_path / "result.csv"
    sheet.write_text(f"student_number,Bus\n{number},=4\nnobody,5\n", encoding="utf-8")
    assert shell("attributes", "maple", "--csv", str(sheet)).code == 13
    filled = ("attributes", "maple", "--csv", str(sheet))
    shell.ok("attributes", "maple", "--define", "Bus")
    assert "1 values would be new" in shell.ok(*filled, "--preview").out
    assert not StudentAttribute.objects.exists()
    told = shell.json(*filled, "--out", str(result))["file"]
    assert (told["rows"], told["added"], told["refused"]) == (2, 1, 1)
    assert [line.split(",")[2] for line in result.read_text(encoding="utf-8").splitlines()] == [
        "result",
        "ok",
        "refused",
    ]
    shell.ok("attributes", "maple", "--out", str(result))
    assert result.read_text(encoding="utf-8").splitlines()[1].endswith(",'=4")
    assert shell("attributes", "maple", "--define", "bus").code == 10
