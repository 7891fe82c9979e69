"""docs/reference/semantics.md is what the specification tests say today, and no chapter is missing from it."""

from __future__ import annotations

from pathlib import Path

from tests.spec.page import CHAPTERS, render

ROOT = Path(__file__).parents[2]


def test_the_page_is_current() -> None:
    page = (ROOT / "docs" / "reference" / "semantics.md").read_text(encoding="utf-8")
    assert page == render(), "run: python -m tests.spec.page > docs/reference/semantics.md"


def test_every_chapter_of_cases_is_on_the_page() -> None:
    written = {
        path.stem.removeprefix("test_")
        for path in (ROOT / "tests" / "spec").glob("test_*.py")
        if "from tests.support.spec import" in path.read_text(encoding="utf-8")
    }
    assert written == set(CHAPTERS)
