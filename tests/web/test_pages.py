"""Every page: it answers, for whom it is meant, with a bounded number of questions to the database."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.engine.commands import DAY2, Shell
from tests.web.people import NOW, asking, browser, person, work

from rollbook.core.lifecycle import RunState
from rollbook.store.models import Alarm, District, SourceConnection, Student, SyncRun

pytestmark = pytest.mark.django_db(transaction=True)

# A page, and the most statements it may send: session, account, seat, and what it is about.
PAGES = {
    "/d/maple/": 29,
    "/d/maple/set-up/": 19,
    "/d/maple/sources/{source}/": 6,
    "/d/maple/sources/{source}/check/": 6,
    "/d/maple/sources/{source}/schools/": 17,
    "/d/maple/sources/{source}/classrooms/": 26,
    "/d/maple/sources/{source}/settings/": 6,
    "/d/maple/sources/{source}/launch/": 12,
    "/d/maple/students/": 15,
    "/d/maple/schools/": 9,
    "/d/maple/runs/": 7,
    "/d/maple/runs/trends/?days=30": 8,
    "/d/maple/runs/{run}/": 13,
    "/d/maple/runs/{run}/findings/": 9,
    "/d/maple/runs/{run}/preview/": 12,
    "/d/maple/runs/{run}/records/?kind=student": 11,
    "/d/maple/runs/{run}/records/?kind=enrollment&what=held&school=district": 11,
    "/d/maple/runs/{run}/records/?kind=staff&q=nobody-is-called-so": 11,
    "/components/": 3,
}


@pytest.fixture
def planned(maple: Shell) -> SyncRun:
    """The plan of the second day, not applied."""
    maple.receive(2)
    plan = maple.json("plan", "maple", "--on", DAY2)
    return SyncRun.objects.get(plan=plan["plan"])


@pytest.fixture
def held(maple: Shell) -> SyncRun:
    """A plan with holds: today's users.csv has lost most of the students."""
    path = maple.incoming / "users.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    students = [line for line in lines if "student" in line.split(",")[5]]
    assert len(students) > 50
    gone = set(students[: len(students) * 2 // 3])
    path.write_text("".join(line for line in lines if line not in gone), encoding="utf-8")
    plan = maple.json("plan", "maple", "--on", DAY2)
    return SyncRun.objects.get(plan=plan["plan"])


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_every_page_answers_with_a_bounded_number_of_questions(alice: Client, dan: Client, planned: SyncRun) -> None:
    for path, most in PAGES.items():
        for client in (alice, dan):
            with asking() as asked:
                answer = client.get(path.format(run=planned.pk, source=planned.connection_id))
            assert answer.status_code == 200, path
            assert asked.number <= most, (path, asked.statements)


def test_what_is_another_districts_is_not_there(charlie: Client, planned: SyncRun) -> None:
    paths = [path.format(run=planned.pk, source=planned.connection_id) for path in PAGES if path.startswith("/d/")]
    paths += [f"/d/oak-hill/runs/{planned.pk}/", f"/d/oak-hill/runs/{planned.pk}/preview/", "/d/nowhere/"]
    paths += [f"/d/{slug}/runs/{planned.pk}/report.xlsx" for slug in ("maple", "oak-hill")]
    answers = {path: charlie.get(path) for path in paths}
    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(paths, 404)
    assert len({answer.content for answer in answers.values()}) == 1  # word for word the same
    for slug in ("maple", "oak-hill"):
        for act in ("apply", "holds", "undo"):
            assert charlie.post(f"/d/{slug}/runs/{planned.pk}/{act}/").status_code == 404
    planned.refresh_from_db()
    assert planned.state == RunState.PLANNED


def test_who_only_looks_decides_nothing(dan: Client, planned: SyncRun) -> None:
    first = SyncRun.objects.order_by("pk")[0]
    page = text(dan.get(f"/d/maple/runs/{planned.pk}/preview/"))
    assert "A district administrator may apply it." in page
    assert '<button class="btn btn-primary">' not in page
    for path in (
        f"/d/maple/runs/{planned.pk}/apply/",
        f"/d/maple/runs/{planned.pk}/holds/",
        f"/d/maple/runs/{first.pk}/undo/",
    ):
        assert dan.post(path).status_code == 403
    assert dan.get(f"/d/maple/runs/{first.pk}/undo/").status_code == 403
    assert set(SyncRun.objects.values_list("state", flat=True)) == {RunState.APPLIED, RunState.PLANNED}


def test_a_first_sign_in_leads_to_the_only_district_or_to_the_list(maple: Shell, charlie: Client) -> None:
    assert charlie.get("/")["Location"] == "/d/oak-hill/"
    both = browser(person("bo@example.org", "maple", "oak-hill"))
    page = text(both.get("/"))
    assert "Maple Valley" in page
    assert "Oak Hill" in page
    operator = browser(person("root@example.org", operator=True))
    assert "Maple Valley" in text(operator.get("/"))
    assert operator.get("/d/maple/").status_code == 200
    assert "You have no district yet" in text(browser(person("new@example.org")).get("/"))


def test_the_list_of_districts_asks_as_much_for_twenty_as_for_two(maple: Shell) -> None:
    operator = browser(person("root@example.org", operator=True))

    def questions() -> int:
        with asking() as asked:
            assert operator.get("/").status_code == 200
        return asked.number

    District.objects.create(slug="d0", name="District 0")
    few = questions()
    District.objects.bulk_create(District(slug=f"d{number}", name=f"District {number}") for number in range(1, 20))
    assert questions() == few


def test_home_says_what_is_wrong_although_the_last_run_was_applied(alice: Client) -> None:
    assert "In order" in text(alice.get("/d/maple/"))
    source = SourceConnection.objects.get()
    evidence = {"days": 9, "fresh_at": "2026-08-20T10:00:00+00:00", "usual_days": 1}
    Alarm.objects.create(connection=source, kind="stale", since=NOW, evidence=evidence)
    page = text(alice.get("/d/maple/"))
    assert "In order" not in page
    assert "Something is wrong: a person has to look" in page
    assert '<h2 id="alarms">' in page
    Alarm.objects.update(over_at=NOW)
    assert "In order" in text(alice.get("/d/maple/"))


def test_a_run_that_is_asked_for_takes_nothing_away_of_what_waits(alice: Client, maple: Shell, held: SyncRun) -> None:
    maple.ok("apply", str(held.plan))
    alice.post(f"/d/maple/sources/{held.connection_id}/run/")
    page = text(alice.get("/d/maple/"))
    assert "Waits for a person" in page
    assert f'href="/d/maple/runs/{held.pk}/preview/">Look at what waits' in page


def test_a_plan_is_applied_as_it_was_shown_and_undone(alice: Client, planned: SyncRun) -> None:
    address = f"/d/maple/runs/{planned.pk}/"
    page = text(alice.get(f"{address}preview/"))
    shown = re.search(r"Apply ([\d,]+) changes", page)
    assert shown
    before = Student.objects.filter(status="active").count()

    answer = alice.post(f"{address}apply/", follow=True)
    assert answer.redirect_chain == [(address, 302)]
    assert "It waits for a worker." in text(answer)
    assert '<meta http-equiv="refresh"' in text(answer)
    assert "a worker is asked to apply it" in text(alice.get(f"{address}preview/")).lower()
    planned.refresh_from_db()
    assert planned.state == RunState.PLANNED  # no request waits for it
    assert work() == 1
    planned.refresh_from_db()
    assert (planned.state, planned.created_by == "alice@example.org") == (RunState.APPLIED, False)
    assert "Apply" not in text(alice.get(f"{address}preview/"))
    assert alice.post(f"{address}apply/").status_code == 409

    preview = text(alice.get(f"{address}undo/"))
    assert "would be written" in preview
    assert alice.post(f"{address}undo/", follow=True).redirect_chain == [(address, 302)]
    assert work() == 1
    assert "undone by run" in text(alice.get(address))
    assert Student.objects.filter(status="active").count() == before
    undo = SyncRun.objects.get(undoes=planned)
    assert undo.created_by == "alice@example.org"
    for path in (address, f"{address}preview/", f"/d/maple/runs/{undo.pk}/", "/d/maple/runs/", "/d/maple/"):
        assert alice.get(path).status_code == 200
    assert alice.get(f"{address}undo/").status_code == 409


def test_what_waits_goes_along_only_when_it_is_chosen(alice: Client, held: SyncRun) -> None:
    address = f"/d/maple/runs/{held.pk}/"
    heads = list(held.holds.filter(depends_on="").values_list("key", flat=True))
    assert "Look at what waits" in text(alice.get("/d/maple/"))

    def numbers() -> tuple[int, int]:
        page = text(alice.get(f"{address}preview/"))
        found = re.search(r"([\d,]+) changes would be applied, ([\d,]+) wait", page)
        assert found
        applies, waits = (int(number.replace(",", "")) for number in found.groups())
        return applies, waits

    def decide(verdict: str) -> str:
        return text(alice.post(f"{address}holds/", {"hold": heads[0], "verdict": verdict}, follow=True))

    applies, waits = numbers()
    assert "Approved by alice@example.org." in decide("approve")
    more, fewer = numbers()
    assert waits > fewer
    assert more - applies == waits - fewer
    assert "Rejected:" in decide("reject")
    assert numbers() == (applies, waits)
    assert "alice@example.org waits for new data." in decide("wait")
    assert (
        alice.post(f"{address}holds/", {"hold": "no such hold", "verdict": "approve"}, follow=True).status_code == 200
    )
    assert alice.post(f"{address}holds/", {"hold": heads[0], "verdict": "nonsense"}).status_code == 400
    alice.post(f"{address}apply/")
    work()
    held.refresh_from_db()
    assert (held.state, held.approved) == (RunState.APPLIED, [])

    decide("approve")  # after the rest was applied: it follows as a run of its own
    page = text(alice.get(f"{address}preview/"))
    assert f"{more - applies} approved changes can follow now." in page
    answer = alice.post(f"{address}apply/", follow=True)
    assert answer.redirect_chain == [(address, 302)]
    work()
    follower = SyncRun.objects.latest("pk")
    assert f"Run {follower.pk} goes on from here." in text(alice.get(address))
    assert heads[0] in follower.approved
    assert f"{more - applies} approved changes" not in text(alice.get(f"{address}preview/"))


def test_two_persons_approve_where_that_is_the_rule(alice: Client, maple: Shell, held: SyncRun) -> None:
    maple.ok("settings", "maple", "approvals=two")
    plan = maple.json("plan", "maple", "--on", DAY2)
    run = SyncRun.objects.get(plan=plan["plan"])
    key = run.holds.filter(depends_on="").values_list("key", flat=True)[0]
    address, typed = f"/d/maple/runs/{run.pk}/holds/", {"hold": key, "verdict": "approve"}
    assert "One more person must approve." in text(alice.post(address, typed, follow=True))
    assert "notice-error" in text(alice.post(address, typed, follow=True))
    bea = browser(person("bea@example.org", "maple"))
    page = text(bea.post(address, typed, follow=True))
    assert "Approved by alice@example.org, bea@example.org." in page
    assert "One more person" not in page


def test_a_plan_that_is_out_of_date_is_made_again_and_shown(alice: Client, maple: Shell, planned: SyncRun) -> None:
    again = maple.json("plan", "maple", "--on", DAY2)
    maple.ok("apply", again["plan"])
    alice.post(f"/d/maple/runs/{planned.pk}/apply/")
    work()
    renewed = SyncRun.objects.latest("pk")
    page = text(alice.get(f"/d/maple/runs/{planned.pk}/"))
    assert "The directory has changed since this plan was computed." in page
    assert f'href="/d/maple/runs/{renewed.pk}/preview/"' in page


def test_the_records_behind_a_number_are_as_many_as_it_says(alice: Client, planned: SyncRun) -> None:
    page = text(alice.get(f"/d/maple/runs/{planned.pk}/preview/"))
    links = re.findall(r'<a class="mark mark-\w+" href="([^"]+)"><span aria-hidden="true">.</span>([\d,]+)<', page)
    assert len(links) > 3
    for address, number in links:
        answer = text(alice.get(address.replace("&amp;", "&")))
        assert f" of {number}</span>" in answer, address


def test_a_changed_person_is_shown_field_by_field(alice: Client, planned: SyncRun) -> None:
    page = text(alice.get(f"/d/maple/runs/{planned.pk}/records/?kind=student&what=changed"))
    assert re.search(
        r'<span class="quiet small">[\w ]+</span> <span class="old">[^<]+</span> → <span class="new">', page
    )


@pytest.mark.parametrize(
    "query", ["?kind=nonsense", "?kind=student&what=nonsense", "?kind=student&school=x", "?school=-1", "?school=9e9"]
)
def test_a_list_that_there_is_not(alice: Client, planned: SyncRun, query: str) -> None:
    assert alice.get(f"/d/maple/runs/{planned.pk}/records/{query}").status_code == 404


def test_the_report_is_a_workbook_or_a_zip(alice: Client, planned: SyncRun) -> None:
    address = f"/d/maple/runs/{planned.pk}/report"
    bundle = b"".join(alice.get(f"{address}.zip").streaming_content)  # type: ignore[attr-defined]
    with zipfile.ZipFile(io.BytesIO(bundle)) as files:
        assert {"summary.csv", "records.csv", "findings.csv", "holds.csv", "left_out.csv"} == set(files.namelist())
    book = alice.get(f"{address}.xlsx")
    assert f"maple-run-{planned.pk}.xlsx" in book["Content-Disposition"]
    assert b"".join(book.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]
    assert alice.get(f"{address}.exe").status_code == 404


def test_a_run_whose_plan_is_not_kept_any_more_still_has_a_page(alice: Client, planned: SyncRun) -> None:
    SyncRun.objects.filter(pk=planned.pk).update(plan_artifact="gone.plan")
    answer = text(alice.get(f"/d/maple/runs/{planned.pk}/"))
    assert "Every change" not in answer
    assert alice.get(f"/d/maple/runs/{planned.pk}/preview/").status_code == 404


def test_a_person_asks_for_a_run_sees_it_wait_and_cancels_it(
    alice: Client, dan: Client, charlie: Client, maple: Shell
) -> None:
    source = SyncRun.objects.get().connection_id
    assert dan.post(f"/d/maple/sources/{source}/run/").status_code == 403
    assert charlie.post(f"/d/maple/sources/{source}/run/").status_code == 404
    assert charlie.post(f"/d/oak-hill/sources/{source}/run/").status_code == 404
    assert SyncRun.objects.count() == 1
    answer = alice.post(f"/d/maple/sources/{source}/run/", follow=True)
    run = SyncRun.objects.latest("pk")
    address = f"/d/maple/runs/{run.pk}/"
    assert answer.redirect_chain == [(address, 302)]
    assert (run.state, run.created_by) == (RunState.QUEUED, "alice@example.org")
    page = text(answer)
    assert "It waits for a worker." in page
    assert "not kept any more" not in page
    for path in ("/d/maple/", "/d/maple/runs/", "/d/maple/set-up/"):
        assert alice.get(path).status_code == 200
    assert alice.get(f"{address}preview/").status_code == 404
    assert "Cancel this run" not in text(dan.get(address))
    assert dan.post(f"{address}cancel/").status_code == 403
    assert "is cancelled. Nothing was applied." in text(alice.post(f"{address}cancel/", follow=True))
    assert alice.post(f"{address}cancel/").status_code == 409


def test_progress_is_told_on_its_page_and_under_the_header_of_others(
    alice: Client, dan: Client, planned: SyncRun
) -> None:
    address, bar = f"/d/maple/runs/{planned.pk}/", "/d/maple/at-work/"
    assert '<div id="at-work"></div>' in text(alice.get(bar))
    alice.post(f"{address}apply/")
    assert "No worker looks at the queue, so nothing happens." in text(alice.get("/d/maple/students/"))
    now = timezone.now()
    claimed = {"worker": "box:1:ab", "stage": "insert student", "done": 400, "total": 4000, "starts": 1}
    SyncRun.objects.filter(pk=planned.pk).update(**claimed, stage_at=now - timedelta(seconds=10), heartbeat_at=now)
    for client in (alice, dan):
        for path in (f"{address}progress/", bar):
            with asking() as asked:
                answer = client.get(path)
            page = text(answer)
            assert "HX-Refresh" not in answer
            assert "add students" in page
            assert "400 of 4,000 rows" in page
            assert re.search(r"(39|40) a second, about \d\d s left", page), page
            assert 'value="10"' in page
            assert asked.number <= 10, asked.statements
    assert "it is too late" in text(alice.post(f"{address}cancel/", follow=True))
    SyncRun.objects.filter(pk=planned.pk).update(worker="", errand="", ended_at=now)
    assert alice.get(f"{address}progress/")["HX-Refresh"] == "true"


def test_what_was_asked_of_a_worker_is_withdrawn(alice: Client, planned: SyncRun) -> None:
    address = f"/d/maple/runs/{planned.pk}/"
    page = text(alice.post(f"{address}apply/", follow=True))
    assert "Leave it: do not do this" in page
    assert "Withdrawn. Nothing was done." in text(alice.post(f"{address}cancel/", follow=True))
    assert work() == 0
    assert "Apply" in text(alice.get(f"{address}preview/"))


def test_empty_pages_say_what_to_do_first(charlie: Client) -> None:
    assert "No source yet" in text(charlie.get("/d/oak-hill/"))
    assert "rollbook plan oak-hill" in text(charlie.get("/d/oak-hill/runs/"))
