"""Every environment variable that the code reads has its line in the reference, and the other way round."""

from __future__ import annotations

import re
from pathlib import Path

from rollbook.core import errors

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"


def test_the_page_of_variables_is_complete() -> None:
    read = {
        name
        for path in (ROOT / "src").rglob("*.py")
        for name in re.findall(r"[\"'](ROLLBOOK_[A-Z_]+|DATABASE_URL)[\"']", path.read_text(encoding="utf-8"))
    }
    told = set(re.findall(r"^\| `([A-Z_]+)`", (REFERENCE / "environment.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert told == read


def test_the_page_of_exit_codes_says_what_the_errors_say() -> None:
    page = (REFERENCE / "exit-codes.md").read_text(encoding="utf-8")
    told = {
        (name, int(code))
        for code, names in re.findall(r"^\| (\d+) \| (`.*?`) \|", page, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", names)
    }
    kinds = (getattr(errors, name) for name in errors.__all__ if name != "RollbookError")
    assert told == {(kind.__name__, kind.exit_code) for kind in kinds}
