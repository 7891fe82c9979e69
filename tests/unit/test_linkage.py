"""Who may be the same human twice: verdicts as a table, with the committed weights."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from rollbook.core.errors import ConfigError
from rollbook.linkage import MODELS, PAIR_SCHEMA, Kind, people_frame, score

ANA: dict[str, Any] = {
    "given_name": "Rosalind",
    "family_name": "Okonkwo",
    "birth_on": dt.date(2012, 3, 7),
    "grade": "07",
    "schools": [4],
    "contacts": ["mother@example.org", "+12065550111"],
    "kin": [900],
    "number": "00417",
    "state_id": "551",
}
UNTIED: dict[str, Any] = {"contacts": ["+12065550999"], "kin": [901]}
ANEW: dict[str, Any] = {"number": None, "state_id": None, "kin": [901]}


def crowd(*people: dict[str, Any]) -> pl.DataFrame:
    """``people`` with ids from 1, among forty others who are like nobody."""
    others = [
        {
            "given_name": f"Given{chr(97 + n // 26)}{chr(97 + n % 26)}",
            "family_name": f"{chr(97 + n % 26)}family{n * 7919}",
            "birth_on": dt.date(2010, 1, 1) + dt.timedelta(days=37 * n),
            "grade": f"{n % 12 + 1:02d}",
            "schools": [n % 5],
            "contacts": [f"+1206555{n:04d}"],
            "kin": [n],
        }
        for n in range(40)
    ]
    shape: dict[str, Any] = {
        "birth_on": pl.Date,
        "schools": pl.List(pl.Int64),
        "contacts": pl.List(pl.String),
        "kin": pl.List(pl.Int64),
    }
    rows = [{"id": number, **human} for number, human in enumerate([*people, *others], 1)]
    return people_frame(pl.DataFrame(rows, schema_overrides=shape, infer_schema_length=None))


def verdict(*people: dict[str, Any], kind: Kind = Kind.STUDENT) -> str | None:
    """The verdict on the first two of ``people``; None: not even shown."""
    pairs = score(crowd(*people), MODELS[kind]).filter(left_id=1, right_id=2)
    return None if pairs.is_empty() else str(pairs["verdict"].item())


@pytest.mark.parametrize(
    ("what", "second", "expected"),
    [
        ("entered twice", ANEW, "certain"),
        ("in capitals", ANEW | {"given_name": "ROSALIND", "family_name": "OKONKWO"}, "certain"),
        ("names exchanged", ANEW | {"given_name": "Okonkwo", "family_name": "Rosalind"}, "certain"),
        ("surname with a hyphen", ANEW | {"family_name": "Okonkwo-Berg"}, "certain"),
        ("a letter wrong", ANEW | {"given_name": "Rosalynd"}, "likely"),
        ("called otherwise", ANEW | {"given_name": "Rosy"}, "likely"),
        ("moved, day and month exchanged", ANEW | {"schools": [3], "birth_on": dt.date(2012, 7, 3)}, "certain"),
        ("no birth date kept", ANEW | {"birth_on": None}, "certain"),
        ("no birth date, another number", ANEW | {"birth_on": None, "number": "7788"}, "likely"),
        ("two state ids", ANEW | {"state_id": "552"}, "look"),
        ("a twin", {"given_name": "Benedict", "number": "00418", "state_id": "552"}, None),
        ("a twin whose name sounds alike", {"given_name": "Rosalinda", "number": "00418", "state_id": "552"}, "look"),
        (
            "a younger brother",
            {"given_name": "Benedict", "number": "1", "state_id": None, "grade": "03", "birth_on": None},
            None,
        ),
        (
            "a namesake of another family, born later",
            {**UNTIED, "number": "9", "state_id": "9", "schools": [2], "birth_on": dt.date(2012, 11, 20)},
            None,
        ),
    ],
)
def test_a_second_record_is_judged(what: str, second: dict[str, Any], expected: str | None) -> None:
    found = verdict(ANA, ANA | second)
    shown = {"look", None} if expected is None else {expected}
    assert found in shown, what


def test_a_couple_with_one_address_is_two_people() -> None:
    mother = {"given_name": "Rosalind", "family_name": "Okonkwo", "contacts": ["home@example.org"], "kin": [1, 2]}
    assert verdict(mother, mother | {"given_name": "Chidi"}, kind=Kind.PERSON) in ("look", None)
    assert verdict(mother, mother | {"family_name": "OKONKWO"}, kind=Kind.PERSON) == "certain"
    assert verdict(mother, mother | {"contacts": ["home@example.org", "+12065550177"]}, kind=Kind.PERSON) == "certain"


def test_reasons_say_what_agrees_first_and_what_does_not_last() -> None:
    pairs = score(crowd(ANA, ANA | ANEW | {"schools": [3], "family_name": "Okonkvo"}), MODELS[Kind.STUDENT])
    reasons = pairs.filter(left_id=1, right_id=2)["reasons"].item().to_list()
    assert reasons[-1] == "school: other"
    assert {"given: same, tied", "family: near", "birth: same, with the name"} <= set(reasons[:4])
    assert not any("unknown" in reason for reason in reasons)


def test_the_order_of_the_rows_does_not_matter() -> None:
    people = crowd(ANA, ANA | ANEW, ANA | {"given_name": "Benedict"})
    assert score(people, MODELS[Kind.STUDENT]).equals(score(people.reverse(), MODELS[Kind.STUDENT]))


def test_nobody_is_nobodys_duplicate() -> None:
    nobody = people_frame(pl.DataFrame({"id": [1]}))
    assert score(nobody, MODELS[Kind.STUDENT]).schema == pl.Schema(PAIR_SCHEMA)
    with pytest.raises(ConfigError):
        people_frame(pl.DataFrame({"id": [1, 1]}))
