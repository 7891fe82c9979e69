"""The shape of a matter."""

from __future__ import annotations

from dataclasses import dataclass

from rollbook.core.findings.kind import Severity

__all__ = ["Matter"]


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that can be wrong: its number in every family, how grave it is, and the words for it."""

    number: int
    severity: Severity
    title: str
    sentence: str
    remedy: str
