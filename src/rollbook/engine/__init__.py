"""Between frames and the database: load, apply, undo, verify, artifacts."""

from __future__ import annotations
