"""The interaction log."""

from __future__ import annotations
