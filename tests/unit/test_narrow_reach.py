"""Each tie along which a change reaches somebody whose own rows are as they were."""

from __future__ import annotations

from copy import deepcopy

import pytest
from tests.property.test_narrow import same
from tests.support.raw import snapshot_of
from tests.support.rosters import complete
from tests.support.source import FRAMES, TODAY, Source
from tests.support.world import World

from rollbook.core.clean import clean
from rollbook.core.narrow import Ground, narrow, reach, sides
from rollbook.core.plan import Plan
from rollbook.core.policy import Policy


@pytest.fixture(autouse=True)
def any_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sides, "_MOST", 0)
    monkeypatch.setattr(reach, "_MOST", 0)


class Town:
    """A school whose days are written down, applied, and planned both ways."""

    def __init__(self) -> None:
        self.source = Source(version="1.1", frames={frame: [] for frame in FRAMES}, custody=False)
        self._add("orgs", sourced_id="S1", name="School", type="school")
        dates = {"starts_on": TODAY, "ends_on": TODAY.replace(year=TODAY.year + 1)}
        self._add("sessions", sourced_id="Y", title="Year", type="term", **dates)
        self._add("courses", sourced_id="C1", title="Maths")
        self._add("classes", sourced_id="K1", title="Maths", school_sourced_id="S1", term_sourced_ids=["Y"])
        self.world = World()
        self.world.school("S1", "S1", number="S1")

    def _add(self, frame: str, **values: object) -> None:
        self.source.frames[frame].append({**complete(frame, 0, values), "line": 2})

    def person(self, sid: str, role: str, name: str, of: str = "", **values: object) -> None:
        """Somebody with a role at the school; a guardian of the student ``of``."""
        given, _, family = name.partition(" ")
        self._add("users", sourced_id=sid, given_name=given, family_name=family, enabled=True, **values)
        self._add("roles", user_sourced_id=sid, org_sourced_id="S1", role=role, is_primary=True)
        for student in of.split():
            self.source.frames["agents"].append({"user_sourced_id": student, "agent_sourced_id": sid, "line": 2})

    def student(self, sid: str, name: str) -> None:
        self.person(sid, "student", name, grade="03")
        self._add("enrollments", sourced_id=f"E{sid}", class_sourced_id="K1", user_sourced_id=sid, role="student")

    def gone(self, sid: str) -> None:
        """Nothing is said of a user any more, by nobody."""
        for frame, keys in (
            ("users", ("sourced_id",)),
            ("roles", ("user_sourced_id",)),
            ("agents", ("user_sourced_id", "agent_sourced_id")),
            ("enrollments", ("user_sourced_id",)),
        ):
            rows = self.source.frames[frame]
            self.source.frames[frame] = [row for row in rows if all(row[key] != sid for key in keys)]

    def user(self, sid: str) -> dict[str, object]:
        return next(row for row in self.source.frames["users"] if row["sourced_id"] == sid)

    def settle(self) -> None:
        """What the source says is in the directory."""
        roster = clean(snapshot_of(self.source, 0), Policy())
        plan = self.world.plan(roster)
        self.world.apply(plan, plan.holds["hold"].to_list())
        self.known = Ground(plan=self.world.plan(roster), snapshot=snapshot_of(deepcopy(self.source), 0))
        assert self.known.plan.is_empty

    def tonight(self) -> Plan:
        """The plan of only what changed, which is the plan of everything."""
        received = snapshot_of(self.source, 0)
        found = narrow(self.known, received, self.world.state(), self.world.values, Policy(), TODAY)
        whole = self.world.plan(clean(received, Policy()))
        assert found is not None
        same(found.plan, whole)
        return found.plan


@pytest.fixture
def town() -> Town:
    """Three families: two children with one parent, and two parents of one name in two others."""
    town = Town()
    for sid, name in (("001", "Bo Ng"), ("002", "Cy Ng"), ("003", "Dee Roy"), ("004", "Ed Lind"), ("005", "Flo Lind")):
        town.student(sid, name)
    town.person("P1", "parent", "Gus Ng", of="001 002", phone="+15305550101", email="gus@example.org")
    town.person("P3", "parent", "Hal Roy", of="003", email="hal@example.org")
    town.person("P4", "parent", "Ana Lind", of="004", email="ana@example.org")
    town.person("P5", "parent", "Ana Lind", of="005", email="lind@example.org")
    town.settle()
    return town


