"""docs/how-to/be-told.md names every kind of alarm, in the words of the code."""

from __future__ import annotations

import re
from pathlib import Path

from rollbook.core.alarms import WHEN
from rollbook.services.recipients import KINDS

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "be-told.md"


def test_the_page_says_when_each_alarm_is_on() -> None:
    told = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", PAGE.read_text("utf-8"), re.MULTILINE))
    assert {kind.value: sentence for kind, sentence in WHEN.items()}.items() <= told.items()
    assert tuple(told) == KINDS
