"""Pure functions over frames: clean, scope, match, diff, plan. No Django, no SQL, no network, no clock."""

from __future__ import annotations
