"""The preview: holds of one cause in one card, who loses access, one search over everything, and the same as a file."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from django.test import Client
from tests.engine.commands import DAY2, Shell

from rollbook.store.models import Hold, SyncRun

pytestmark = pytest.mark.django_db(transaction=True)


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def rows(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


@pytest.fixture
def emptied(maple: Shell) -> SyncRun:
    """Half of the students and of the guardians of every school are gone, and some teachers."""
    path = maple.incoming / "users.csv"
    head, *lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text(head + "".join(line for at, line in enumerate(lines) if at % 2), encoding="utf-8")
    plan = maple.json("plan", "maple", "--on", DAY2)
    return SyncRun.objects.get(plan=plan["plan"])


def test_holds_of_one_cause_are_one_card_and_decided_in_one_go(alice: Client, emptied: SyncRun) -> None:
    address = f"/d/maple/runs/{emptied.pk}/"
    page = text(alice.get(f"{address}preview/"))
    assert re.search(r"3 schools, \d+ students who would leave, and one likely cause.", page), page
    assert page.count("School by school") >= 1
    [button] = re.findall(r"They really left: let the (\d+) students go</button> </form> <form", page)
    keys = list(Hold.objects.filter(run=emptied, kind="student", depends_on="").values_list("key", flat=True))
    assert int(button) == sum(Hold.objects.filter(run=emptied, key__in=keys).values_list("count", flat=True))
    page = text(alice.post(f"{address}holds/", {"hold": keys, "verdict": "approve"}, follow=True))
    assert set(Hold.objects.filter(run=emptied, key__in=keys).values_list("state", flat=True)) == {"approved"}
    assert f"let the {button} students go</button> </form> <form" not in page


def test_who_would_lose_access_is_counted_and_named(alice: Client, emptied: SyncRun) -> None:
    address = f"/d/maple/runs/{emptied.pk}/"

    def losing() -> int:
        page = text(alice.get(f"{address}preview/"))
        assert "Nobody is written to" in page
        links = re.findall(r'<a href="([^"]*what=access)">([\d,]+) \w+</a>', page)
        for path, number in links:
            assert f" of {number}</span>" in text(alice.get(path.replace("&amp;", "&")))
        return sum(int(number) for _path, number in links)

    few = losing()
    for hold in Hold.objects.filter(run=emptied, depends_on=""):
        alice.post(f"{address}holds/", {"hold": hold.key, "verdict": "approve"})
    assert losing() > few + 50  # what waits closes nobody's account yet


def test_one_search_finds_everybody_and_the_file_has_the_same(alice: Client, maple: Shell) -> None:
    maple.receive(2)
    run = SyncRun.objects.get(plan=maple.json("plan", "maple", "--on", DAY2)["plan"])
    address = f"/d/maple/runs/{run.pk}/records"
    whole = rows(alice.get(f"{address}.csv"))
    assert {row["kind"] for row in whole} > {"student", "enrollment"}
    name = next(row["name"] for row in whole if row["kind"] == "student" and row["field"])
    found = rows(alice.get(f"{address}.csv", {"q": name}))
    assert found
    assert all(name.lower() in row["name"].lower() for row in found)
    page = text(alice.get(f"{address}/", {"q": name}))
    assert name in page
    assert "Everybody and everything" in page
    records = {(row["kind"], row["sis_id"], row["name"], row["action"]) for row in found}
    assert f" of {len(records)}</span>" in page
    for chosen in ({"kind": "student", "what": "changed"}, {"kind": "staff", "what": "removed"}):
        file = {(row["kind"], row["sis_id"]) for row in rows(alice.get(f"{address}.csv", chosen))}
        page = text(alice.get(f"{address}/", chosen))
        assert file
        assert f" of {len(file)}</span>" in page
        assert page.count("remove this filter") == 2
