"""userIds: a list of ``{type:identifier}``; of these only the state's id of a student is used."""

from __future__ import annotations

import polars as pl

from rollbook.core.clean.repaired import Repaired, remark_where
from rollbook.core.findings.matters import USER_IDS_UNREADABLE

__all__ = ["clean_state_ids"]

_STATE = (
    r"(?:state(?:[ _-]?(?:unique|student|assigned|testing))*(?:[ _-]?(?:id|identifier|number))?|ssid|sasid|suid|usid)"
)
_STATE_ID = rf"(?i)\{{\s*{_STATE}\s*:\s*([^{{}}]*?)\s*\}}"
_WELL_FORMED = r"^\s*\{[^{}:]+:[^{}]*\}(?:\s*,\s*\{[^{}:]+:[^{}]*\})*\s*$"


def clean_state_ids(column: pl.Series) -> Repaired:
    """The identifier of the first item whose type is a state id (StateID, State, SSID …, in any case), else null."""
    values = column.str.extract(_STATE_ID, 1).replace("", None)
    return Repaired(values, remark_where(USER_IDS_UNREADABLE, ~column.str.contains(_WELL_FORMED)))
