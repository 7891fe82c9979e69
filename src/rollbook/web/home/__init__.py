"""A district at a glance: its sources, what waits, what the last runs did."""

from __future__ import annotations
