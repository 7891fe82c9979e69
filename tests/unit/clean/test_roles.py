"""Roles of people, from 1.1's users.csv, from 1.2's roles.csv, or from both."""

from __future__ import annotations

import datetime as dt

from tests.unit.clean.snapshots import USER, cleaned, codes, stream, variant

from rollbook.core.snapshot import Mode

ROLE = {
    "sourcedId": "r1",
    "userSourcedId": "u1",
    "roleType": "primary",
    "role": "teacher",
    "beginDate": "2026-08-01",
    "endDate": "",
    "orgSourcedId": "s1",
}
USER_12 = {name: cell for name, cell in USER.items() if name not in {"role", "orgSourcedIds"}}


def test_a_role_of_1_1_holds_at_every_org_and_the_first_is_primary() -> None:
    roster = variant("users", {"role": "teacher", "orgSourcedIds": "s2,s1"})
    assert roster.frames["roles"].rows() == [
        ("u1", "s2", "teacher", True, None, None, "active", 2),
        ("u1", "s1", "teacher", False, None, None, "active", 2),
    ]


def test_somebody_without_org_keeps_the_role_nowhere() -> None:
    roster = variant("users", {"role": "parent", "orgSourcedIds": ""})
    assert roster.frames["roles"].select("org_sourced_id", "role").rows() == [(None, "parent")]
    assert codes(roster) == [("USR-025", 2, "orgSourcedIds")]


def test_roles_of_1_2_come_from_their_file() -> None:
    roster = cleaned(
        stream("users", [USER_12]),
        stream("roles", [ROLE, ROLE | {"sourcedId": "r2", "orgSourcedId": "s2", "roleType": "Secondary"}]),
    )
    assert roster.frames["roles"].rows() == [
        ("u1", "s1", "teacher", True, dt.date(2026, 8, 1), None, "active", 2),
        ("u1", "s2", "teacher", False, dt.date(2026, 8, 1), None, "active", 3),
    ]
    assert codes(roster) == [("ROL-015", 3, "roleType")]


def test_roles_csv_wins_for_the_users_it_names() -> None:
    roster = cleaned(
        stream("users", [USER | {"role": "administrator"}, USER | {"sourcedId": "u2", "role": "aide"}]),
        stream("roles", [ROLE]),
    )
    assert sorted(roster.frames["roles"].select("user_sourced_id", "role").rows()) == [
        ("u1", "teacher"),
        ("u2", "aide"),
    ]


def test_a_user_whom_a_whole_roles_csv_does_not_name_is_refused() -> None:
    files = (stream("users", [USER_12, USER_12 | {"sourcedId": "u2"}]), stream("roles", [ROLE]))
    roster = cleaned(*files)
    assert roster.frames["users"]["sourced_id"].to_list() == ["u1"]
    assert codes(roster) == [("USR-024", 3, "role")]


def test_a_delta_of_roles_says_nothing_of_users_it_does_not_name() -> None:
    roster = cleaned(
        stream("users", [USER_12, USER_12 | {"sourcedId": "u2"}], mode=Mode.DELTA),
        stream("roles", [ROLE], mode=Mode.DELTA),
    )
    assert roster.frames["users"]["sourced_id"].to_list() == ["u1", "u2"]
    assert roster.findings.is_empty()


def test_an_unknown_role_leaves_the_other_roles_of_the_user() -> None:
    roster = cleaned(
        stream("users", [USER_12]),
        stream("roles", [ROLE, ROLE | {"sourcedId": "r2", "orgSourcedId": "s2", "role": "wizard"}]),
    )
    assert roster.frames["roles"]["org_sourced_id"].to_list() == ["s1"]
    assert roster.findings.select("code", "line", "detail").rows() == [("ROL-022", 3, "wizard")]
    assert roster.frames["users"].height == 1


def test_a_role_row_without_user_is_refused() -> None:
    roster = cleaned(stream("users", [USER]), stream("roles", [ROLE | {"userSourcedId": ""}]))
    assert roster.refused.select("frame", "sourced_id", "school_sourced_id").rows() == [("roles", "r1", "s1")]


def test_a_role_named_twice_at_one_org_is_there_once() -> None:
    roster = cleaned(
        stream("users", [USER_12]),
        stream("roles", [ROLE, ROLE | {"sourcedId": "r2", "endDate": "2027-06-11"}]),
    )
    assert roster.frames["roles"].select("ends_on", "line").rows() == [(dt.date(2027, 6, 11), 3)]
    assert roster.findings.select("code", "line", "detail").rows() == [("ROL-003", 2, "see line 3")]


def test_agents_are_listed_as_received_but_never_oneself() -> None:
    roster = variant("users", {"agentSourcedIds": "g1,u1, g2"}, {"sourcedId": "u2", "agentSourcedIds": ""})
    assert roster.frames["agents"].rows() == [("u1", "g1", 2), ("u1", "g2", 2)]
    assert codes(roster) == [("AGT-016", 2, "agentSourcedIds"), ("AGT-040", 2, "agentSourcedIds")]


def test_agents_of_a_refused_user_are_not_listed() -> None:
    roster = variant("users", {"agentSourcedIds": "g1", "familyName": ""})
    assert roster.frames["agents"].is_empty()


def test_the_administrator_of_1_1_is_kept_in_1_2() -> None:
    roster = cleaned(stream("users", [USER_12]), stream("roles", [ROLE | {"role": "administrator"}]))
    assert roster.frames["roles"]["role"].to_list() == ["administrator"]
    assert codes(roster) == [("ROL-048", 2, "role")]


def test_a_role_column_of_1_2_without_orgs_is_no_reason_to_complain() -> None:
    users = [USER_12 | {"role": "teacher"}, USER_12 | {"sourcedId": "u2", "role": "aide"}]
    roster = cleaned(stream("users", users), stream("roles", [ROLE]))
    assert roster.findings.is_empty()
    assert roster.frames["roles"].select("user_sourced_id", "org_sourced_id").rows() == [("u1", "s1"), ("u2", None)]
