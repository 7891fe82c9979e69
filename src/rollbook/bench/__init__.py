"""Measuring Rollbook against the floor and against what an engineer would write today, on the same files.

Every measurement is a process of its own, on a scratch database that is made and dropped here; the districts of the
installation are never touched.
"""

from __future__ import annotations
