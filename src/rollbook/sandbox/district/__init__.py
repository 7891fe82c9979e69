"""Believable school districts of any size, from a seed: OneRoster CSV bundles for any day of a school year.

``generate`` writes the whole of a day, ``delta`` what one night changed, ``MESS`` names every deviation that can be
planted. Nothing depends on the machine or the hour: equal arguments give equal bytes.
"""

from __future__ import annotations

from rollbook.sandbox.district.bundle import PLANTED_FILE, Generated, delta, generate
from rollbook.sandbox.district.mess import MESS, Mess, Planted

__all__ = ["MESS", "PLANTED_FILE", "Generated", "Mess", "Planted", "delta", "generate"]
