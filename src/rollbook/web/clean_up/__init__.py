"""Step 9: which students are not part of the sync, and the right directory to archive them in."""

from __future__ import annotations
