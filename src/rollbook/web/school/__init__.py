"""One school."""

from __future__ import annotations
