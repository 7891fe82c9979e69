"""Which class an existing classroom looks like, as a table."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from rollbook.core.classroom_match import CLASSROOM_SUGGESTION_SCHEMA, REASONS, suggest

Room = tuple[int, int, str | None, str | None, list[str] | None]
Class = tuple[str, int, str | None, str | None, list[str] | None]

COLUMNS = {"school_id": pl.Int64, "name": pl.String, "code": pl.String, "teachers": pl.List(pl.String)}


def found(rooms: list[Room], classes: list[Class]) -> dict[int, dict[str, Any]]:
    ours = pl.DataFrame(rooms, schema={"id": pl.Int64, **COLUMNS}, orient="row")
    theirs = pl.DataFrame(classes, schema={"sourced_id": pl.String, **COLUMNS}, orient="row")
    frame = suggest(ours, theirs)
    assert dict(frame.schema) == CLASSROOM_SUGGESTION_SCHEMA
    assert set(frame["reason"]) <= set(REASONS)
    return {row["classroom_id"]: row for row in frame.iter_rows(named=True)}


@pytest.mark.parametrize(
    ("rooms", "classes", "expected"),
    [
        pytest.param(
            [(1, 9, "Math", "C-7", None)], [("C-7", 9, "Algebra", None, None)], {1: ("C-7", "same_id", True)}, id="id"
        ),
        pytest.param(
            [(1, 9, "Math", "m7-1", None)],
            [("a", 9, "Algebra", "M7-1", None)],
            {1: ("a", "same_code", True)},
            id="code",
        ),
        pytest.param(
            [(1, 9, "Math", None, ["Ada Byron"]), (2, 9, "Math", None, ["Emmy Noether"])],
            [("a", 9, "math", None, ["Emmy Noether"]), ("b", 9, "MATH", None, ["ada byron", "Kurt Otto"])],
            {1: ("b", "same_name_teacher", True), 2: ("a", "same_name_teacher", True)},
            id="two of a name are told apart by their teachers",
        ),
        pytest.param(
            [(1, 9, "Room  4", None, None)], [("a", 9, "room 4", None, None)], {1: ("a", "same_name", True)}, id="name"
        ),
        pytest.param(
            [(1, 9, "Math", None, None)],
            [("a", 9, "Math", None, None), ("b", 9, "Math", None, None)],
            {1: ("a", "several", False)},
            id="two classes of a name: a question",
        ),
        pytest.param(
            [(1, 9, "Math", None, None), (2, 9, "Math", None, None)],
            [("a", 9, "Math", None, None)],
            {1: ("a", "several", False), 2: ("a", "several", False)},
            id="two classrooms of a name: a question",
        ),
        pytest.param([(1, 9, "Math", None, None)], [("a", 8, "Math", None, None)], {}, id="another school"),
        pytest.param([(1, 9, None, None, None)], [("a", 9, None, None, None)], {}, id="nothing to go by"),
        pytest.param([(1, 9, " ", "", None)], [("a", 9, "", " ", None)], {}, id="blanks are nothing"),
        pytest.param(
            [(1, 9, "X", "012", None)], [("a", 9, "Y", "12", None)], {1: ("a", "near_code", False)}, id="zeros"
        ),
        pytest.param(
            [(1, 9, "X", "C12", None)], [("c-12", 9, "Y", None, None)], {1: ("c-12", "near_code", False)}, id="signs"
        ),
        pytest.param(
            [(1, 9, "Science", None, ["Ada Byron"])],
            [("a", 9, "Biology", None, ["Ada Byron"])],
            {1: ("a", "same_teacher", False)},
            id="only the teacher",
        ),
        pytest.param(
            [(1, 9, "Science", None, ["Ada Byron"])],
            [("a", 9, "Biology", None, ["Ada Byron"]), ("b", 9, "Chess", None, ["Ada Byron"])],
            {},
            id="a teacher of several says nothing",
        ),
        pytest.param(
            [(1, 9, "Math", "a", None), (2, 9, "Math", None, None)],
            [("a", 9, "Math", None, None), ("b", 9, "Math", None, None)],
            {1: ("a", "same_id", True), 2: ("b", "same_name", True)},
            id="what an id settles leaves the name to the other",
        ),
    ],
)
def test_what_is_suggested(rooms: list[Room], classes: list[Class], expected: dict[int, tuple[str, str, bool]]) -> None:
    got = {room: (row["sourced_id"], row["reason"], row["is_sure"]) for room, row in found(rooms, classes).items()}
    assert got == expected


def test_what_agrees_is_said_and_how_many_others_do() -> None:
    rows = found(
        [(1, 9, "Math", "C1", ["Ada Byron"]), (2, 9, "Art", None, None)],
        [
            ("C1", 9, "math", "c1", ["ada byron"]),
            ("x", 9, "Art", None, None),
            ("y", 9, "Art", None, None),
            ("z", 9, "Art", None, None),
        ],
    )
    assert (rows[1]["facts"], rows[1]["rivals"]) == (["id", "code", "name", "teacher"], 0)
    assert (rows[2]["facts"], rows[2]["rivals"]) == (["name"], 2)


def test_many_alike_in_one_school_do_not_multiply() -> None:
    """Thirty thousand rooms of three hundred schools; each school has its own hundred names."""
    rooms: list[Room] = [(n, n % 300, f"Class {n // 300}", None, None) for n in range(6000)]
    classes: list[Class] = [(f"c{n}", n % 300, f"class {n // 300}", None, None) for n in range(6000)]
    rows = found(rooms, classes)
    assert {row["reason"] for row in rows.values()} == {"same_name"}
    assert all(row["sourced_id"] == f"c{room}" for room, row in rows.items())


def test_a_crowd_of_one_name_is_a_question_and_costs_no_square() -> None:
    crowd: list[Room] = [(n, 9, "Homeroom", None, None) for n in range(3000)]
    rows = found(crowd, [(f"c{n:04}", 9, "homeroom", None, None) for n in range(3000)])
    assert len(rows) == 3000
    assert {(row["reason"], row["is_sure"], row["rivals"]) for row in rows.values()} == {("several", False, 2999)}
