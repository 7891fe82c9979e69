"""Who may be the same human twice: probabilistic record linkage (C-2, R-2, R-3).

Frames of people in, scored pairs with their reasons out. It stands beside the core because Splink and DuckDB do (ADR
0021); like the core it knows no Django, no database of ours, no clock and no network.
"""

from __future__ import annotations

from rollbook.linkage.model import MODELS, Model, Verdict
from rollbook.linkage.people import PEOPLE_SCHEMA, Kind, people_frame
from rollbook.linkage.scoring import PAIR_SCHEMA, score

__all__ = ["MODELS", "PAIR_SCHEMA", "PEOPLE_SCHEMA", "Kind", "Model", "Verdict", "people_frame", "score"]