def test_a_child_who_leaves_reaches_the_parent(town: Town) -> None:
    town.gone("003")
    assert {"student", "guardianship", "guardian"} <= set(town.tonight().records["kind"].cast(str))


def test_a_contact_that_is_shared_no_more_reaches_who_had_it_too(town: Town) -> None:
    town.user("P3")["email"] = "gus@example.org"
    town.settle()
    assert "PLN-010" in town.known.plan.findings["code"]
    town.user("P3")["email"] = "hal@example.org"
    assert "PLN-010" not in town.tonight().findings["code"]


def test_somebody_new_lets_two_accounts_of_one_human_be_told(town: Town) -> None:
    town.user("P5")["email"] = "ana@example.org"
    town.settle()
    assert "MAT-004" not in town.known.plan.findings["code"]
    town.person("P9", "parent", "Ivy Roy", of="003", email="ivy@example.org")
    told = town.tonight().findings
    assert set(told.filter(code="MAT-004")["sourced_id"]) == {"P4", "P5"}


@pytest.mark.parametrize("phone", ["+15305550101", "+15305550102"])
def test_a_child_is_recognised_by_the_home_phone_of_a_guardian_known_of_old(town: Town, phone: str) -> None:
    """By the number in the directory, and by the one that the source says, which a person with an account did not take."""
    town.world.one("person", "P1")["account_state"] = "active"
    town.user("P1")["phone"] = "+15305550102"
    town.settle()
    town.gone("001")
    town.settle()
    town.student("N1", "Bo Ng")
    town.person("P2", "parent", "Joy Ng", of="N1", phone=phone)
    assert "adopted" in town.tonight().records["reason"].cast(str)


def test_hands_tie_as_well_as_the_source(town: Town) -> None:
    student, parent = (town.world.one(kind, sid)["id"] for kind, sid in (("student", "003"), ("person", "P1")))
    town.world.add("guardianship", student_id=student, person_id=parent, relationship="parent", status="active")
    town.settle()
    town.gone("001")
    town.gone("002")
    town.tonight()


def test_an_enrollment_reaches_nobody_else(town: Town) -> None:
    town.source.frames["enrollments"].pop(0)
    received = snapshot_of(town.source, 0)
    found = narrow(town.known, received, town.world.state(), town.world.values, Policy(), TODAY)
    assert found is not None
    assert found.roster.frames["users"]["sourced_id"].to_list() == ["001"]
    assert found.plan.records["kind"].cast(str).to_list() == ["enrollment"]
    town.tonight()


def test_a_teacher_who_leaves_a_class_reaches_the_others_of_it(town: Town) -> None:
    for sid in ("T1", "T2"):
        town.person(sid, "teacher", f"Kim {sid}")
        lesson = {"class_sourced_id": "K1", "user_sourced_id": sid, "role": "teacher", "is_primary": True}
        town._add("enrollments", sourced_id=f"E{sid}", **lesson)
    town.settle()
    told = town.known.plan.findings.filter(stream="enrollments.csv")
    assert told["sourced_id"].to_list() == ["ET2"]
    town.source.frames["enrollments"] = [row for row in town.source.frames["enrollments"] if row["sourced_id"] != "ET1"]
    assert town.tonight().findings.filter(stream="enrollments.csv").is_empty()


def test_all_classes_of_somebody_whom_classes_place_are_looked_at(town: Town) -> None:
    town._add("classes", sourced_id="K2", title="Art", school_sourced_id="S1", term_sourced_ids=["Y"])
    town._add("orgs", sourced_id="D", name="District", type="district")
    town._add("enrollments", sourced_id="E2", class_sourced_id="K2", user_sourced_id="003", role="student")
    role = next(row for row in town.source.frames["roles"] if row["user_sourced_id"] == "003")
    role["org_sourced_id"] = "D"
    town.settle()
    town.source.frames["enrollments"] = [
        row for row in town.source.frames["enrollments"] if row["sourced_id"] != "E003"
    ]
    assert town.tonight().records["kind"].cast(str).to_list() == ["enrollment"]
