"""The whole way of guardians.csv: read, planned, applied beside a main source, applied twice, and taken back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from tests.builders import connection, plan, planned, small_district

from rollbook.core.lifecycle import RunState
from rollbook.engine.apply import apply_plan
from rollbook.services import beside, planning, policies, sources, undoing
from rollbook.services.applying import apply
from rollbook.store.models import (
    ContactMethod,
    Enrollment,
    Guardianship,
    Person,
    SourceConnection,
    SourceLink,
    StaffRole,
    Student,
    SyncRun,
)

pytestmark = pytest.mark.django_db(transaction=True)

NOW = dt.datetime(2026, 9, 2, 3, 0, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=1)
HEADER = "studentSisId,guardianSisId,firstName,lastName,email,mobilePhone,homePhone,language\n"
FILE = HEADER + (
    "0001,F1,Gus,Ng,gus@home.example,,,\n"  # known by the main source, without a contact there
    "0002,F2,Olga,O'Hara,olga@home.example,206-555-0142,,\n"
    "0002,F3,Tess,Lind,tess@example.org,206-555-0199,,\n"  # teaches, too
)


@pytest.fixture
def families(tmp_path: Path) -> SourceConnection:
    """A district filled by a main source, and a second source beside it."""
    main = connection()
    what = plan(small_district())
    apply_plan(planned(main, what), what)
    file = tmp_path / "guardians.csv"
    file.write_text(FILE, encoding="utf-8")
    return sources.add(
        district=main.district, kind="guardians_csv", config={"path": str(file)}, name="families", by="alice"
    )


def pairs() -> set[tuple[str | None, str | None, str]]:
    students = {row.pk: row.given_name for row in Student.objects.all()}
    persons = {row.pk: row.given_name for row in Person.objects.all()}
    return {(students[row.student_id], persons[row.person_id], row.status) for row in Guardianship.objects.all()}


def sync(source: SourceConnection, now: dt.datetime) -> str:
    made = planning.make(connection=source, by="alice", now=now)
    apply(run=made.run, by="alice", now=now)
    made.run.refresh_from_db()
    return str(made.run.state)


def test_a_file_of_guardians_beside_a_main_source(families: SourceConnection) -> None:
    before = {
        "staff": list(StaffRole.objects.values_list("pk", "status")),
        "enrollments": list(Enrollment.objects.values_list("pk", "status")),
        "students": list(Student.objects.values_list("pk", "status", "grade")),
        "main links": list(SourceLink.objects.exclude(connection=families).values_list("pk", "object_id")),
    }
    assert sync(families, NOW) == RunState.APPLIED
    assert pairs() == {("Ada", "Gus", "active"), ("Bo", "Olga", "active"), ("Bo", "Tess", "active")}
    assert Person.objects.count() == 3, "Gus and Tess are who they were, Olga is new"
    tess = Person.objects.get(given_name="Tess")
    assert set(ContactMethod.objects.filter(person=tess).values_list("kind", "value")) == {
        ("email", "tess@example.org")
    }
    gus = Person.objects.get(given_name="Gus")
    assert list(ContactMethod.objects.filter(person=gus).values_list("value", flat=True)) == ["gus@home.example"]
    assert before == {
        "staff": list(StaffRole.objects.values_list("pk", "status")),
        "enrollments": list(Enrollment.objects.values_list("pk", "status")),
        "students": list(Student.objects.values_list("pk", "status", "grade")),
        "main links": list(SourceLink.objects.exclude(connection=families).values_list("pk", "object_id")),
    }
    assert planning.make(connection=families, by="alice", now=LATER).plan.is_empty


def test_who_left_the_file_is_no_guardian_and_others_links_stay(families: SourceConnection) -> None:
    sync(families, NOW)
    Path(families.config["path"]).write_text(HEADER + "0002,F3,Tess,Lind,tess@example.org,,,\n", encoding="utf-8")
    sync(families, LATER)
    assert pairs() == {
        ("Ada", "Gus", "active"),  # the main source's own link
        ("Bo", "Olga", "ended"),
        ("Bo", "Tess", "active"),
    }
    assert Person.objects.get(given_name="Olga").disabled_by == "sync"
    assert Person.objects.get(given_name="Gus").disabled_by is None


def test_taking_the_file_back_leaves_the_main_sources_people_as_they_were(families: SourceConnection) -> None:
    before = pairs(), set(Person.objects.values_list("pk", "account_state")), ContactMethod.objects.count()
    sync(families, NOW)
    undoing.undo(run=SyncRun.objects.filter(connection=families).latest("pk"), by="alice", now=LATER)
    assert (pairs(), set(Person.objects.values_list("pk", "account_state")), ContactMethod.objects.count()) == before
    assert not SourceLink.objects.filter(connection=families).exists()


@pytest.mark.parametrize(
    ("main", "file", "told"),
    [
        pytest.param(True, True, True, id="both say who is a guardian"),
        pytest.param(False, True, False, id="the file alone, as it should be"),
        pytest.param(True, False, False, id="the main source alone"),
    ],
)
def test_two_sources_of_guardians_are_pointed_out(
    families: SourceConnection, main: bool, file: bool, told: bool
) -> None:
    other = SourceConnection.objects.exclude(pk=families.pk).get()
    for source, manages in ((other, main), (families, file)):
        policies.change(connection=source, values={"manage_guardians": "on" if manages else "off"}, by="alice")
    found = planning.make(connection=families, by="alice", now=NOW).plan.findings.filter(code="GRD-006")
    assert found["stream"].to_list() == (["families, main"] if told else [])
    assert beside.guardians_twice(other, policies.policy_of(other)).height == told, "the main source tells it, too"


def test_sources_of_other_districts_and_two_main_sources_are_nobodys_neighbours(families: SourceConnection) -> None:
    policies.change(connection=families, values={"manage_guardians": "off"}, by="alice")
    connection(slug="elsewhere")
    second = connection(name="second")
    assert beside.guardians_twice(second, policies.policy_of(second)).is_empty()
