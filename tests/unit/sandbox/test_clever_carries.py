"""One district read as OneRoster files and from Clever: the same people, classes and enrollments, up to what Clever's model
has no place for. The table says what that is; everything else must be equal to the letter."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pytest

from rollbook.cli.sandbox_ways import configs, read_way
from rollbook.connectors.oneroster_csv import connector as oneroster_csv
from rollbook.core.clean import clean
from rollbook.core.policy import Policy
from rollbook.core.roster import Roster
from rollbook.sandbox.district import generate
from rollbook.sandbox.district.schools import DISTRICT_ID
from rollbook.sandbox.server import Sandbox
from rollbook.sandbox.server.credentials import object_ids

CARRIED = {
    "sessions": {"title", "starts_on", "ends_on"},
    "orgs": {"name", "type", "identifier", "parent_sourced_id"},
    "courses": {"title", "code", "org_sourced_id"},
    "classes": {"grades", "course_sourced_id", "code", "class_type", "school_sourced_id", "periods"},
    "users": {"given_name", "family_name", "middle_name", "state_id", "email", "grade", "birth_on", "rights"},
    "enrollments": {"role", "is_primary", "school_sourced_id"},
}
"""Frame → columns that arrive equal."""

LOST = {
    ("sessions", "type"): "a term is a term; whether it is a semester or a year is not said",
    ("sessions", "parent_sourced_id"): "terms do not lie in each other",
    ("sessions", "school_year"): "a term has two dates and no school year",
    ("classes", "title"): "Clever builds the name from course, teacher and period",
    ("classes", "location"): "sections have no room",
    ("classes", "term_sourced_ids"): "a section has one term",
    ("classes", "subject"): "eleven words for all subjects",
    ("users", "enabled"): "not said",
    ("users", "username"): "contacts and district administrators have none",
    ("users", "identifier"): "staff and contacts have no number beside their id",
    ("users", "preferred_given_name"): "the other way round: 1.1 files have none",
    ("users", "preferred_family_name"): "the same",
    ("users", "master_id"): "the other way round: 1.1 files have none",
    ("users", "sms"): "staff have no phone; a contact has one number",
    ("users", "phone"): "a contact with a mobile has no second number",
    ("enrollments", "begins_on"): "membership has no dates",
    ("enrollments", "ends_on"): "membership has no dates",
}
"""(frame, column) → why it cannot arrive, or not always."""

_KINDS = {"sessions": "term", "orgs": "school", "courses": "course", "classes": "section", "users": "user"}
_REFERENCES = {
    "course_sourced_id": "course",
    "school_sourced_id": "school",
    "org_sourced_id": "school",
    "parent_sourced_id": "school",
    "class_sourced_id": "section",
    "user_sourced_id": "user",
    "agent_sourced_id": "user",
}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Roster, Roster, str]]:
    bundle = tmp_path_factory.mktemp("clever") / "bundle"
    generate(bundle, students=200, seed=1)
    with Sandbox(students=200, seed=1) as sandbox:
        files = clean(oneroster_csv.read(bundle, Policy()), Policy())
        yield (
            files,
            clean(read_way(configs(sandbox)["clever"], Policy()), Policy()),
            sandbox.credentials.clever_district_id,
        )


def in_clevers_ids(frame: pl.DataFrame, name: str, district: str) -> pl.DataFrame:
    """The frame of the files with Clever's ids in place of the district's own."""
    columns = {"sourced_id": _KINDS[name]} if name in _KINDS else {}
    columns |= {column: kind for column, kind in _REFERENCES.items() if column in frame.columns}
    if name == "sessions":
        columns.pop("parent_sourced_id")
    for column, kind in columns.items():
        own = frame[column]
        known = own.drop_nulls().unique()
        ids = dict(zip(known, object_ids(kind, known), strict=True)) | (
            {DISTRICT_ID: district} if kind == "school" else {}
        )
        frame = frame.with_columns(own.replace_strict(ids, default=None, return_dtype=pl.String).alias(column))
    return frame


KEYS = {"enrollments": ["class_sourced_id", "user_sourced_id"], "agents": ["user_sourced_id", "agent_sourced_id"]}


def joined(both: tuple[Roster, Roster, str], name: str) -> pl.DataFrame:
    files, clever, district = both
    told = in_clevers_ids(files.frames[name], name, district)
    return told.join(clever.frames[name], on=KEYS.get(name, ["sourced_id"]), how="inner", suffix="_clever")


@pytest.mark.parametrize("name", CARRIED)
def test_every_column_is_either_carried_or_in_the_table(both: tuple[Roster, Roster, str], name: str) -> None:
    rows = joined(both, name)
    if name == "orgs":
        rows = rows.filter(
            pl.col("type") == "school"
        )  # the district itself is matched by nobody; its number is not read
    columns = set(both[0].frames[name].columns) - {*KEYS.get(name, []), "sourced_id", "line", "status"}
    assert columns == CARRIED[name] | {column for frame, column in LOST if frame == name}
    differing = [
        column
        for column in sorted(CARRIED[name])
        if not rows.select(pl.col(column).eq_missing(pl.col(f"{column}_clever")).all()).item()
    ]
    assert differing == []


@pytest.mark.parametrize("name", ["orgs", "courses", "classes", "sessions", "enrollments"])
def test_no_record_is_lost_and_none_is_made_up(both: tuple[Roster, Roster, str], name: str) -> None:
    files, clever, _ = both
    assert joined(both, name).height == files.frames[name].height == clever.frames[name].height > 0


def test_of_the_people_only_contacts_of_other_types_stay_away(both: tuple[Roster, Roster, str]) -> None:
    files, clever, district = both
    told = in_clevers_ids(files.frames["users"], "users", district)
    missing = told.join(clever.frames["users"], on="sourced_id", how="anti")
    roles = in_clevers_ids(files.frames["roles"], "roles", district)
    relatives = roles.filter(pl.col("role") == "relative")["user_sourced_id"].unique()
    assert set(missing["sourced_id"]) == set(relatives)
    assert clever.frames["users"].join(told, on="sourced_id", how="anti").height == 0


def test_every_family_link_that_clever_tells_is_one_of_the_files(both: tuple[Roster, Roster, str]) -> None:
    files, clever, district = both
    told = in_clevers_ids(files.frames["agents"], "agents", district)
    pairs = {frozenset(pair) for pair in told.select(KEYS["agents"]).iter_rows()}
    found = {frozenset(pair) for pair in clever.frames["agents"].select(KEYS["agents"]).iter_rows()}
    relatives = set(clever.frames["users"]["sourced_id"])
    assert found == {pair for pair in pairs if pair <= relatives}
