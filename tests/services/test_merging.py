"""Merging and unmerging over real nights (C-2): a merge holds, and comes apart again at any time."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.apps import apps
from django.db import connection as database
from django.db import models

from rollbook.core.errors import ConfigError, HoldRequired, NotFound, PlanStale
from rollbook.core.hanging import hangers
from rollbook.engine.dump import dump
from rollbook.engine.integrity import orphans
from rollbook.sandbox.district import generate
from rollbook.services import applying, duplicates, merging, planning, policies, schools, sources, undoing
from rollbook.store.models import (
    Act,
    AttributeKind,
    BackpackItem,
    ContactMethod,
    District,
    DuplicatePair,
    Enrollment,
    Guardianship,
    Interaction,
    Person,
    School,
    SourceLink,
    Student,
    StudentAttribute,
    StudentSchool,
)

pytestmark = pytest.mark.django_db(transaction=True)

NOW = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)
SECOND = "9000001"
FAMILY = ("announcement_mail", "backpack_item", "interaction", "student_attribute")


class Town:
    """A district of fifty students fed from a folder in which one child stands twice, under two ids."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.day = 1
        self.deliver()
        self.district = District.objects.create(slug="maple", name="Maple")
        self.feed = sources.add(
            district=self.district, kind="oneroster_csv", config={"path": str(folder)}, name="main", by="alice"
        )
        matching = schools.look(connection=self.feed)
        schools.create_missing(connection=self.feed, matching=matching, by="alice")

    def deliver(self, **second: str) -> None:
        """Today's files; the first student is there again as ``SECOND``, with ``second`` instead of their own cells."""
        generate(self.folder, students=50, seed=3, day=self.day, oneroster="1.1")
        users = self.read("users")
        self.first = users.filter(role="student")["sourcedId"].sort()[0]
        again = users.filter(sourcedId=self.first).with_columns(
            sourcedId=pl.lit(SECOND),
            identifier=pl.lit("77"),
            userIds=pl.lit("{StateID:5}"),
            **{name: pl.lit(value) for name, value in second.items()},
        )
        agents = pl.col("agentSourcedIds").str.replace(self.first, f"{self.first},{SECOND}", literal=True)
        self.write("users", pl.concat([again, users.with_columns(agentSourcedIds=agents)]))
        seats = self.read("enrollments")
        mine = seats.filter(userSourcedId=self.first).head(2)
        more = mine.with_columns(userSourcedId=pl.lit(SECOND), sourcedId=pl.col("sourcedId") + "-2")
        self.write("enrollments", pl.concat([seats, more]))

    def read(self, file: str) -> pl.DataFrame:
        return pl.read_csv(self.folder / f"{file}.csv", infer_schema=False)

    def write(self, file: str, rows: pl.DataFrame) -> None:
        rows.write_csv(self.folder / f"{file}.csv")

    def sync(self) -> Any:
        moment = NOW + dt.timedelta(days=self.day - 1)
        made = planning.make(connection=self.feed, by="alice", now=moment)
        applying.apply(run=made.run, by="alice", now=moment)
        made.run.refresh_from_db()
        assert made.run.state == "applied"
        assert planning.make(connection=self.feed, by="alice", now=moment).plan.is_empty, "R-12"
        return made

    def night(self, **second: str) -> Any:
        self.day += 1
        self.deliver(**second)
        return self.sync()

    def student(self, sourced_id: str) -> int:
        return SourceLink.objects.get(kind="student", sourced_id=sourced_id).object_id

    def merge(self, *records: int, **how: Any) -> Act:
        return merging.merge(district=self.district, kind="student", records=records, by="bob", now=NOW, **how)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    town = Town(tmp_path / "files")
    town.sync()
    return town


def everything(district: District) -> dict[str, Any]:
    """Every table that a merge may write, byte for byte."""
    found: dict[str, Any] = dict(dump(district.pk))
    with database.cursor() as cursor:
        for table in FAMILY:
            cursor.execute(f"SELECT to_jsonb(t) FROM {table} t WHERE district_id = %s ORDER BY id", [district.pk])
            found[table] = cursor.fetchall()
    return found


