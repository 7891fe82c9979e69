"""What a finding code means."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["FindingKind", "Severity"]


class Severity(StrEnum):
    """What a finding does (S-3)."""

    FATAL = "fatal"
    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class FindingKind:
    """One code. ``sentence`` says what is the matter, ``remedy`` what to do about it and where.

    Both may use ``{stream}``, ``{line}``, ``{column}``, ``{sourced_id}`` and ``{detail}``.
    """

    code: str
    severity: Severity
    title: str
    sentence: str
    remedy: str
