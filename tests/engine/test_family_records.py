"""What families leave with a child stays with the child (section 9, R-11)."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.builders import connection, plan, planned, rows, small_district

from rollbook.core.errors import HoldRequired
from rollbook.engine.apply import apply_plan
from rollbook.engine.integrity import orphans
from rollbook.engine.undo import preview, undo
from rollbook.store.models import Interaction, Student

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_run_is_not_taken_back_from_under_a_familys_records() -> None:
    feed = connection()
    for inserts in (small_district(), {"student": rows("student", {"family_name": "Cy", "status": "active"})}):
        feed.district.refresh_from_db()
        what = plan(inserts, revision=feed.district.revision)
        run = planned(feed, what)
        apply_plan(run, what)
    newcomer = Student.objects.get(family_name="Cy")
    moment = dt.datetime(2026, 9, 3, tzinfo=dt.UTC)
    Interaction.objects.create(
        district=feed.district,
        student=newcomer,
        channel="call",
        on=moment.date(),
        note="settled in",
        created_at=moment,
        created_by="bob",
    )
    assert preview(run).conflicts.rows() == [("student", newcomer.pk, None, "has records of the family")]
    with pytest.raises(HoldRequired, match="changes by hand came later"):
        undo(run, by="bob")
    undo(run, by="bob", exclude_conflicts=True)
    assert Student.objects.filter(pk=newcomer.pk).exists()
    assert orphans(feed.district_id).height == 0

    Student.objects.filter(pk=newcomer.pk).delete()
    assert orphans(feed.district_id).select("table", "column", "target").rows() == [
        ("interaction", "student_id", "student")
    ]
