"""Why two records may be one, in words."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

__all__ = ["field_word", "reason_sentence", "table_word", "verdict_sentence", "verdict_word"]


def verdict_word(verdict: str) -> str:
    """The verdict in a word."""
    return {"certain": _("certain"), "likely": _("likely"), "look": _("worth a look")}.get(verdict, verdict)


def verdict_sentence(verdict: str) -> str:
    """What the verdict means for the one who decides."""
    return {
        "certain": _("Certainly one."),
        "likely": _("Most likely one. Look before you merge."),
        "look": _("More often two than one. Look closely."),
    }.get(verdict, "")


def reason_sentence(reasons: Sequence[str], kind: str) -> str:
    """All reasons in one sentence; what is not worth a word is left out."""
    said = []
    for reason in reasons:
        comparison, _separator, level = reason.partition(": ")
        if comparison == "given":
            name, _comma, tie = level.partition(", ")
            said += [_given().get(name, ""), _ties(kind).get(tie, "")]
        else:
            said.append(_levels().get((comparison, level), ""))
    sentence = ", ".join(dict.fromkeys(part for part in said if part))
    return sentence[:1].upper() + sentence[1:]


def _given() -> dict[str, str]:
    return {
        "same": _("same given name"),
        "nickname": _("one given name is a short form of the other"),
        "part": _("given names share a part"),
        "swapped": _("given and family name are exchanged"),
        "near": _("given name differs by a slip"),
        "vague": _("given names are somewhat alike"),
        "other": _("different given names"),
    }


def _ties(kind: str) -> dict[str, str]:
    if kind == "person":
        return {"tied": _("same e-mail or mobile"), "child": _("same child"), "apart": _("no contact in common")}
    return {"tied": _("same guardian or guardian's contact"), "apart": _("no guardian in common")}


def _levels() -> dict[tuple[str, str], str]:
    return {
        ("family", "same"): _("same family name"),
        ("family", "part"): _("family names share a part"),
        ("family", "near"): _("family name differs by a slip"),
        ("family", "other"): _("different family names"),
        ("rarity", "rare"): _("a rare name"),
        ("rarity", "common"): _("a common name"),
        ("birth", "same, with the name"): _("same birth date"),
        ("birth", "same"): _("same birth date"),
        ("birth", "slip, with the name"): _("birth date differs by a slip"),
        ("birth", "slip"): _("birth date differs by a slip"),
        ("birth", "same day, other year"): _("same birthday, other year"),
        ("birth", "same year"): _("born in the same year"),
        ("birth", "other"): _("different birth dates"),
        ("grade", "same"): _("same grade"),
        ("grade", "next"): _("a grade apart"),
        ("grade", "other"): _("different grades"),
        ("school", "same"): _("same school"),
        ("school", "other"): _("different schools"),
        ("state_id", "same"): _("same state id"),
        ("state_id", "other"): _("different state ids"),
        ("number", "same"): _("same student number"),
        ("number", "other"): _("different student numbers"),
        ("email", "same"): _("same e-mail"),
        ("email", "other"): _("different e-mails"),
        ("contacts", "some"): _("one contact in common, others not"),
        ("children", "other"): _("different children"),
    }


def field_word(name: str) -> str:
    """A field, as a page says it."""
    return {
        "given_name": _("Given name"),
        "family_name": _("Family name"),
        "middle_name": _("Middle name"),
        "preferred_given_name": _("Preferred given name"),
        "preferred_family_name": _("Preferred family name"),
        "student_number": _("Student number"),
        "state_id": _("State id"),
        "grade": _("Grade"),
        "email": _("E-mail"),
        "birth_on": _("Birth date"),
        "home_language": _("Home language"),
        "status": _("State"),
        "language": _("Language"),
        "account_state": _("Account"),
    }.get(name, name)


def table_word(table: str) -> str:
    """What hangs on a record, as a page says it."""
    return {
        "contact_method": _("Contacts"),
        "student_school": _("Schools"),
        "staff_role": _("Staff roles"),
        "guardianship": _("Guardianships"),
        "enrollment": _("Enrollments"),
        "source_link": _("Ids of sources"),
        "announcement_mail": _("Announcements received"),
        "backpack_item": _("Backpack files"),
        "interaction": _("Interactions"),
        "student_attribute": _("Attributes"),
    }.get(table, table.replace("_", " "))
