"""A small district as its student system has it, and what happens to it overnight. Random, and the same for a seed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.support.rosters import complete

__all__ = ["PEOPLE_MOVE", "Day", "Source", "add_family", "first_day", "night"]

Row = dict[str, Any]
TODAY = dt.date(2026, 9, 1)
GIVEN, FAMILY = ("Ana", "Bo", "Cy", "Dee"), ("Lind", "Ng", "Roy")
EMAILS = (None, "a@example.org", "b@example.org", "c@example.org", "d@example.org")
PHONES = (None, None, "+15305550101", "+15305550102", "+15305550103")
FRAMES = ("sessions", "orgs", "courses", "classes", "users", "roles", "agents", "enrollments")
KEYED = ("sessions", "orgs", "courses", "classes", "users", "enrollments")


@dataclass
class Day:
    """One reading of the source."""

    frames: dict[str, list[Row]]
    modes: dict[str, str]
    missing: set[tuple[str, str]]
    refused: list[Row] = field(default_factory=list)


@dataclass
class Source:
    """Rows by frame; ``roles`` and ``agents`` beside ``users``, as OneRoster 1.2 has them."""

    version: str
    frames: dict[str, list[Row]]
    custody: bool
    last_id: int = 0

    def new_id(self, prefix: str) -> str:
        self.last_id += 1
        return f"{prefix}{self.last_id}"

    def of(self, frame: str, key: str, value: str) -> list[Row]:
        return [row for row in self.frames[frame] if row[key] == value]

    def users_with(self, *roles: str) -> list[str]:
        return list(dict.fromkeys(r["user_sourced_id"] for r in self.frames["roles"] if r["role"] in roles))


Event = Callable[[Random, Source], None]


def _row(frame: str, **values: Any) -> Row:
    return {**complete(frame, 0, values), "line": 2}


def first_day(rnd: Random) -> Source:
    """Two schools that are matched and one that is not, some classes, and everybody in them."""
    source = Source(
        version=rnd.choice(("1.1", "1.2")), frames={frame: [] for frame in FRAMES}, custody=rnd.random() < 0.3
    )
    frames = source.frames
    frames["orgs"] = [
        _row("orgs", sourced_id="D", name="District", type="district"),
        *(_row("orgs", sourced_id=sid, name=f"School {sid}", type="school") for sid in ("S1", "S2", "S3")),
    ]
    spans = (("Y", 0, 300), ("T1", 0, 60), ("T2", 61, 300), ("T3", -90, -1))
    for sid, begin, end in spans:
        dates = {"starts_on": TODAY + dt.timedelta(begin), "ends_on": TODAY + dt.timedelta(end)}
        frames["sessions"].append(
            _row("sessions", sourced_id=sid, title=sid, type="term", parent_sourced_id="Y", **dates)
        )
    frames["courses"] = [_row("courses", sourced_id="C1", title="Maths", code="M")]
    for _ in range(rnd.randint(1, 4)):
        _new_class(rnd, source)
    for _ in range(rnd.randint(1, 3)):
        _new_adult(rnd, source, "staff")
    for _ in range(rnd.choice((2, 4, 12))):
        _new_student(rnd, source)
    for _ in range(rnd.randint(0, 5)):
        _new_adult(rnd, source, "guardian")
    return source


def add_family(rnd: Random, source: Source) -> None:
    """One more student, and a guardian."""
    _new_student(rnd, source)
    _new_adult(rnd, source, "guardian")


def _org(rnd: Random) -> str | None:
    return rnd.choice(("S1",) * 6 + ("S2",) * 5 + ("S3", "D", None, "X"))


def _human(rnd: Random, source: Source, sid: str) -> Row:
    return _row(
        "users",
        sourced_id=sid,
        given_name=rnd.choice(GIVEN),
        family_name=rnd.choice(FAMILY),
        email=rnd.choice(EMAILS),
        sms=rnd.choice(PHONES),
        phone=rnd.choice(PHONES),
        enabled=rnd.choice((True, True, True, None, False)),
        master_id=rnd.choice((None,) * 8 + ("H1", "H2")),
        rights=rnd.choice(("full", "full", "none")) if source.custody else None,
    )


def _new_student(rnd: Random, source: Source) -> None:
    sid = source.new_id("00")
    number = rnd.choice((sid, sid, "9", None))
    row = _human(rnd, source, sid) | {"grade": rnd.choice(("03", "04")), "identifier": number, "rights": None}
    row |= {"state_id": rnd.choice((None, None, sid, "77")), "birth_on": rnd.choice((None, dt.date(2017, 1, 2)))}
    source.frames["users"].append(row)
    for org in {_org(rnd) for _ in range(rnd.choice((1, 1, 1, 2)))}:
        source.frames["roles"].append(_role(rnd, source, sid, org, "student"))
    for _ in range(rnd.randint(0, 2)):
        _enroll(rnd, source, sid, "student")
    for guardian in source.users_with("parent", "guardian", "relative", "teacher"):
        if rnd.random() < 0.3:
            source.frames["agents"].append({"user_sourced_id": sid, "agent_sourced_id": guardian, "line": 2})


def _new_adult(rnd: Random, source: Source, what: str) -> None:
    sid = source.new_id("P" if what == "guardian" else "T")
    source.frames["users"].append(_human(rnd, source, sid))
    words = ("parent", "guardian", "relative") if what == "guardian" else ("teacher", "teacher", "aide", "principal")
    roles = {(_org(rnd), rnd.choice(words)) for _ in range(rnd.choice((1, 1, 2)))}
    if rnd.random() < 0.15:
        roles.add((_org(rnd), rnd.choice(("teacher", "parent"))))
    if source.version == "1.1":
        role = min(word for _, word in roles)
        roles = {(org, role) for org, _ in roles}
    for org, role in roles:
        source.frames["roles"].append(_role(rnd, source, sid, org, role))
    if what == "staff":
        for _ in range(rnd.randint(0, 2)):
            _enroll(rnd, source, sid, rnd.choice(("teacher", "teacher", "aide")))
    for student in source.users_with("student"):
        if rnd.random() < (0.4 if what == "guardian" else 0.05):
            pair = (sid, student) if rnd.random() < 0.3 else (student, sid)
            source.frames["agents"].append({"user_sourced_id": pair[0], "agent_sourced_id": pair[1], "line": 2})


def _role(rnd: Random, source: Source, sid: str, org: str | None, role: str) -> Row:
    dates: Row = {}
    if source.version == "1.2" and rnd.random() < 0.15:
        dates = {
            "begins_on": TODAY + dt.timedelta(rnd.choice((-30, 2, 40))),
            "ends_on": TODAY + dt.timedelta(rnd.choice((-3, 1, 90))),
        }
    return _row("roles", user_sourced_id=sid, org_sourced_id=org, role=role, is_primary=True, **dates)


def _new_class(rnd: Random, source: Source) -> None:
    source.frames["classes"].append(
        _row(
            "classes",
            sourced_id=source.new_id("K"),
            title=rnd.choice(("Maths", "Art", None)),
            code="c",
            grades=rnd.choice(([], ["03"], ["03", "04"])),
            course_sourced_id=rnd.choice((None, "C1", "C9")),
            class_type=rnd.choice(("homeroom", "scheduled", None)),
            school_sourced_id=rnd.choice(("S1", "S1", "S1", "S2", "S2", "S2", "S3", "D", "X", None)),
            term_sourced_ids=rnd.choice(
                (["T1"], ["T1"], ["Y"], ["T2"], ["T3"], [], ["T9"], ["T3", "T9"], ["T1", "T2"])
            ),
        )
    )


def _enroll(rnd: Random, source: Source, user: str, role: str) -> None:
    classes = [row["sourced_id"] for row in source.frames["classes"]] + (["K0"] if rnd.random() < 0.1 else [])
    if not classes:
        return
    dates: Row = {}
    if rnd.random() < 0.2:
        dates = {
            "begins_on": TODAY + dt.timedelta(rnd.choice((-9, 30))),
            "ends_on": TODAY + dt.timedelta(rnd.choice((-1, 1, 90))),
        }
    source.frames["enrollments"].append(
        _row(
            "enrollments",
            sourced_id=source.new_id("E"),
            class_sourced_id=rnd.choice(classes),
            user_sourced_id=user,
            role=role if rnd.random() < 0.9 else rnd.choice(("student", "teacher", "parent")),
            is_primary=rnd.choice((None, True, False)),
            **dates,
        )
    )


# what happens overnight


def night(rnd: Random, source: Source, events: Sequence[Event] = ()) -> Source:
    """The source a day later; ``events``: what may happen, if not anything."""
    after = deepcopy(source)
    for _ in range(rnd.randint(0, 5)):
        rnd.choice(events or _EVENTS)(rnd, after)
    return after


def _leave(rnd: Random, source: Source) -> None:
    users = source.frames["users"]
    for _ in range(rnd.choice((1, 1, 2, 6))):
        if users:
            sid = rnd.choice(users)["sourced_id"]
            keep_places = rnd.random() < 0.2
            for frame, key in (("users", "sourced_id"), ("roles", "user_sourced_id"), ("agents", "user_sourced_id")):
                source.frames[frame] = [row for row in source.frames[frame] if row[key] != sid]
            if not keep_places:
                source.frames["enrollments"] = [r for r in source.frames["enrollments"] if r["user_sourced_id"] != sid]
            users = source.frames["users"]


def _change(rnd: Random, source: Source) -> None:
    for row in source.frames["users"]:
        if rnd.random() < 0.4:
            column = rnd.choice(("given_name", "email", "sms", "phone", "enabled", "middle_name", "grade"))
            values = {"given_name": GIVEN, "email": EMAILS, "sms": PHONES, "phone": PHONES, "enabled": (True, False)}
            row[column] = rnd.choice(values.get(column, ("03", "04", None)))


def _move(rnd: Random, source: Source) -> None:
    if source.frames["roles"]:
        row = rnd.choice(source.frames["roles"])
        row["org_sourced_id"] = _org(rnd)
        keys = [(r["user_sourced_id"], r["org_sourced_id"], r["role"]) for r in source.frames["roles"]]
        if len(keys) != len(set(keys)):
            source.frames["roles"].remove(row)


def _new_id(rnd: Random, source: Source) -> None:
    """The system gives people new ids."""
    for row in source.frames["users"]:
        if rnd.random() < 0.5:
            old, row["sourced_id"] = row["sourced_id"], source.new_id("N")
            for frame in ("roles", "agents", "enrollments"):
                for other in source.frames[frame]:
                    for key in ("user_sourced_id", "agent_sourced_id"):
                        if other.get(key) == old:
                            other[key] = row["sourced_id"]


def _lose(rnd: Random, source: Source) -> None:
    frame = rnd.choice(("classes", "enrollments", "agents", "orgs", "sessions", "courses"))
    if source.frames[frame]:
        source.frames[frame].remove(rnd.choice(source.frames[frame]))


def _retouch(rnd: Random, source: Source) -> None:
    """A class moves, an enrollment is dated, a custody is decided."""
    if source.frames["classes"]:
        row = rnd.choice(source.frames["classes"])
        row[rnd.choice(("title", "location", "subject"))] = rnd.choice(("A", "B", None))
        if rnd.random() < 0.3:
            row["term_sourced_ids"] = rnd.choice((["T1"], ["T3"], ["Y"]))
        if rnd.random() < 0.2:
            row["school_sourced_id"] = rnd.choice(("S1", "S2", "S3"))
    if source.frames["enrollments"]:
        row = rnd.choice(source.frames["enrollments"])
        row["ends_on"] = TODAY + dt.timedelta(rnd.choice((-2, 2, 99)))
        row["is_primary"] = rnd.choice((True, False, None))
    if source.custody and source.frames["users"]:
        rnd.choice(source.frames["users"])["rights"] = rnd.choice(("full", "none"))


def _arrive(rnd: Random, source: Source) -> None:
    for _ in range(rnd.choice((1, 3))):
        rnd.choice(
            (
                _new_student,
                lambda r, s: _new_adult(r, s, "guardian"),
                lambda r, s: _new_adult(r, s, "staff"),
                _new_class,
            )
        )(rnd, source)


def change_few(rnd: Random, source: Source) -> None:
    """One user changes, or a tie between two."""
    users = source.frames["users"]
    if users:
        row = rnd.choice(users)
        column = rnd.choice(("given_name", "email", "sms", "phone", "enabled", "middle_name", "grade", "master_id"))
        values = {"given_name": GIVEN, "email": EMAILS, "sms": PHONES, "phone": PHONES, "enabled": (True, False)}
        row[column] = rnd.choice(values.get(column, ("03", "04", None)))
    agents = source.frames["agents"]
    if agents and rnd.random() < 0.5:
        agents.remove(rnd.choice(agents))


def date_enrollment(rnd: Random, source: Source) -> None:
    """An enrollment is dated, or its role is another."""
    if source.frames["enrollments"]:
        row = rnd.choice(source.frames["enrollments"])
        row["ends_on"] = TODAY + dt.timedelta(rnd.choice((-2, 2, 99)))
        row["is_primary"] = rnd.choice((True, False, None))
        if rnd.random() < 0.2:
            row["role"] = rnd.choice(("student", "teacher", "aide"))


def transfer(rnd: Random, source: Source) -> None:
    """Somebody leaves a class, or joins one."""
    enrollments, users = source.frames["enrollments"], source.frames["users"]
    if enrollments and rnd.random() < 0.6:
        enrollments.remove(rnd.choice(enrollments))
    if users and rnd.random() < 0.6:
        _enroll(rnd, source, rnd.choice(users)["sourced_id"], rnd.choice(("student", "student", "teacher")))


def arrive(rnd: Random, source: Source) -> None:
    """People are new; no classes."""
    for _ in range(rnd.choice((1, 3))):
        what = rnd.choice(("student", "guardian", "staff"))
        if what == "student":
            _new_student(rnd, source)
        else:
            _new_adult(rnd, source, what)


_EVENTS = (_leave, _leave, _change, _change, _move, _move, _new_id, _lose, _lose, _retouch, _retouch, _arrive, _arrive)
PEOPLE_MOVE: tuple[Event, ...] = (
    _leave, _change, change_few, change_few, change_few, _move, _new_id, date_enrollment, transfer, transfer, arrive,
)  # fmt: skip
"""Events of people only: schools, terms and classes stay."""
