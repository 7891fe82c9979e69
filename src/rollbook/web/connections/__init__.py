"""The sources of a district: add one, change it, test it, hand files over, take it away."""

from __future__ import annotations
