"""Enable and launch: from the first plan to a sync that runs every day."""

from __future__ import annotations
