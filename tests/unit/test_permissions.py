"""Who may do what, as tables (T-1)."""

from __future__ import annotations

import pytest

from rollbook.core.permissions import EVERYWHERE, Act, Grant, Scope, scopes

ALL = dict.fromkeys(Act, EVERYWHERE)
ONE, TWO = Scope(schools=frozenset({1})), Scope(schools=frozenset({2}))
BOTH = ONE | TWO


@pytest.mark.parametrize(
    ("grants", "expected"),
    [
        ([], {}),
        ([Grant(what="emperor")], {}),
        ([Grant(what="district_admin")], ALL),
        ([Grant(what="district_staff")], {Act.LOOK: EVERYWHERE, Act.PEOPLE: EVERYWHERE}),
        (
            [Grant(what="school_admin", school=1)],
            dict.fromkeys((Act.PEOPLE, Act.ROSTER, Act.ACCOUNTS, Act.ANNOUNCE, Act.ENGAGEMENT), ONE),
        ),
        ([Grant(what="school_admin")], {}),  # of no school
        ([Grant(what="family_access", school=1)], {Act.PEOPLE: ONE}),
        ([Grant(what="family_access", school=1), Grant(what="family_access", school=2)], {Act.PEOPLE: BOTH}),
        ([Grant(what="family_access")], {Act.PEOPLE: EVERYWHERE}),
        ([Grant(what="school_wide_communications", school=1)], {Act.PEOPLE: ONE, Act.ANNOUNCE: ONE}),
        ([Grant(what="permissions_admin")], {Act.PEOPLE: EVERYWHERE, Act.GRANT: EVERYWHERE}),
        ([Grant(what="rostering_administrator", school=1)], {}),  # needs family access
        (
            [Grant(what="rostering_administrator", school=1), Grant(what="family_access", school=1)],
            {Act.PEOPLE: ONE, Act.ROSTER: ONE},
        ),
        (
            [Grant(what="rostering_administrator", school=1), Grant(what="family_access", school=2)],
            {Act.PEOPLE: TWO},  # elsewhere
        ),
        (
            [Grant(what="rostering_administrator", school=1), Grant(what="permissions_admin", school=1)],
            {Act.PEOPLE: ONE, Act.GRANT: ONE, Act.ROSTER: ONE},
        ),
        (
            [Grant(what="rostering_administrator"), Grant(what="school_admin", school=1)],
            dict.fromkeys((Act.PEOPLE, Act.ROSTER, Act.ACCOUNTS, Act.ANNOUNCE, Act.ENGAGEMENT), ONE),
        ),
        ([Grant(what="users_manager", school=1)], {Act.ACCOUNTS: ONE}),
        ([Grant(what="engagement_visibility")], {Act.ENGAGEMENT: EVERYWHERE}),
        (
            [Grant(what="teacher", one=7)],
            dict.fromkeys((Act.PEOPLE, Act.ANNOUNCE), Scope(teachers=frozenset({7}))),
        ),
        ([Grant(what="guardian", one=7)], {Act.PEOPLE: Scope(guardians=frozenset({7}))}),
        ([Grant(what="student", one=7)], {Act.PEOPLE: Scope(students=frozenset({7}))}),
        ([Grant(what="teacher"), Grant(what="guardian"), Grant(what="student")], {}),  # tied to nobody
        (
            [Grant(what="teacher", one=7), Grant(what="guardian", one=7)],
            {
                Act.PEOPLE: Scope(teachers=frozenset({7}), guardians=frozenset({7})),
                Act.ANNOUNCE: Scope(teachers=frozenset({7})),
            },
        ),
    ],
)
def test_what_somebody_has_allows_this_and_nothing_else(grants: list[Grant], expected: dict[Act, Scope]) -> None:
    assert scopes(grants) == expected
    assert scopes(list(reversed(grants))) == expected


@pytest.mark.parametrize(
    ("scope", "school", "covered"),
    [
        (EVERYWHERE, None, True),
        (EVERYWHERE, 1, True),
        (ONE, 1, True),
        (ONE, 2, False),
        (ONE, None, False),
        (Scope(teachers=frozenset({1})), 1, False),
        (Scope(), None, False),
    ],
)
def test_whom_a_scope_covers(scope: Scope, school: int | None, covered: bool) -> None:
    assert scope.covers(school) is covered
