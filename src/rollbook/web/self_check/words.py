"""What the checks are called when they pass, what they say when they do not, and what to " "do then."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rollbook.web.components.tags import number as shown

__all__ = ["remedy", "sentence", "title"]

Counted = Callable[[int], str]


def title(key: str) -> str:
    """The check as a statement that is true when it passes."""
    return {
        "connection": _("The source can be read"),
        "source_state": _("The source is in order and shares what is needed"),
        "schools_matched": _("Every school of the source is matched"),
        "schools_near": _("No school is a near miss"),
        "schools_unfed": _("Every school here is fed by a source"),
        "schools_gone": _("Every matched school is still shared"),
        "schools_idle": _("Every matched school receives students and classes"),
        "administrators": _("Administrators are received"),
        "classes_beyond_need": _("Not many more classes are shared than are needed"),
        "classrooms_twice": _("No existing classroom would be there twice"),
        "students_unknown": _("Every existing student is linked or would be recognised"),
        "thresholds": _("The plan crosses no threshold"),
        "guardians_unreachable": _("Every guardian has a usable contact"),
        "contacts_shared": _("Contacts that several people share"),
        "contacts_conflicting": _("No guardian arrives with conflicting contacts"),
        "several_roles": _("People with several roles arrive with the same details"),
        "guardians_twice": _("No existing person would get a second account"),
        "guardians_many": _("No student has more than six guardians"),
        "guardians_two_sources": _("Guardians come from one source"),
        "custody": _("The custody column is received"),
        "custody_unset": _("A custody column says who has no rights"),
        "students_without_classes": _("Every student has a class"),
        "classes_without_teachers": _("Every class has a teacher"),
        "classes_without_students": _("Every class has students"),
        "sessions_not_running": _("Every class is of a session that runs today"),
        "leading_zeros": _("No id has lost its leading zeros"),
        "unknown_words": _("Grades, roles and types are known words"),
        "sensitive": _("Nothing sensitive is received that is not needed"),
        "repaired": _("Columns and encodings are as they should be"),
        "rows_refused": _("Every row can be read"),
    }[key]


_SENTENCES: Mapping[str, Counted] = {
    "source_state": lambda n: ngettext(
        "The source says %(n)s thing that needs a look.", "The source says %(n)s things that need a look.", n
    ),
    "schools_matched": lambda n: ngettext(
        "%(n)s of %(of)s schools of the source is not matched. It stays out of the sync.",
        "%(n)s of %(of)s schools of the source are not matched. They stay out of the sync.",
        n,
    ),
    "schools_near": lambda n: ngettext(
        "%(n)s school of the source looks like one here, and is not matched.",
        "%(n)s schools of the source look like schools here, and are not matched.",
        n,
    ),
    "schools_unfed": lambda n: ngettext(
        "%(n)s of %(of)s schools here is fed by no source.", "%(n)s of %(of)s schools here are fed by no source.", n
    ),
    "schools_gone": lambda n: ngettext(
        "%(n)s matched school is not shared any more: its students and classrooms would be suspended.",
        "%(n)s matched schools are not shared any more: their students and classrooms would be suspended.",
        n,
    ),
    "schools_idle": lambda n: ngettext(
        "%(n)s of %(of)s matched schools receives no students or no classes.",
        "%(n)s of %(of)s matched schools receive no students or no classes.",
        n,
    ),
    "administrators": lambda n: _("No administrator is received, so nobody of the schools would administer."),
    "classes_beyond_need": lambda n: ngettext(
        "%(n)s of %(of)s classes is of a session that is over, or has no students.",
        "%(n)s of %(of)s classes are of a session that is over, or have no students.",
        n,
    ),
    "classrooms_twice": lambda n: ngettext(
        "%(n)s of %(of)s existing classrooms that no source knows would get a twin.",
        "%(n)s of %(of)s existing classrooms that no source knows would get a twin.",
        n,
    ),
    "students_unknown": lambda n: ngettext(
        "%(n)s existing student is known to no source and would not be recognised. %(adopted)s "
        "would be, %(question)s are questions, %(twice)s would be there twice.",
        "%(n)s existing students are known to no source and would not be recognised. %(adopted)s "
        "would be, %(question)s are questions, %(twice)s would be there twice.",
        n,
    ),
    "thresholds": lambda n: ngettext(
        "%(n)s hold: %(records)s records would wait for a person.",
        "%(n)s holds: %(records)s records would wait for a person.",
        n,
    ),
    "guardians_unreachable": lambda n: ngettext(
        "%(n)s guardian has neither an e-mail address nor a mobile number.",
        "%(n)s guardians have neither an e-mail address nor a mobile number.",
        n,
    ),
    "contacts_shared": lambda n: ngettext(
        "%(n)s person shares a contact with somebody. That is allowed.",
        "%(n)s people share a contact with somebody. That is allowed.",
        n,
    ),
    "contacts_conflicting": lambda n: ngettext(
        "%(n)s record of a guardian has other contacts than another record of the same person.",
        "%(n)s records of guardians have other contacts than other records of the same people.",
        n,
    ),
    "several_roles": lambda n: ngettext(
        "%(n)s record of people who are staff and guardian has details that differ.",
        "%(n)s records of people who are staff and guardian have details that differ.",
        n,
    ),
    "guardians_twice": lambda n: ngettext(
        "%(n)s person who arrives may be here already, and would get a second account.",
        "%(n)s people who arrive may be here already, and would get a second account.",
        n,
    ),
    "guardians_many": lambda n: ngettext(
        "%(n)s student has more than six guardians.", "%(n)s students have more than six guardians.", n
    ),
    "guardians_two_sources": lambda n: _(
        "Two sources of this district manage guardians: each would undo what the other does."
    ),
    "custody": lambda n: _("The settings name a custody column, and it is not in the data: no new guardian is linked."),
    "custody_unset": lambda n: _("No custody column is set, so guardians without rights cannot be told apart."),
    "students_without_classes": lambda n: ngettext(
        "%(n)s of %(of)s students is in no class.", "%(n)s of %(of)s students are in no class.", n
    ),
    "classes_without_teachers": lambda n: ngettext(
        "%(n)s of %(of)s classes has no teacher.", "%(n)s of %(of)s classes have no teacher.", n
    ),
    "classes_without_students": lambda n: ngettext(
        "%(n)s of %(of)s classes has no students.", "%(n)s of %(of)s classes have no students.", n
    ),
    "sessions_not_running": lambda n: ngettext(
        "%(n)s of %(of)s sessions does not run today; %(waiting)s classes are left out because of it.",
        "%(n)s of %(of)s sessions do not run today; %(waiting)s classes are left out because of it.",
        n,
    ),
    "leading_zeros": lambda n: ngettext(
        "%(n)s id is known with leading zeros, and came without.",
        "%(n)s ids are known with leading zeros, and came without.",
        n,
    ),
    "unknown_words": lambda n: ngettext(
        "%(n)s row has a grade, role or type that nobody knows.",
        "%(n)s rows have a grade, role or type that nobody knows.",
        n,
    ),
    "sensitive": lambda n: ngettext(
        "%(n)s kind of sensitive data arrives in vain; it is dropped.",
        "%(n)s kinds of sensitive data arrive in vain; they are dropped.",
        n,
    ),
    "repaired": lambda n: ngettext(
        "%(n)s thing about columns or encoding was repaired while reading.",
        "%(n)s things about columns or encoding were repaired while reading.",
        n,
    ),
    "rows_refused": lambda n: ngettext(
        "%(n)s row cannot be read. What it is about stays as it is.",
        "%(n)s rows cannot be read. What they are about stays as it is.",
        n,
    ),
}


def sentence(key: str, number: int, of: int, more: Mapping[str, int]) -> str:
    """What is the matter, in numbers. Of ``connection`` the source itself says it."""
    if key not in _SENTENCES:
        return ""
    values = {"n": shown(number), "of": shown(of), **{name: shown(value) for name, value in more.items()}}
    return _SENTENCES[key](number) % values


def remedy(key: str) -> str:
    """What to do."""
    return {
        "connection": _("Mend the connection, then check again."),
        "source_state": _("Look in the vendor's console what is shared and whether the app is on."),
        "schools_matched": _("Match them, or leave them out on purpose."),
        "schools_near": _("Compare the two: match them if they are one school."),
        "schools_unfed": _("Match each to a school of the source, or leave it to manual entry."),
        "schools_gone": _("Share the school again, or take its match away."),
        "schools_idle": _("Check what the source shares for these schools; a lost leading zero looks like this."),
        "administrators": _(
            "Share them: in ClassLink turn Unenrolled Users on, in Clever share staff and administrators."
        ),
        "classes_beyond_need": _("Narrow the sharing rule to the sessions and classes that are taught."),
        "classrooms_twice": _("Say for each whether the sync takes it over, or it is archived."),
        "students_unknown": _("Correct their ids so that they are recognised, or archive those who have left."),
        "thresholds": _("Look at the plan: approve what is right, and wait for better data where it is not."),
        "guardians_unreachable": _("Add an e-mail address or a mobile number in the student system."),
        "contacts_shared": _("Nothing, unless they should sign in separately."),
        "contacts_conflicting": _("Make the records agree in the student system, or join them there."),
        "several_roles": _("Make the records agree in the student system."),
        "guardians_twice": _(
            "Compare them: correct the contact or the id in the student system, or merge the accounts."
        ),
        "guardians_many": _("Check the contacts of these students."),
        "guardians_two_sources": _("Switch “guardians come from this source” off for one of them."),
        "custody": _("Share the column again, or clear the setting custody_column."),
        "custody_unset": _("If the data says who has no rights, name its column in the setting custody_column."),
        "students_without_classes": _("Nothing if they are new; otherwise check their schedules, and what is shared."),
        "classes_without_teachers": _(
            "Give them a teacher in the student system, or leave such classes out in the settings."
        ),
        "classes_without_students": _("Nothing before term; otherwise share fewer classes."),
        "sessions_not_running": _("Check the dates of the sessions, or choose them in the settings."),
        "leading_zeros": _("Export ids as text; a spreadsheet takes leading zeros away."),
        "unknown_words": _("Correct the words in the student system."),
        "sensitive": _("Turn it off in the vendor's sharing settings: what is not shared cannot leak."),
        "repaired": _("Nothing has to be done here; the export's settings can be put right."),
        "rows_refused": _("Mend the rows in the student system."),
    }[key]
