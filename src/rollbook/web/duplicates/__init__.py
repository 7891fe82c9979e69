"""People to merge: pairs side by side, decided one by one or in one go."""

from __future__ import annotations
