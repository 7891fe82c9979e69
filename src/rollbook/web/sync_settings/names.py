"""What the sync settings are called on a page, in which order, and their sentences for the catalogue."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

__all__ = ["GROUPS", "HELPS", "group_title", "name_of"]

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("when", ("daily_sync", "start_time", "pause_until", "blackouts")),
    (
        "safety",
        ("deletion_threshold", "school_deletion_thresholds", "update_threshold", "approvals", "approval_days"),
    ),
    ("students", ("student_id_shown", "archived_students", "leaving_students", "keep_birth_dates")),
    (
        "guardians",
        (
            "manage_guardians",
            "guardian_relationships",
            "phone_column",
            "update_active_contacts",
            "update_language",
            "custody_column",
            "custody_no_rights",
        ),
    ),
    (
        "classes",
        (
            "classes",
            "classes_without_teacher",
            "class_grades",
            "class_name_contains",
            "unarchive_classrooms",
            "sessions",
            "chosen_sessions",
            "look_ahead_days",
        ),
    ),
)
"""Group → its settings; what is in none stands in the last group."""


def group_title(key: str) -> str:
    """The heading of a group."""
    return {
        "when": _("When it runs"),
        "safety": _("What waits for a person"),
        "students": _("Students"),
        "guardians": _("Guardians and contacts"),
        "classes": _("Classes and sessions"),
        "rest": _("Reading and ownership"),
    }[key]


def name_of(setting: str) -> str:
    """The setting in words; a new one by its own name, until it has words."""
    return {
        "daily_sync": _("Daily sync"),
        "start_time": _("Start time"),
        "deletion_threshold": _("Deletion threshold"),
        "school_deletion_thresholds": _("Deletion thresholds of single schools"),
        "update_threshold": _("Update threshold"),
        "approvals": _("Approvals"),
        "approval_days": _("Days an approval is good"),
        "student_id_shown": _("Student id shown"),
        "archived_students": _("Archived students who reappear"),
        "leaving_students": _("Students who leave the data"),
        "manage_guardians": _("Guardians come from this source"),
        "phone_column": _("Phone for sign-in"),
        "guardian_relationships": _("Relationships to sync"),
        "unarchive_classrooms": _("Archived classrooms that reappear"),
        "update_active_contacts": _("Contacts of active people"),
        "update_language": _("Languages"),
        "classes": _("Classes to sync"),
        "classes_without_teacher": _("Classes without a teacher"),
        "class_grades": _("Grades of classes"),
        "class_name_contains": _("Words in class names"),
        "sessions": _("Academic sessions"),
        "chosen_sessions": _("Chosen sessions"),
        "look_ahead_days": _("Days ahead"),
        "field_owners": _("Owners of fields"),
        "custody_column": _("Custody column"),
        "custody_no_rights": _("Words for no rights"),
        "keep_birth_dates": _("Birth dates"),
        "strict": _("Strict reading"),
        "pause_until": _("Pause until"),
        "blackouts": _("Days without a run"),
    }.get(setting, setting)


HELPS: tuple[str, ...] = (
    gettext_noop("Run every day by itself."),
    gettext_noop("When the daily run starts, local time of the district."),
    gettext_noop("Percent of a school's records of one kind that may leave in one run before a person is asked."),
    gettext_noop("Other deletion thresholds for single schools: school number or id = percent."),
    gettext_noop("Percent of a school's records of one kind whose name or contact may change in one run."),
    gettext_noop("How many persons must approve what waits in a hold."),
    gettext_noop("Days after which a plan's holds, and approvals that were not applied, are no longer good."),
    gettext_noop("Which id pages show for a student."),
    gettext_noop("An archived student who is in the data again."),
    gettext_noop("A student who leaves the data."),
    gettext_noop("Guardians come from this source."),
    gettext_noop("The column whose number is the mobile used for sign-in."),
    gettext_noop("Relationships that make a guardian: parent, guardian, relative."),
    gettext_noop("An archived classroom that is in the data again becomes active."),
    gettext_noop("Contact details of people who have signed in also come from the source (R-6)."),
    gettext_noop("The source may change a person's language."),
    gettext_noop("Which classes are synced."),
    gettext_noop("Sync classes that have no teacher."),
    gettext_noop("Only classes of these grades; empty means all."),
    gettext_noop("Only classes whose name contains this; empty means all."),
    gettext_noop("Classes of which academic sessions."),
    gettext_noop("The sourcedIds of the academic sessions, when sessions = chosen."),
    gettext_noop("Classes are made this many days before their session starts."),
    gettext_noop("Fields that the school or the person owns: field = source | school | person (R-5)."),
    gettext_noop("The users.csv column that says a guardian has no rights, e.g. metadata.custody."),
    gettext_noop("The values of the custody column that mean no rights."),
    gettext_noop("Keep students' birth dates (from demographics.csv), to match by them."),
    gettext_noop("Read files by the letter of OneRoster; refuse what lenient reading repairs."),
    gettext_noop("No daily run before this date."),
    gettext_noop("Days without a daily run: single days, or first..last."),
)
"""What the settings say of themselves; a test holds these equal to ``core.policy``."""