def people_as_seen(district: District) -> set[tuple[Any, ...]]:
    """The directory by the ids of the source, without the numbers of its own."""
    ids = dict(SourceLink.objects.filter(district=district, kind="student").values_list("object_id", "sourced_id"))
    rows: set[tuple[Any, ...]] = set()
    for student in Student.objects.filter(district=district):
        key = ids.get(student.pk)
        rows.add((key, student.given_name, student.family_name, student.grade, student.student_number, student.status))
        for model, column in ((StudentSchool, "school_id"), (Enrollment, "classroom_id"), (Guardianship, "person_id")):
            active = model.objects.filter(student=student, status="active")
            rows |= {(key, column, value) for value in active.values_list(column, flat=True)}
    return rows


def family_records(town: Town, student: int) -> None:
    """A file, a note and an attribute on the child."""
    common = {"district": town.district, "student_id": student}
    who = {"created_at": NOW, "created_by": "bob"}
    BackpackItem.objects.create(
        **common, **who, title="Report", kind="report", visibility="family", file_name="r.pdf", media_type="application/pdf",
        size=3, digest="d",
    )  # fmt: skip
    Interaction.objects.create(**common, **who, channel="phone", on=NOW.date(), note="called")
    kind, _ = AttributeKind.objects.get_or_create(
        district=town.district, name="Bus", defaults={"type": "text", "is_sensitive": False, **who}
    )
    StudentAttribute.objects.create(**common, kind=kind, value=f"line {student}", changed_at=NOW, changed_by="bob")


def test_everything_moves_and_comes_back_byte_for_byte(town: Town) -> None:
    one, two = town.student(town.first), town.student(SECOND)
    for student in (one, two):
        family_records(town, student)
    before = everything(town.district)
    plan = merging.plan_merge(district=town.district, kind="student", records=[one, two], survivor=one)
    assert (plan.survivor, [side.record for side in plan.sides]) == (one, [one, two])
    assert plan.moves.moved["source_link"] == plan.moves.moved["backpack_item"] == plan.moves.moved["interaction"] == 1
    assert plan.moves.folded["enrollment"] == 2
    assert plan.moves.folded["student_attribute"] == plan.moves.folded["student_school"] == 1
    assert everything(town.district) == before, "a preview writes nothing"
    act = town.merge(one, two, survivor=one)
    assert not Student.objects.filter(pk=two).exists()
    assert BackpackItem.objects.filter(student=one).count() == Interaction.objects.filter(student=one).count() == 2
    assert town.student(SECOND) == one
    assert orphans(town.district.pk).is_empty()
    assert act.counts["merged"] == 1
    undo = undoing.undo_act(act=act, by="bob", now=NOW)
    assert everything(town.district) == before
    with pytest.raises(PlanStale):
        merging.unmerge(act=act, by="bob", now=NOW)
    with pytest.raises(ConfigError):
        undoing.undo_act(act=undo, by="bob", now=NOW)


def test_the_next_nights_keep_a_merge_and_neither_row_flips_the_fields(town: Town) -> None:
    one, two = town.student(town.first), town.student(SECOND)
    town.merge(one, two, survivor=one)
    made = town.sync()
    assert not made.run.counts.get("student", {}).get("create")
    said = Student.objects.values_list("student_number", "grade").get(pk=one)
    for grade in ("05", "06", "07"):  # the second row changes every night, and stands first in the file
        town.night(grades=grade)
        assert Student.objects.values_list("student_number", "grade").get(pk=one) == said
        assert town.student(SECOND) == one


def test_when_the_first_id_goes_the_second_speaks(town: Town) -> None:
    one, two = town.student(town.first), town.student(SECOND)
    town.merge(one, two, survivor=one)
    town.sync()
    for file, column in (("users", "sourcedId"), ("enrollments", "userSourcedId")):
        town.write(file, town.read(file).filter(pl.col(column) != town.first))
    town.sync()
    child = Student.objects.get(pk=one)
    assert (child.status, child.student_number) == ("active", "77")


