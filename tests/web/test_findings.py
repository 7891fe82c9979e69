"""Findings: routed to the school that can mend them, beside the run before, and the same as a file to send."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from django.test import Client
from tests.engine.commands import DAY2, Shell
from tests.web.people import asking

from rollbook.store.models import School, SyncRun

pytestmark = pytest.mark.django_db(transaction=True)


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def rows(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_every_finding_is_in_one_place_and_the_schools_have_theirs(alice: Client, maple: Shell) -> None:
    maple.receive(2)
    first = SyncRun.objects.get()
    SyncRun.objects.filter(pk=first.pk).update(findings={**first.findings, "ENR-004": 12})
    run = SyncRun.objects.get(plan=maple.json("plan", "maple", "--on", DAY2)["plan"])
    assert "ENR-004" not in run.findings
    address = f"/d/maple/runs/{run.pk}/findings"
    with asking() as asked:
        page = text(alice.get(f"{address}/"))
    assert asked.number <= 10, asked.statements
    assert "Mended since the run before" in page
    whole = rows(alice.get(f"{address}.csv"))
    assert len(whole) == sum(run.findings.values())
    schools = re.findall(r'<a href="[^"]*\?school=(\d+)">[^<]+</a> <span class="quiet">([\d,]+)</span>', page)
    assert sum(int(number.replace(",", "")) for _school, number in schools) == len(whole)
    names = dict(School.objects.values_list("pk", "name"))
    assert len(schools) > 1
    for school, number in schools:
        mine = rows(alice.get(f"{address}.csv?school={school}"))
        assert len(mine) == int(number.replace(",", ""))
        assert {row["school"] for row in mine} == {names.get(int(school), "")}
    code = max(run.findings, key=lambda one: run.findings[one])
    page = text(alice.get(f"{address}/?code={code}"))
    assert f" of {run.findings[code]:,}</span>" in page
    assert alice.get(f"{address}/?code=XXX-999").status_code == 404
