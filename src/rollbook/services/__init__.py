"""Use cases: keyword-only, typed, atomic, audited."""

from __future__ import annotations
