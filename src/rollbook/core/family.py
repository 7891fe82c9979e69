"""The school-family records (product, section 9): what hangs on the directory's people and is never written by a sync;
and the permissions of accounts, which hang on it, too.

They are no directory tables: no plan writes them. But what they hang on must stay, so undo and the integrity checks ask
here (R-11), and so does whatever moves records from one person to another.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["FAMILY_REFERENCES"]

FAMILY_REFERENCES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "access_grant": {"school_id": "school", "person_id": "person", "student_id": "student"},
        "announcement": {"school_id": "school", "classroom_id": "classroom"},
        "announcement_mail": {"student_id": "student", "person_id": "person"},
        "backpack_item": {"student_id": "student"},
        "interaction": {"student_id": "student", "person_id": "person"},
        "student_attribute": {"student_id": "student"},
    }
)
"""table → column → directory table that it refers to. Every such table has a ``district_id``. A test holds it equal to
the database's own columns."""
