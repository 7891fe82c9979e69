"""Reasons as sentences (R-13): why a record was changed, left out or left alone. One sentence a reason code."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["ACTION_WORDS", "KIND_WORDS", "LEFT_OUT", "REASONS", "left_out_sentence", "sentence"]

KIND_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "school": ("school", "schools"),
        "student": ("student", "students"),
        "guardian": ("guardian", "guardians"),
        "staff": ("staff member", "staff"),
        "person": ("person", "people"),
        "classroom": ("classroom", "classrooms"),
        "enrollment": ("enrollment", "enrollments"),
        "guardianship": ("link of a guardian", "links of guardians"),
        "session": ("academic session", "academic sessions"),
        "course": ("course", "courses"),
    }
)
"""kind → (one, many), as people read it."""

ACTION_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "create": ("created", "would be created"),
        "update": ("updated", "would be updated"),
        "restore": ("restored", "would be restored"),
        "archive": ("archived", "would be archived"),
        "end": ("ended", "would end"),
        "suspend": ("suspended", "would be suspended"),
        "unchanged": ("unchanged", "stays as it is"),
    }
)
"""action → (done, planned)."""

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "new": "It is in the data and was not in the directory (R-4).",
        "changed": "A value in the data differs from the directory, and the source owns that field (R-5).",
        "moved": "The data says another school, role or class than the directory did (R-5).",
        "adopted": "It is new to this source and was recognised as someone already here; nothing was made twice (R-2).",
        "reappeared": "It had left and is in the data again.",
        "absent": "It is in the directory, but not in the data any more; the data is whole, so it left (R-9).",
        "tobedeleted": "Its row has the status tobedeleted: the source says that it is gone (R-9).",
        "school_not_matched": "Its school in the source is matched to no Rollbook school, so the sync leaves it out.",
        "school_not_shared": "The source does not share its school any more, so it is suspended, not archived (R-9).",
        "session_ended": "All its academic sessions are over.",
        "session_shortened": "Its academic sessions ended earlier than the directory knew.",
        "session_future": "Its academic session is too far in the future (setting look_ahead_days).",
        "session_not_chosen": "Its academic session is not among the chosen ones (setting sessions).",
        "class_filter": "The settings leave this class out (classes, class_grades, class_name_contains or "
        "classes_without_teacher).",
        "class_left": "Its classroom left, so everyone's place in it ended (R-9).",
        "student_left": "Its student left, so their places in classes ended (R-9).",
        "enrollment_ended": "Its end date is over.",
        "guardian_role": "Its role is a guardian's; guardians are no members of a class.",
        "enrollment_future": "Its begin date is too far in the future (setting look_ahead_days).",
        "undone": "An undo took it back (R-11).",
        "no_role_in_scope": "The person has no running role at a matched school or the district, and is no guardian of "
        "a student who is synced.",
    }
)
"""reason → sentence, for records and for what scope left out. A test holds that the core gives no other reason."""

LEFT_OUT = frozenset(
    {
        "tobedeleted", "school_not_matched", "session_ended", "session_future", "session_not_chosen", "class_filter",
        "enrollment_ended", "enrollment_future", "guardian_role", "no_role_in_scope",
    }
)  # fmt: skip
"""The reasons for which scope leaves a row out."""


def sentence(reason: str) -> str:
    """Why, in a sentence. An unknown reason is named as it is."""
    return REASONS.get(reason, f"The reason given is “{reason}”.")


def left_out_sentence(reason: str) -> str:
    """Why a row that was received takes no part, in a sentence."""
    return f"The row was received and left out. {sentence(reason)}"
