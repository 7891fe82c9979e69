"""Snapshot → Roster: every cell is repaired, dropped with a finding, or refused with its row (S-3)."""

from __future__ import annotations

from rollbook.core.clean.roster import clean

__all__ = ["clean"]
