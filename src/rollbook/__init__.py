"""Rollbook: a self-hosted school directory that stays true to a district's roster."""

from __future__ import annotations

__version__ = "0.1.0"
