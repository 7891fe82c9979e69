"""The directory as the core sees it: keys, fingerprints and states, read at one moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

__all__ = ["STATE_SCHEMAS", "LoadValues", "State"]

LoadValues = Callable[[str, pl.Series], pl.DataFrame]
"""(table, ids) → ``id`` and all columns of ``TABLES[table]`` for those ids (for ``contact_method``: ids of *persons*,
only rows whose owner is ``source``). The second, small read: values only for what differs."""

STATE_SCHEMAS: dict[str, dict[str, pl.DataType]] = {
    "links": {
        "id": pl.Int64(),
        "kind": pl.String(),
        "sourced_id": pl.String(),
        "object_id": pl.Int64(),
        "fingerprint": pl.Int64(),
    },
    "schools": {
        "id": pl.Int64(),
        "name": pl.String(),
        "school_number": pl.String(),
        "nces_id": pl.String(),
        "status": pl.String(),
    },
    "sessions": {"id": pl.Int64(), "starts_on": pl.Date(), "ends_on": pl.Date()},
    "classrooms": {
        "id": pl.Int64(),
        "school_id": pl.Int64(),
        "status": pl.String(),
        "archived_by": pl.String(),
        "ends_on": pl.Date(),
    },
    "students": {"id": pl.Int64(), "status": pl.String(), "archived_by": pl.String()},
    "persons": {"id": pl.Int64(), "account_state": pl.String(), "disabled_by": pl.String()},
    "student_schools": {
        "id": pl.Int64(),
        "student_id": pl.Int64(),
        "school_id": pl.Int64(),
        "status": pl.String(),
        "managed": pl.Boolean(),
    },
    "staff_roles": {
        "id": pl.Int64(),
        "person_id": pl.Int64(),
        "school_id": pl.Int64(),
        "role": pl.String(),
        "status": pl.String(),
        "managed": pl.Boolean(),
    },
    "guardianships": {
        "id": pl.Int64(),
        "student_id": pl.Int64(),
        "person_id": pl.Int64(),
        "relationship": pl.String(),
        "rights": pl.String(),
        "status": pl.String(),
        "managed": pl.Boolean(),
    },
    "enrollments": {
        "id": pl.Int64(),
        "classroom_id": pl.Int64(),
        "student_id": pl.Int64(),
        "person_id": pl.Int64(),
        "role": pl.String(),
        "is_primary": pl.Boolean(),
        "begins_on": pl.Date(),
        "ends_on": pl.Date(),
        "status": pl.String(),
        "managed": pl.Boolean(),
    },
    # people and classes nobody has linked yet, to adopt; empty on a directory that only syncs have written
    "unlinked_students": {
        "id": pl.Int64(),
        "given_name": pl.String(),
        "family_name": pl.String(),
        "student_number": pl.String(),
        "state_id": pl.String(),
        "birth_on": pl.Date(),
        "grade": pl.String(),
    },
    "unlinked_persons": {
        "id": pl.Int64(),
        "given_name": pl.String(),
        "family_name": pl.String(),
        "email": pl.String(),
        "mobile": pl.String(),
    },
    # how the district's other sources know students and persons, for a source that delivers guardians alone; empty for a
    # source with schools of its own
    "student_keys": {"key": pl.String(), "is_number": pl.Boolean(), "student_id": pl.Int64()},
    "other_persons": {
        "id": pl.Int64(),
        "given_name": pl.String(),
        "family_name": pl.String(),
        "email": pl.String(),
        "mobile": pl.String(),
    },
}
"""Frame → columns. ``managed``: the row belongs to this connection. ``links`` are this connection's only; all other
frames are the whole district's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The district at one moment, as seen by one connection. ``revision``: the district's counter of writes; a plan is
    bound to it (R-1). ``previous_rows``: stream → rows of the snapshot applied last (empty before the first run)."""

    revision: int
    frames: Mapping[str, pl.DataFrame]
    previous_rows: Mapping[str, int]
