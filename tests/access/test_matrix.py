"""Every address × every role, against a table: whoever adds an address says who may open it (T-1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern
from tests.engine.commands import Shell
from tests.web.people import NOW, browser, person

from rollbook.core.permissions import Act

TABLE = Path(__file__).with_name("table.txt")
FREE = ("signed-in", "operator", "open")
NOBODY = {"trends-csv", "match-schools-csv"}
"""Files in which nobody is named."""

ASKS_MORE = {"match-schools-choose"}
"""Addresses that say more in their query than a test can make up."""


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    name: str
    door: str
    file: str


def lines() -> dict[str, Line]:
    found = {}
    for text in TABLE.read_text(encoding="utf-8").splitlines():
        if text.strip() and not text.startswith("#"):
            name, door, *file = text.split(maxsplit=2)
            found[name] = Line(name, door, "".join(file))
    return found


def routes() -> dict[str, URLPattern]:
    from rollbook.web.urls import urlpatterns

    return {str(route.name): route for route in urlpatterns if isinstance(route, URLPattern)}


def test_every_address_is_in_the_table_and_its_door_asks_for_what_the_table_says() -> None:
    from rollbook.web.urls import urlpatterns

    assert len(routes()) == len(urlpatterns)  # each has a name of its own
    told = lines()
    assert sorted(told) == sorted(routes())
    found = {}
    for name, route in routes().items():
        view = route.callback
        door = getattr(view, "act", None)
        free = "open" if getattr(view, "login_required", True) is False else told[name].door
        found[name] = Line(name, str(door) if door else free, getattr(view, "hands_out", ""))
    assert found == told


def test_every_address_of_a_district_has_a_door_and_every_file_of_people_is_audited() -> None:
    told = lines()
    for name, route in routes().items():
        path = str(route.pattern)
        assert (told[name].door in FREE) is not path.startswith("d/<slug:slug>/"), name
        if (path.endswith((".csv", "report.<str:form>"))) and name not in (*NOBODY, "installation-audit-csv"):
            assert told[name].file, name


ROLES: Mapping[str, Mapping[str, str]] = {
    "operator": {"*": "in"},
    "district_admin": {"*": "in", "operator": "404"},
    "district_staff": {"look": "in", "people": "in", "*": "403", "operator": "404"},
    "school_admin": {"people": "in", "roster": "in", "*": "404"},
    "family_access": {"people": "in", "*": "404"},
    "permissions_admin": {"people": "in", "grant": "in", "*": "404"},
    "engagement_visibility": {"*": "404"},
    "elsewhere": {"*": "404"},
    "nothing": {"*": "404"},
    "nobody": {"*": "sign-in"},
}
"""role → what a door asks for → what becomes of it; ``*``: everything else."""


def expected(role: str, door: str) -> str:
    if door == "open":
        return "in"
    if door == "signed-in":
        return "sign-in" if role == "nobody" else "in"
    return ROLES[role].get(door, ROLES[role]["*"])


def became(answer: Any) -> str:
    if answer.status_code == 302 and answer["Location"].startswith("/sign-in/"):
        return "sign-in"
    return str(answer.status_code) if answer.status_code in (403, 404) else "in"


@pytest.fixture
def browsers(maple: Shell) -> dict[str, Client]:
    """One for each role; those of a school have the first one."""
    from rollbook.services import districts, granting
    from rollbook.store.models import District, School

    district = District.objects.get(slug="maple")
    first = School.objects.filter(students__status="active").order_by("pk")[0]
    districts.add(slug="oak-hill", name="Oak Hill", by="tests")
    found = {
        "operator": browser(person("operator@example.org", operator=True)),
        "district_admin": browser(person("admin@example.org", "maple")),
        "district_staff": browser(person("staff@example.org", "maple", role="district_staff")),
        "elsewhere": browser(person("elsewhere@example.org", "oak-hill")),
        "nothing": browser(person("nothing@example.org")),
        "nobody": Client(),
    }
    for what in ("school_admin", "family_access", "permissions_admin", "engagement_visibility"):
        email = f"{what}@example.org"
        account = person(email)
        granting.grant(district=district, email=email, what=what, school=first.pk, by="tests", now=NOW)
        found[what] = browser(account)
    return found


@pytest.mark.django_db(transaction=True)
def test_every_role_gets_in_where_the_table_says_and_nowhere_else(browsers: dict[str, Client]) -> None:
    from rollbook.store.models import Classroom, Guardianship, School, SourceConnection, StudentSchool, SyncRun

    school = School.objects.filter(students__status="active").order_by("pk")[0]
    here = StudentSchool.objects.filter(school=school, status="active").order_by("pk")[0].student_id
    things = {
        "classrooms": Classroom.objects.filter(school=school).order_by("pk")[0].pk,
        "people": Guardianship.objects.filter(student=here, status="active").order_by("pk")[0].person_id,
        "schools": school.pk,
        "students": here,
        "sources": SourceConnection.objects.get().pk,
        "runs": SyncRun.objects.get().pk,
    }
    words = {"secret": "x", "form": "xlsx", "name": "students", "key": "clever"}
    asked, wrong = 0, []
    for name, line in lines().items():
        route = routes()[name]
        pattern, places = str(route.pattern), dict(route.pattern.converters)
        noun = pattern.removeprefix("d/<slug:slug>/").partition("/")[0]
        is_known = (
            name not in ASKS_MORE
            and set(places) <= {"slug", "number", "form", "name"}
            and ("number" not in places or noun in things)
        )
        values = {key: words.get(key, 1) for key in places} | {"slug": "maple", "number": things.get(noun, 1)}
        path = "/" + pattern
        for key, converter in places.items():
            kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
            path = path.replace(f"<{kind}:{key}>", str(values[key]))
        assert "<" not in path, path
        for role, client in browsers.items():
            should = expected(role, line.door)
            if name == "sign-out":
                continue
            answer = client.get(path)
            if answer.status_code == 405 and should != "in":  # who may is not made to do it
                answer = client.post(path)
            if answer.streaming:
                answer.close()  # a file of the report stays open until then
            if name == "metrics" or (should == "in" and not is_known):  # another token; nothing of that number
                continue
            asked += 1
            if became(answer) != should:
                wrong.append((name, role, should, answer.status_code))
    assert wrong == []
    assert asked > 400


@pytest.mark.django_db(transaction=True)
def test_what_belongs_to_another_school_or_district_is_not_there(browsers: dict[str, Client]) -> None:
    from rollbook.store.models import Classroom, School, StaffRole, StudentSchool

    first = School.objects.filter(students__status="active").order_by("pk")[0]
    mine = StudentSchool.objects.filter(school=first).values("student")
    own_staff = StaffRole.objects.filter(school=first).values("person")
    staff = StaffRole.objects.filter(school__isnull=False).exclude(school=first).exclude(person__in=own_staff)
    others = {
        "students/{}/": StudentSchool.objects.exclude(student__in=mine).order_by("pk")[0].student_id,
        "students/{}/why/": StudentSchool.objects.exclude(student__in=mine).order_by("pk")[0].student_id,
        "classrooms/{}/": Classroom.objects.exclude(school=first).order_by("pk")[0].pk,
        "schools/{}/": School.objects.exclude(pk=first.pk).order_by("pk")[0].pk,
        "people/{}/": staff.exclude(person__guardianships__isnull=False).order_by("pk")[0].person_id,
    }
    not_there = browsers["school_admin"].get("/d/maple/students/999999999/").content
    for path, number in others.items():
        for role in ("school_admin", "family_access", "permissions_admin"):
            answer = browsers[role].get("/d/maple/" + path.format(number))
            assert (answer.status_code, answer.content) == (404, not_there), (path, role)
        assert browsers["district_admin"].get("/d/maple/" + path.format(number)).status_code == 200
        for slug in ("oak-hill", "maple"):
            assert browsers["elsewhere"].get(f"/d/{slug}/" + path.format(number)).status_code == 404


def test_the_table_speaks_of_every_act() -> None:
    doors = {line.door for line in lines().values()} - set(FREE)
    assert doors <= set(Act)
    assert {"look", "decide", "audit", "grant", "people", "roster"} <= doors