def test_after_nights_with_changes_a_merge_comes_apart_as_if_it_had_never_been(town: Town, tmp_path: Path) -> None:
    one, two = town.student(town.first), town.student(SECOND)
    act = town.merge(one, two, survivor=one)
    for grade in ("05", "06", "07"):
        town.night(grades=grade, givenName="Changed")
    parting = merging.preview_unmerge(act)
    assert parting.blocked_by == 0
    merging.unmerge(act=act, by="bob", now=NOW)
    assert orphans(town.district.pk).is_empty()
    assert town.student(SECOND) == two
    town.sync()
    merged = people_as_seen(town.district)
    assert {row[1] for row in merged if row[0] == SECOND and len(row) > 3} == {"Changed"}
    kept = {sourced_id: row for row in merged if len(row) > 3 for sourced_id in [row[0]]}
    assert kept[SECOND][3] == "07"
    assert kept[town.first][3] != "07" or kept[town.first][1] != "Changed"
    seats = {row[2] for row in merged if row[:2] == (SECOND, "classroom_id")}
    mine = town.read("enrollments").filter(userSourcedId=SECOND)["classSourcedId"]
    rooms = SourceLink.objects.filter(kind="classroom", sourced_id__in=list(mine)).values_list("object_id", flat=True)
    assert seats == set(rooms)


def test_a_hand_made_record_folds_into_the_synced_one_and_choices_hold(town: Town) -> None:
    one = town.student(town.first)
    mine = Student.objects.create(
        district=town.district, given_name="Ada", family_name="Hand", home_language="es", grade="01", status="active"
    )
    StudentSchool.objects.create(
        district=town.district, student=mine, school=School.objects.earliest("pk"), status="active"
    )
    guardian = Person.objects.create(district=town.district, given_name="Gran", account_state="no_contact")
    Guardianship.objects.create(district=town.district, student=mine, person=guardian, status="active")
    policies.change(connection=town.feed, values={"daily_sync": "on"}, by="alice")
    plan = merging.plan_merge(district=town.district, kind="student", records=[mine.pk, one])
    fields = {field.name: field for field in plan.fields}
    assert plan.survivor == one, "the sync-managed one survives"
    assert fields["grade"].is_locked
    assert fields["home_language"].value == "es"
    act = town.merge(mine.pk, one)
    child = Student.objects.get(pk=one)
    assert (child.home_language, child.family_name != "Hand") == ("es", True)
    assert Guardianship.objects.filter(student=one, person=guardian).exists()
    town.night()
    assert Guardianship.objects.get(student=one, person=guardian).status == "active", "added by hand, left alone (R-9)"
    merging.unmerge(act=act, by="bob", now=NOW)
    assert Guardianship.objects.get(person=guardian).student_id == mine.pk


def test_persons_merge_and_part_too(town: Town) -> None:
    pair = Guardianship.objects.filter(status="active").order_by("student_id", "pk").first()
    assert pair is not None
    twin = Person.objects.create(
        district=town.district, given_name="Twice", family_name="Told", account_state="invitee"
    )
    other = Student.objects.exclude(pk=pair.student_id).earliest("pk")
    for student in (pair.student_id, other.pk):
        Guardianship.objects.create(district=town.district, student_id=student, person=twin, status="active")
    ContactMethod.objects.create(
        district=town.district, person=twin, kind="email", value="x@example.org", owner="staff"
    )
    before = everything(town.district)
    how: dict[str, Any] = {
        "district": town.district,
        "kind": "person",
        "records": [pair.person_id, twin.pk],
        "by": "bob",
        "now": NOW,
    }
    act = merging.merge(**how)
    assert Guardianship.objects.filter(person=pair.person_id, student=other.pk).exists()
    assert ContactMethod.objects.filter(person=pair.person_id, value="x@example.org").exists()
    town.sync()
    assert merging.preview_unmerge(act).blocked_by == 0
    merging.unmerge(act=act, by="bob", now=NOW)
    after = everything(town.district)
    assert {table for table in before if before[table] != after[table]} <= {"source_link"}, "fingerprints are doubted"


def test_a_later_merge_is_undone_first(town: Town) -> None:
    one, two = town.student(town.first), town.student(SECOND)
    third = Student.objects.exclude(pk__in=[one, two]).earliest("pk").pk
    first = town.merge(one, two, survivor=one)
    second = town.merge(third, one, survivor=third)
    with pytest.raises(HoldRequired):
        merging.unmerge(act=first, by="bob", now=NOW)
    merging.unmerge(act=second, by="bob", now=NOW)
    merging.unmerge(act=first, by="bob", now=NOW)
    assert set(Student.objects.filter(pk__in=[one, two, third]).values_list("pk", flat=True)) == {one, two, third}


