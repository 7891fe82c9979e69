"""The sync settings of a source: each with its sentence, its value and its default."""

from __future__ import annotations
