"""How far a run is: on its own page, and as a thin bar under the header of every other."""

from __future__ import annotations
