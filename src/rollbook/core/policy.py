"""The settings of one connection (product.md section 5), as one frozen value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType

__all__ = ["Policy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Sync settings; the default of each is the contract's. ``key`` in the metadata is not needed: names are the keys.

    Every setting has its sentence in ``metadata['help']`` and, where closed, its values in ``metadata['choices']``.
    """

    daily_sync: bool = field(default=False, metadata={"help": "Run every day by itself."})
    start_time: str = field(
        default="03:00", metadata={"help": "When the daily run starts, local time of the district."}
    )
    deletion_threshold: int = field(
        default=10,
        metadata={
            "help": "Percent of a school's records of one kind that may leave in one run before a person is asked."
        },
    )
    school_deletion_thresholds: Mapping[str, int] = field(
        default_factory=lambda: MappingProxyType({}),
        metadata={"help": "Other deletion thresholds for single schools: school number or id = percent."},
    )
    update_threshold: int = field(
        default=50,
        metadata={"help": "Percent of a school's records of one kind whose name or contact may change in one run."},
    )
    approvals: str = field(
        default="one",
        metadata={"help": "How many persons must approve what waits in a hold.", "choices": ("one", "two")},
    )
    approval_days: int = field(
        default=14,
        metadata={"help": "Days after which a plan's holds, and approvals that were not applied, are no longer good."},
    )
    student_id_shown: str = field(
        default="STUDENT NUMBER",
        metadata={"help": "Which id pages show for a student.", "choices": ("STUDENT NUMBER", "STUDENT ID")},
    )
    archived_students: str = field(
        default="restore",
        metadata={
            "help": "An archived student who is in the data again.",
            "choices": ("restore", "keep", "skip"),
        },
    )
    leaving_students: str = field(
        default="archive",
        metadata={"help": "A student who leaves the data.", "choices": ("archive", "end_enrollments")},
    )
    manage_guardians: bool = field(default=True, metadata={"help": "Guardians come from this source."})
    phone_column: str = field(
        default="sms",
        metadata={"help": "The column whose number is the mobile used for sign-in.", "choices": ("sms", "phone")},
    )
    guardian_relationships: tuple[str, ...] = field(
        default=("parent", "guardian"),
        metadata={"help": "Relationships that make a guardian: parent, guardian, relative."},
    )
    unarchive_classrooms: bool = field(
        default=True, metadata={"help": "An archived classroom that is in the data again becomes active."}
    )
    update_active_contacts: bool = field(
        default=False,
        metadata={"help": "Contact details of people who have signed in also come from the source (R-6)."},
    )
    update_language: bool = field(default=False, metadata={"help": "The source may change a person's language."})
    classes: str = field(default="all", metadata={"help": "Which classes are synced.", "choices": ("all", "homeroom")})
    classes_without_teacher: bool = field(default=True, metadata={"help": "Sync classes that have no teacher."})
    class_grades: tuple[str, ...] = field(
        default=(), metadata={"help": "Only classes of these grades; empty means all."}
    )
    class_name_contains: str = field(
        default="", metadata={"help": "Only classes whose name contains this; empty means all."}
    )
    sessions: str = field(
        default="current",
        metadata={"help": "Classes of which academic sessions.", "choices": ("current", "all", "chosen")},
    )
    chosen_sessions: tuple[str, ...] = field(
        default=(), metadata={"help": "The sourcedIds of the academic sessions, when sessions = chosen."}
    )
    look_ahead_days: int = field(
        default=14, metadata={"help": "Classes are made this many days before their session starts."}
    )
    field_owners: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType({}),
        metadata={"help": "Fields that the school or the person owns: field = source | school | person (R-5)."},
    )
    custody_column: str = field(
        default="", metadata={"help": "The users.csv column that says a guardian has no rights, e.g. metadata.custody."}
    )
    custody_no_rights: tuple[str, ...] = field(
        default=("none", "no", "n", "false", "0"),
        metadata={"help": "The values of the custody column that mean no rights."},
    )
    keep_birth_dates: bool = field(
        default=False, metadata={"help": "Keep students' birth dates (from demographics.csv), to match by them."}
    )
    strict: bool = field(
        default=False, metadata={"help": "Read files by the letter of OneRoster; refuse what lenient reading repairs."}
    )
    region: str = field(default="US", metadata={"help": "The region whose phone numbers need no country code."})
    pause_until: dt.date | None = field(default=None, metadata={"help": "No daily run before this date."})
    blackouts: tuple[str, ...] = field(
        default=(), metadata={"help": "Days without a daily run: single days, or first..last."}
    )

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The settings in their order on the page."""
        return tuple(item.name for item in fields(cls))
