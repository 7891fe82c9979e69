"""A cell is never a formula, and what was defused can be read back."""

from __future__ import annotations

import polars as pl
import pytest

from rollbook.core.spreadsheet import defused, plain

CASES = {
    "=HYPERLINK(0)": "'=HYPERLINK(0)",
    "+12065550100": "'+12065550100",
    "-1": "'-1",
    "@SUM(A1)": "'@SUM(A1)",
    "\tx": "'\tx",
    "\rx": "'\rx",
    "'=1": "''=1",
    "O'Hara": "O'Hara",
    "'t Hooft": "'t Hooft",
    "a=b": "a=b",
    "": "",
    "012": "012",
}


@pytest.mark.parametrize(("text", "safe"), CASES.items())
def test_only_what_a_spreadsheet_would_run_is_marked(text: str, safe: str) -> None:
    frame = pl.DataFrame({"text": [text, None], "number": [-1, None]})
    marked = defused(frame)
    assert marked["text"].to_list() == [safe, None]
    assert marked["number"].to_list() == [-1, None]
    assert plain(marked).equals(frame)
