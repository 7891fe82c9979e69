"""Step 4: the classrooms that were there before the sync."""

from __future__ import annotations
