"""Taking a run back: what it would do first, then the button."""

from __future__ import annotations
