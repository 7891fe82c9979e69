"""Equal rosters have equal fingerprints, whichever way they were told; anything else shows."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from rollbook.core.findings import empty
from rollbook.core.fingerprint import frame_fingerprints, roster_fingerprint
from rollbook.core.roster import ROSTER_SCHEMAS, Roster
from rollbook.core.snapshot import Mode

USER = {"sourced_id": "0012", "given_name": "Ada", "family_name": "Lind", "grade": "03", "status": "active", "line": 2}
ROLE = {"user_sourced_id": "0012", "org_sourced_id": "01", "role": "administrator", "status": "active", "line": 2}


def roster(users: list[dict[str, object]], roles: list[dict[str, object]]) -> Roster:
    frames = {name: pl.DataFrame(schema=schema) for name, schema in ROSTER_SCHEMAS.items()}
    frames["users"] = pl.DataFrame(users, schema=ROSTER_SCHEMAS["users"])
    frames["roles"] = pl.DataFrame(roles, schema=ROSTER_SCHEMAS["roles"])
    modes = dict.fromkeys(frames, Mode.BULK)
    return Roster(frames=frames, modes=modes, received=frozenset(), refused=pl.DataFrame(), findings=empty())


OTHER = {**USER, "sourced_id": "0013", "line": 3}
PLAIN = roster([USER, OTHER], [ROLE])
SAME = {
    "another order": roster([OTHER, USER], [ROLE]),
    "other lines": roster([{**USER, "line": 9}, OTHER], [{**ROLE, "line": 1}]),
    "a tombstone beside": roster([USER, OTHER, {**USER, "sourced_id": "9", "status": "tobedeleted"}], [ROLE]),
    "1.2's word for the role": roster([USER, OTHER], [{**ROLE, "role": "principal", "is_primary": True}]),
    "a preferred name, which 1.1 has not": roster([{**USER, "preferred_given_name": "Addy"}, OTHER], [ROLE]),
}
DIFFERENT = {
    "a row less": roster([USER], [ROLE]),
    "a zero lost": roster([{**USER, "sourced_id": "12"}, OTHER], [ROLE]),
    "another name": roster([{**USER, "given_name": "Ida"}, OTHER], [ROLE]),
    "blank in place of nothing": roster([{**USER, "email": ""}, OTHER], [ROLE]),
    "another role": roster([USER, OTHER], [{**ROLE, "role": "counselor"}]),
    "another org": roster([USER, OTHER], [{**ROLE, "org_sourced_id": "1"}]),
}


@pytest.mark.parametrize("what", SAME)
def test_what_does_not_count(what: str) -> None:
    assert roster_fingerprint(SAME[what]) == roster_fingerprint(PLAIN)


@pytest.mark.parametrize("what", DIFFERENT)
def test_what_counts(what: str) -> None:
    assert roster_fingerprint(DIFFERENT[what]) != roster_fingerprint(PLAIN)


def test_a_difference_is_told_in_its_frame_alone() -> None:
    other = replace(PLAIN, frames={**PLAIN.frames, "roles": PLAIN.frames["roles"].clear()})
    before, after = frame_fingerprints(PLAIN), frame_fingerprints(other)
    assert {name for name in before if before[name] != after[name]} == {"roles"}
