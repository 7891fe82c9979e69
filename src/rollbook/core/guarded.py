"""Settings that decide how much two persons have to approve: with the rule of two, loosening one needs two persons, too."""

from __future__ import annotations

from rollbook.core.policy import Policy

__all__ = ["GUARDED", "loosened"]

GUARDED = ("approvals", "deletion_threshold", "school_deletion_thresholds", "update_threshold")


def loosened(before: Policy, after: Policy) -> tuple[str, ...]:
    """The settings of ``GUARDED`` by which ``after`` asks fewer persons, or asks them less often, than ``before``; empty as
    long as one person is enough anyway."""
    if before.approvals != "two":
        return ()
    schools = {*before.school_deletion_thresholds, *after.school_deletion_thresholds}
    lets_more_go = any(
        after.school_deletion_thresholds.get(school, after.deletion_threshold)
        > before.school_deletion_thresholds.get(school, before.deletion_threshold)
        for school in schools
    )
    found = {
        "approvals": after.approvals != "two",
        "deletion_threshold": after.deletion_threshold > before.deletion_threshold,
        "school_deletion_thresholds": lets_more_go
        and before.school_deletion_thresholds != after.school_deletion_thresholds,
        "update_threshold": after.update_threshold > before.update_threshold,
    }
    return tuple(name for name in GUARDED if found[name])
