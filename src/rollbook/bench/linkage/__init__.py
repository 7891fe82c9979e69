"""How well duplicates are found: generated people with planted duplicates and look-alikes, scored by the product."""

from __future__ import annotations
