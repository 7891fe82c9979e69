"""Every later day differs from the one before as a night in a real district would change it, and by little."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.generated import GUARDIANS, Bundle, Row, by_id, read, users

from rollbook.core.errors import ConfigError
from rollbook.sandbox.district import delta, generate

SIZES = [120, 3000]


@pytest.fixture(scope="module", params=SIZES)
def days(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Bundle]:
    folder = tmp_path_factory.mktemp("days")
    for day in (1, 2, 3, 4):
        generate(folder / str(day), students=request.param, seed=21, day=day)
    return {day: read(folder / str(day)) for day in (1, 2, 3, 4)}


def people(bundle: Bundle, *roles: str) -> dict[str, Row]:
    return by_id(users(bundle, *roles))


def changed(before: dict[str, Row], after: dict[str, Row], *columns: str) -> set[str]:
    """The ids of rows on both days that differ in one of the columns."""
    both = before.keys() & after.keys()
    return {key for key in both if any(before[key][column] != after[key][column] for column in columns)}


@pytest.mark.parametrize("day", [2, 3, 4])
def test_children_leave_and_new_ones_come(day: int, days: dict[int, Bundle]) -> None:
    before, after = people(days[day - 1], "student"), people(days[day], "student")
    ever = {key for earlier in range(1, day) for key in people(days[earlier], "student")}
    most = max(2, len(before) // 200)
    assert 1 <= len(before.keys() - after.keys()) <= most
    assert 1 <= len(after.keys() - ever) <= most


def test_a_child_who_left_on_day_2_is_back_on_day_3_and_stays(days: dict[int, Bundle]) -> None:
    present = {day: people(bundle, "student").keys() for day, bundle in days.items()}
    back = (present[1] - present[2]) & present[3]
    assert back
    assert back <= present[4]
    person = min(back)
    assert people(days[1], "student")[person]["identifier"] == people(days[3], "student")[person]["identifier"]


@pytest.mark.parametrize("day", [2, 3])
def test_students_change_classes(day: int, days: dict[int, Bundle]) -> None:
    here = people(days[day - 1], "student").keys() & people(days[day], "student").keys()
    rooms = {row["sourcedId"] for row in days[day - 1]["classes"]} & {row["sourcedId"] for row in days[day]["classes"]}
    before, after = (
        {(row["userSourcedId"], row["classSourcedId"]) for row in days[number]["enrollments"]}
        for number in (day - 1, day)
    )
    between = {user for user, room in before - after if user in here and room in rooms}
    joined = {user for user, room in after - before if user in here and room in rooms}
    assert between & joined
    assert len(before ^ after) < 0.12 * len(before)


@pytest.mark.parametrize("day", [2, 3, 4])
def test_a_class_opens_and_a_class_closes(day: int, days: dict[int, Bundle]) -> None:
    before, after = (by_id(days[number]["classes"]).keys() for number in (day - 1, day))
    assert after - before
    assert before - after
    for bundle in days.values():
        taught = {row["classSourcedId"] for row in bundle["enrollments"] if row["primary"] == "true"}
        assert taught == by_id(bundle["classes"]).keys()


@pytest.mark.parametrize("day", [2, 3, 4])
def test_names_are_corrected_contacts_change_and_teachers_are_replaced(day: int, days: dict[int, Bundle]) -> None:
    before, after = days[day - 1], days[day]
    renamed = changed(people(before, "student"), people(after, "student"), "givenName", "familyName")
    reached = changed(people(before, *GUARDIANS), people(after, *GUARDIANS), "email", "sms")
    assert 1 <= len(renamed) <= 5
    assert 1 <= len(reached) <= 20
    gone = people(before, "teacher").keys() - people(after, "teacher").keys()
    new = people(after, "teacher").keys() - people(before, "teacher").keys()
    assert len(gone) == len(new) >= 1


def test_what_no_event_touched_is_the_same(days: dict[int, Bundle]) -> None:
    before, after = days[1], days[2]
    for file in ("orgs", "academicSessions", "courses"):
        assert before[file] == after[file]
    columns = ("identifier", "grades", "orgSourcedIds", "role", "username", "userIds", "middleName")
    assert not changed(people(before, "student"), people(after, "student"), *columns)


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize("day", [2, 3])
def test_a_delta_applied_to_the_day_before_gives_the_day(day: int, version: str, tmp_path: Path) -> None:
    for number in (day - 1, day):
        generate(tmp_path / str(number), students=150, seed=8, day=number, oneroster=version)
    done = delta(tmp_path / "delta", students=150, seed=8, day=day, oneroster=version)
    before, after, changes = (read(tmp_path / name) for name in (str(day - 1), str(day), "delta"))
    assert changes["users"]
    assert set(changes) == set(done.counts)
    for file, rows in after.items():
        state = by_id(before[file])
        for row in changes.get(file, []):
            assert row["dateLastModified"].startswith("2026-09-0")
            assert row["status"] in ("active", "tobedeleted")
            if row["status"] == "tobedeleted":
                del state[row["sourcedId"]]
            else:
                state[row["sourcedId"]] = {**row, "status": "", "dateLastModified": ""}
        assert state == by_id(rows)
    manifest = (tmp_path / "delta" / "manifest.csv").read_text(encoding="utf-8")
    assert "file.users,delta" in manifest
    assert "file.orgs,absent" in manifest


def test_the_first_day_has_no_delta(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="day before"):
        delta(tmp_path / "delta", students=60, seed=1, day=1)