@pytest.mark.parametrize("seed", range(3))
def test_any_merges_undone_in_reverse_leave_every_byte_as_it_was(town: Town, seed: int) -> None:
    dice = random.Random(seed)
    for student in dice.sample(sorted(Student.objects.values_list("pk", flat=True)), 10):
        family_records(town, student)
    states, acts = [everything(town.district)], []
    for _step in range(5):
        kind, model = dice.choice([("student", Student), ("person", Person)])
        known = sorted(model.objects.values_list("pk", flat=True))
        records = dice.sample(known, dice.randint(2, 4))
        how: dict[str, Any] = {"district": town.district, "kind": kind, "records": records, "by": "bob", "now": NOW}
        acts.append(merging.merge(**how, survivor=dice.choice(records)))
        assert orphans(town.district.pk).is_empty()
        states.append(everything(town.district))
    for act in reversed(acts):
        assert everything(town.district) == states.pop()
        merging.unmerge(act=act, by="bob", now=NOW)
    assert everything(town.district) == states.pop()


def test_nobody_of_another_district_is_merged(town: Town) -> None:
    other = District.objects.create(slug="elsewhere", name="Elsewhere")
    foreign = Student.objects.create(district=other, status="active")
    with pytest.raises(NotFound):
        town.merge(town.student(town.first), foreign.pk)
    with pytest.raises(NotFound):
        duplicates.dismiss(district=other, kind="student", left=1, right=2, by="bob", now=NOW)


def test_pairs_are_found_remembered_and_merged_in_one_go(town: Town) -> None:
    one, two = town.student(town.first), town.student(SECOND)
    same = Student.objects.get(pk=one).state_id
    Student.objects.filter(pk=two).update(state_id=same)  # as a source would deliver it
    found = duplicates.find(district=town.district, kind="student", now=NOW)
    total, shown = duplicates.pairs(district=town.district, kind="student", verdicts=("certain",))
    assert (found["certain"], total, {frozenset((pair.left, pair.right)) for pair in shown}) == (
        1,
        1,
        {frozenset((one, two))},
    )
    duplicates.dismiss(district=town.district, kind="student", left=two, right=one, by="bob", now=NOW)
    duplicates.find(district=town.district, kind="student", now=NOW)
    assert duplicates.pairs(district=town.district, kind="student", verdicts=("certain",))[0] == 0
    assert duplicates.pairs(district=town.district, kind="student", different=True)[0] == 1
    with pytest.raises(ConfigError):
        merging.merge_certain(district=town.district, kind="student", by="bob", now=NOW)
    duplicates.recall(district=town.district, kind="student", left=one, right=two, by="bob", now=NOW)
    with pytest.raises(PlanStale):
        merging.merge_certain(district=town.district, kind="student", by="bob", now=NOW, expect=2)
    act = merging.merge_certain(district=town.district, kind="student", by="bob", now=NOW, expect=1)
    assert duplicates.pairs(district=town.district, kind="student", verdicts=("certain",))[0] == 0
    merging.unmerge(act=act, by="bob", now=NOW)
    assert duplicates.pairs(district=town.district, kind="student", verdicts=("certain",))[0] == 1
    assert DuplicatePair.objects.filter(is_different=True).count() == 0


@pytest.mark.parametrize("kind", ["student", "person"])
def test_everything_that_hangs_on_them_is_known(kind: str) -> None:
    target = {"student": Student, "person": Person}[kind]
    for model in apps.get_app_config("store").get_models():
        columns = {field.attname for field in model._meta.local_concrete_fields if field.related_model is target}
        known = {hanger.column: hanger for hanger in hangers(kind) if hanger.table == model._meta.db_table}
        assert known.keys() == columns, model
        for constraint in model._meta.constraints:
            if not isinstance(constraint, models.UniqueConstraint):
                continue
            names = {model._meta.get_field(name).attname for name in constraint.fields}  # type: ignore[union-attr]
            for column in columns & names:
                assert known[column].key, model
                assert set(known[column].key) <= names | {"student_id", "person_id"}, model
