"""docs/reference/metrics.md is what /metrics answers today."""

from __future__ import annotations

import re
from pathlib import Path

from rollbook.reports.metrics_reference import render

DOCS = Path(__file__).parents[2] / "docs"


def test_the_reference_page_is_current() -> None:
    assert (DOCS / "reference" / "metrics.md").read_text(encoding="utf-8") == render(), (
        "run: python -m rollbook.reports.metrics_reference > docs/reference/metrics.md"
    )


def test_the_alarms_that_are_proposed_are_about_metrics_that_exist() -> None:
    page = (DOCS / "how-to" / "watch-an-installation.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\b(rollbook_[a-z_]+)\b", page))
    assert named
    assert [name for name in named if f"`{name}`" not in render()] == []
