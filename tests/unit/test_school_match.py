"""Step 3: which school is which. Suggestions rest on equality; what only looks alike is pointed out and never taken."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from rollbook.core.school_match import suggest

Org = tuple[str, str | None, str | None]
School = tuple[int, str | None, str | None, str | None]


def table(orgs: list[Org], schools: list[School], links: dict[str, int] | None = None) -> dict[str, dict[str, Any]]:
    result = suggest(
        pl.DataFrame(orgs, schema=["sourced_id", "name", "identifier"], orient="row").cast(pl.String),
        pl.DataFrame(
            schools,
            schema={"id": pl.Int64, "name": pl.String, "school_number": pl.String, "nces_id": pl.String},
            orient="row",
        ),
        pl.DataFrame(
            list((links or {}).items()), schema={"sourced_id": pl.String, "school_id": pl.Int64}, orient="row"
        ),
    )
    return {row["sourced_id"]: row for row in result.iter_rows(named=True)}


CASES: list[tuple[str, Org, School, str | None]] = [
    # what                       org (id, name, identifier)              Rollbook (id, name, number, NCES)       reason
    ("number is the sourcedId", ("012", "Oak", None), (1, "Oak Elementary", "012", None), "same id"),
    ("NCES id is the sourcedId", ("530010000101", None, None), (1, "Oak", None, "530010000101"), "same id"),
    ("NCES id", ("x", "Oak", "530010000101"), (1, "Elm", None, "530010000101"), "same NCES id"),
    ("number", ("x", "Oak", "0012"), (1, "Elm", "0012", None), "same number"),
    ("name, other case, blanks", ("x", "OAK  Elementary ", None), (1, "Oak elementary", "9", None), "same name"),
    ("id before name", ("012", "Elm", None), (1, "Oak", "012", None), "same id"),
    ("nothing in common", ("7", "Elm", "8"), (1, "Oak", "12", "13"), None),
    ("blank is not equal to blank", ("7", None, None), (1, None, None, None), None),
    ("leading zeros", ("12", "Elm", None), (1, "Oak", "012", None), None),
]


@pytest.mark.parametrize(("org", "school", "reason"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_one_org_beside_one_school(org: Org, school: School, reason: str | None) -> None:
    row = table([org], [school])[org[0]]
    assert (row["suggestion"], row["reason"]) == ((1, reason) if reason else (None, None))


@pytest.mark.parametrize(
    ("org", "school", "words"),
    [
        (("12", "Elm", None), (1, "Oak", "012", None), "“12” in the source, “012” here: leading zeros"),
        (("x", "Elm", "0012"), (1, "Oak", "12", None), "“0012” in the source, “12” here: leading zeros"),
        (("x", "St. Mary's Elem.", None), (1, "Saint Marys Elementary School", None, None), "similar name"),
        (("x", "Washington Middle School", None), (1, "Washingtn MS", None, None), "similar name"),
    ],
)
def test_what_looks_alike_is_pointed_out_and_not_suggested(org: Org, school: School, words: str) -> None:
    row = table([org], [school])[org[0]]
    assert (row["suggestion"], row["near"], row["near_reason"]) == (None, 1, words)


def test_a_middle_school_is_not_the_elementary_school_of_its_town() -> None:
    assert table([("x", "Lincoln Middle School", None)], [(1, "Lincoln Elementary", None, None)])["x"]["near"] is None


def test_two_schools_that_fit_make_no_suggestion() -> None:
    row = table([("x", None, "7")], [(1, "Oak", "7", None), (2, "Elm", "7", None)])["x"]
    assert row["suggestion"] is None


def test_two_orgs_of_one_name_are_a_question() -> None:
    rows = table([("a", "Oak", None), ("b", "Oak", None)], [(1, "Oak", None, None)])
    assert [row["suggestion"] for row in rows.values()] == [None, None]


def test_several_orgs_may_feed_one_school_by_id() -> None:
    rows = table([("a", "Oak Upper", "77"), ("b", "Oak Lower", "77")], [(1, "Oak", "77", None)])
    assert [row["suggestion"] for row in rows.values()] == [1, 1]


def test_a_name_is_not_taken_from_a_school_that_is_matched() -> None:
    rows = table([("a", "Oak", None), ("b", "Oak", None)], [(1, "Oak", None, None)], {"a": 1})
    assert (rows["a"]["school_id"], rows["a"]["suggestion"]) == (1, None)
    assert rows["b"]["suggestion"] is None
