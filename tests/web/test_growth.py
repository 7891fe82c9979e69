"""A page of a directory costs about the same in a district of twenty times as many people (ratios of one run, no seconds)."""

from __future__ import annotations

import time

import pytest
from django.db import connection
from django.test import Client
from tests.web.people import asking, browser, person

from rollbook.store.models import District, School

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = (
    "students/",
    "students/?q=given77",
    "students/?grade=04&synced=no",
    "students/?page=3",
    "staff/",
    "classrooms/",
    "schools/",
)
FEW, MANY = 1_000, 20_000
MOST = 8
"""So many times as long a page of the large district may take; a cost that grew with the district would be twenty."""


def grow(district: District, school: School, first: int, last: int) -> None:
    """Students ``first`` to ``last``, each with a guardian who can be reached, a place, a classroom of thirty, its teacher."""
    values = {"d": district.pk, "s": school.pk, "a": first, "z": last, "r": 10_000_000}
    with connection.cursor() as cursor:
        for statement in (
            """INSERT INTO student (id, district_id, given_name, family_name, grade, student_number, status)
            SELECT n, %(d)s, 'given' || n, 'family' || n %% 997, '0' || 1 + n %% 8, n::text, 'active'
            FROM generate_series(%(a)s, %(z)s) n""",
            """INSERT INTO person (id, district_id, given_name, family_name, account_state)
            SELECT n, %(d)s, 'parent' || n, 'family' || n %% 997, 'invitee' FROM generate_series(%(a)s, %(z)s) n""",
            """INSERT INTO contact_method (id, district_id, person_id, kind, value, owner)
            SELECT n, %(d)s, n, 'email', 'p' || n || '@home.example', 'source' FROM generate_series(%(a)s, %(z)s) n""",
            """INSERT INTO student_school (id, district_id, student_id, school_id, status)
            SELECT n, %(d)s, n, %(s)s, 'active' FROM generate_series(%(a)s, %(z)s) n""",
            """INSERT INTO guardianship (id, district_id, student_id, person_id, status)
            SELECT n, %(d)s, n, n, 'active' FROM generate_series(%(a)s, %(z)s) n""",
            """INSERT INTO classroom (id, district_id, school_id, name, kind, status, session_ids, grades, periods)
            SELECT n, %(d)s, %(s)s, 'Room ' || n, 'manual', 'active', '{}', '{}', '{}'
            FROM generate_series(%(a)s, %(z)s) n WHERE n %% 30 = 0""",
            """INSERT INTO enrollment (id, district_id, classroom_id, student_id, role, is_primary, status)
            SELECT n, %(d)s, greatest(n - n %% 30, %(a)s + 29 - (%(a)s + 29) %% 30), n, 'student', FALSE, 'active'
            FROM generate_series(%(a)s, %(z)s) n""",
            """INSERT INTO staff_role (id, district_id, person_id, school_id, role, status)
            SELECT n, %(d)s, n, %(s)s, 'teacher', 'active' FROM generate_series(%(a)s, %(z)s) n WHERE n %% 30 = 0""",
        ):
            cursor.execute(statement, values)
        cursor.execute("ANALYZE")


def test_a_page_costs_about_the_same_in_a_large_district() -> None:
    district = District.objects.create(slug="oak", name="Oak")
    school = School.objects.create(district=district, name="Cedar", status="active")
    client: Client = browser(person("alice@example.org", "oak"))

    def cost(page: str) -> tuple[int, float]:
        taken = []
        for _ in range(4):
            with asking() as asked:
                begin = time.perf_counter()
                assert client.get(f"/d/oak/{page}").status_code == 200
                taken.append(time.perf_counter() - begin)
        return asked.number, min(taken)

    grow(district, school, 1, FEW)
    small = {page: cost(page) for page in PAGES}
    grow(district, school, FEW + 1, MANY)
    large = {page: cost(page) for page in PAGES}
    assert {page: asked for page, (asked, _) in large.items()} == {page: asked for page, (asked, _) in small.items()}
    ratios = {page: round(large[page][1] / small[page][1], 1) for page in PAGES}
    assert max(ratios.values()) < MOST, ratios
