"""The directory's own words for states, roles and relations, as a page says them."""

from __future__ import annotations

from django.utils.translation import gettext as _

__all__ = ["account_word", "account_words", "relationship_word", "role_word", "state_word"]


def account_words() -> dict[str, str]:
    """State of an account → word, in the order of a form."""
    return {
        "invitee": _("not signed in yet"),
        "active": _("has signed in"),
        "no_contact": _("no contact"),
        "disabled": _("disabled"),
    }


def account_word(state: str) -> str:
    """The state of an account in a word."""
    return account_words().get(state, state.replace("_", " "))


def state_word(status: str) -> str:
    """The state of a student, classroom or tie in a word."""
    return {
        "active": _("active"),
        "archived": _("archived"),
        "suspended": _("suspended"),
        "ended": _("ended"),
    }.get(status, status)


def role_word(role: str) -> str:
    """What a person is, in a word."""
    return {
        "teacher": _("Teacher"),
        "aide": _("Aide"),
        "proctor": _("Proctor"),
        "counselor": _("Counselor"),
        "principal": _("Principal"),
        "administrator": _("Administrator"),
        "siteAdministrator": _("School administrator"),
        "districtAdministrator": _("District administrator"),
        "systemAdministrator": _("System administrator"),
        "staff": _("Staff"),
        "student": _("Student"),
    }.get(role, role.replace("_", " ").capitalize())


def relationship_word(relationship: str) -> str:
    """What a guardian is to a student, in a word."""
    return {
        "parent": _("Parent"),
        "guardian": _("Guardian"),
        "relative": _("Relative"),
        "": _("Guardian"),
    }.get(relationship, relationship.replace("_", " ").capitalize())
