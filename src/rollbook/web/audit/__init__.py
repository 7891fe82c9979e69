"""The audit: who did what, when (T-4)."""

from __future__ import annotations
