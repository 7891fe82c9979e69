"""With the rule of two, nobody takes the rule away alone."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.web.people import NOW, browser, person

from rollbook.core.errors import HoldRequired
from rollbook.services import districts, policies
from rollbook.store.models import ChangeLog, District, SourceConnection

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def feed() -> SourceConnection:
    districts.add(slug="oak", name="Oak", by="tests")
    found = SourceConnection.objects.create(district=District.objects.get(), name="main", kind="clever")
    policies.change(connection=found, values={"approvals": "two"}, by="alice")
    return found


def test_a_lone_person_cannot_loosen_the_rule_and_a_second_can(feed: SourceConnection) -> None:
    for _time in range(2):
        with pytest.raises(HoldRequired, match="another person must ask for the same"):
            policies.change(connection=feed, values={"approvals": "one", "start_time": "04:00"}, by="alice", now=NOW)
        feed.refresh_from_db()
        assert feed.settings == {"approvals": "two"}
    with pytest.raises(HoldRequired):  # something else than what alice asked for
        policies.change(connection=feed, values={"deletion_threshold": "90"}, by="bob", now=NOW)
    with pytest.raises(HoldRequired):
        policies.change(connection=feed, values={"approvals": "one"}, by="alice", now=NOW)
    with pytest.raises(HoldRequired):  # too late: the wish was forgotten, and is bob's now
        policies.change(connection=feed, values={"approvals": "one"}, by="bob", now=NOW + dt.timedelta(days=15))
    policies.change(connection=feed, values={"approvals": "one"}, by="alice", now=NOW + dt.timedelta(days=16))
    feed.refresh_from_db()
    assert (feed.settings, feed.wish) == ({}, {})
    assert ChangeLog.objects.latest("id").by == "bob and alice"


def test_what_is_not_loosened_needs_nobody_else(feed: SourceConnection) -> None:
    policies.change(connection=feed, values={"deletion_threshold": "5", "start_time": "04:00"}, by="alice")
    assert feed.settings == {"approvals": "two", "deletion_threshold": "5", "start_time": "04:00"}


def test_the_page_shows_the_wish_and_another_administrator_confirms_it(feed: SourceConnection) -> None:
    alice, bea = (browser(person(f"{name}@example.org", "oak")) for name in ("alice", "bea"))
    dan = browser(person("dan@example.org", "oak", role="district_staff"))
    address = f"/d/oak/sources/{feed.pk}/settings/"
    asked = alice.post(address, {"approvals": "one"})
    assert asked.status_code == 422
    assert b"Your wish is kept" in asked.content
    for client, may in ((alice, False), (dan, False), (bea, True)):
        page = client.get(address).content.decode()
        assert "<code>approvals=one</code>" in page
        assert ('id="confirm"' in page) is may
    assert bea.post(address, {"approvals": "one"}, follow=True).status_code == 200
    feed.refresh_from_db()
    assert feed.settings == {}
