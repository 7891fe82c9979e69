"""Contact details: whose they are, who has none, who shares them (R-6, R-7, R-8)."""

from __future__ import annotations

import pytest
from tests.support.spec import Case, check
from tests.support.world import World

CHAPTER = "Contact details"
INTRO = (
    "Until somebody signs in their contacts are the source's; then they are theirs, unless a setting says otherwise."
)

MO = """
user | name     | roles      | agents | email          | sms          | phone
001  | Ana Díaz | student@S1 | P1     |                |              |
P1   | Mo Díaz  | parent@S1  |        | mo@example.org | +15305550101 |
"""


def sign_in(world: World) -> None:
    """The account is active."""
    world.one("person", "P1").update(account_state="active")


def office_address(world: World) -> None:
    """A contact that is not the source's."""
    person = world.one("person", "P1")
    world.add("contact_method", person_id=person["id"], kind="email", value="mo@example.net", owner="staff")
    person.update(account_state="invitee")


CASES = (
    Case(
        title="An invitee's contacts follow the source",
        rule="R-6",
        before=MO,
        incoming=MO.replace("mo@", "moritz@").replace("+15305550101", ""),
        expect="guardian | update | P1 | changed",
        fields="""
        email  | P1 | value | mo@example.org | moritz@example.org
        mobile | P1 | value | +15305550101
        """,
    ),
    Case(
        title="Somebody who has signed in keeps their contacts; the difference is told, every day",
        rule="R-6",
        before=MO,
        since=("Mo signs in.", sign_in),
        incoming=MO.replace("mo@", "moritz@"),
        expect="",
        findings="PLN-005",
    ),
    Case(
        title="Setting: contacts of people who have signed in follow the source, too",
        rule="section 5, update contact details of active users",
        settings={"update_active_contacts": True},
        before=MO,
        since=("Mo signs in.", sign_in),
        incoming=MO.replace("mo@", "moritz@"),
        expect="guardian | update | P1 | changed",
        fields="email | P1 | value | mo@example.org | moritz@example.org",
    ),
    Case(
        title="A guardian with neither e-mail nor mobile is kept as a record without sign-in",
        rule="R-7",
        incoming=MO.replace("mo@example.org", "").replace("+15305550101", ""),
        expect="""
        student      | create | 001    | new
        guardian     | create | P1     | new
        guardianship | create | 001/P1 | new
        """,
        findings="PLN-006",
    ),
    Case(
        title="... and gains an account when the source gains a contact",
        rule="R-7",
        before=MO.replace("mo@example.org", "").replace("+15305550101", ""),
        incoming=MO,
        expect="guardian | update | P1 | changed",
        fields="person | P1 | account_state | no_contact | invitee",
    ),
    Case(
        title="Who loses the last contact of the source loses the sign-in",
        rule="R-7",
        before=MO,
        incoming=MO.replace("mo@example.org", "").replace("+15305550101", ""),
        expect="guardian | update | P1 | changed",
        fields="""
        person | P1 | account_state | invitee | no_contact
        email  | P1 | value | mo@example.org
        mobile | P1 | value | +15305550101
        """,
    ),
    Case(
        title="A contact that staff added is not seen here, and is no reason to take the sign-in away",
        rule="R-7",
        before=MO.replace("mo@example.org", "").replace("+15305550101", ""),
        since=("The office adds an address.", office_address),
        incoming=MO.replace("mo@example.org", "").replace("+15305550101", "").replace("Mo Díaz", "Moritz Díaz"),
        expect="guardian | update | P1 | changed",
        fields="person | P1 | given_name | Mo | Moritz",
    ),
    Case(
        title="Two parents may share a contact; that is told, and drops nobody",
        rule="R-8",
        incoming=MO.replace("| P1", "| P1, P2")
        + "P2   | Jo Díaz  | parent@S1  |        | mo@example.org | +15305550101 |\n",
        expect="""
        student      | create | 001    | new
        guardian     | create | P1     | new
        guardian     | create | P2     | new
        guardianship | create | 001/P1 | new
        guardianship | create | 001/P2 | new
        """,
        findings="PLN-010",
    ),
    Case(
        title="Setting: the mobile is in the phone column",
        rule="section 5, phone credential column",
        settings={"phone_column": "phone"},
        settings_before={},
        before=MO.replace("+15305550101 |", "+15305550101 | +15305550199"),
        incoming=MO.replace("+15305550101 |", "+15305550101 | +15305550199"),
        expect="guardian | update | P1 | changed",
        fields="""
        mobile     | P1 | value | +15305550101 | +15305550199
        home_phone | P1 | value | +15305550199 | +15305550101
        """,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_contacts(case: Case) -> None:
    check(case)
