"""docs/reference/findings.md is what the catalogue says today, and no code is defined twice."""

from __future__ import annotations

from pathlib import Path

from rollbook.core.findings import CATALOGUE
from rollbook.core.findings.file_codes import FILE_CODES
from rollbook.core.findings.plan_codes import PLAN_CODES
from rollbook.core.findings.reference import render
from rollbook.core.findings.row_codes import ROW_CODES
from rollbook.core.findings.source_codes import SOURCE_CODES

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "findings.md"


def test_the_reference_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(CATALOGUE), (
        "run: python -m rollbook.core.findings.reference > docs/reference/findings.md"
    )


def test_no_code_is_defined_twice() -> None:
    kinds = [*FILE_CODES, *SOURCE_CODES, *ROW_CODES, *PLAN_CODES]
    assert len(CATALOGUE) == len({kind.code for kind in kinds}) == len(kinds)
