"""Step 3: the schools of a source beside ours."""

from __future__ import annotations
