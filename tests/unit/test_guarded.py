"""Which change of settings asks fewer persons: as a table."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest

from rollbook.core.guarded import loosened
from rollbook.core.policy import Policy

TWO = {"approvals": "two"}
CASES: list[tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]] = [
    (TWO, {"approvals": "one"}, ("approvals",)),
    ({"approvals": "one"}, TWO, ()),
    ({"approvals": "one"}, {"approvals": "one", "deletion_threshold": 90}, ()),  # one person could approve it anyway
    (TWO, {**TWO, "deletion_threshold": 11}, ("deletion_threshold",)),
    (TWO, {**TWO, "deletion_threshold": 5}, ()),
    (TWO, {**TWO, "update_threshold": 60}, ("update_threshold",)),
    (TWO, {**TWO, "school_deletion_thresholds": {"012": 50}}, ("school_deletion_thresholds",)),
    (TWO, {**TWO, "school_deletion_thresholds": {"012": 5}}, ()),
    ({**TWO, "school_deletion_thresholds": {"012": 5}}, TWO, ("school_deletion_thresholds",)),
    (TWO, {**TWO, "start_time": "04:00", "daily_sync": True}, ()),
]


@pytest.mark.parametrize(("before", "after", "expected"), CASES)
def test_what_asks_fewer_persons(before: dict[str, Any], after: dict[str, Any], expected: tuple[str, ...]) -> None:
    def policy(values: dict[str, Any]) -> Policy:
        schools = MappingProxyType(values.get("school_deletion_thresholds", {}))
        return Policy(**{**values, "school_deletion_thresholds": schools})

    assert loosened(policy(before), policy(after)) == expected
