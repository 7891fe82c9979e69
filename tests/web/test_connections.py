"""Sources in the browser: a form of the connector's own settings, secrets that go one way, files handed over, a test."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.engine.commands import EXAMPLE
from tests.web.people import asking, browser, person

from rollbook.connectors.registry import KINDS, connector
from rollbook.services import districts, examining, source_config, source_form, uploads
from rollbook.services.examining import ExaminationKind
from rollbook.store.models import ChangeLog, District, Examination, SourceConnection, SourceLink, SyncRun
from rollbook.web.connections.ways import ways
from rollbook.web.connections.words import HELPS, label

REST = {"name": "sis", "base_url": "https://sis.example.org", "client_id": "key", "client_secret": "hush-hush-hush"}
DAY1 = EXAMPLE / "day1"


@pytest.fixture
def oak(db: None) -> District:
    return districts.add(slug="oak", name="Oak Hill", by="tests")


@pytest.fixture
def client(oak: District) -> Client:
    return browser(person("alice@example.org", "oak"))


@pytest.fixture
def operator(oak: District) -> Client:
    return browser(person("root@example.org", operator=True))


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def refused(page: str) -> list[str]:
    """The fields that have a sentence beside them."""
    return re.findall(r'class="refusal" id="([\w-]+)-refusal"', page)


def bundle() -> SimpleUploadedFile:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for file in sorted(DAY1.iterdir()):
            packed.write(file, file.name)
    return SimpleUploadedFile("roster.zip", buffer.getvalue())


def test_every_setting_has_a_name_and_its_help_can_be_translated() -> None:
    fields = {field for kind in KINDS for field in source_form.fields_of(kind)}
    assert {field.help for field in fields} == set(HELPS)
    assert [field.name for field in fields if label(field.name) == field.name] == []


def test_every_kind_has_a_way_and_every_way_its_form(operator: Client, client: Client) -> None:
    assert {way.kind for way in ways(with_server=True)} == set(KINDS)
    for way in ways(with_server=True):
        page = operator.get(f"/d/oak/sources/add/{way.key}/").content.decode()
        for field in source_form.fields_of(way.kind):
            assert (f'name="{field.name}"' in page) is not (way.is_upload and field.on_server), (way.key, field.name)
        # a folder of the server may be another district's: only who runs the installation names one
        assert client.get(f"/d/oak/sources/add/{way.key}/").status_code == (404 if way.on_server else 200)
    assert 'name="ca_file"' not in client.get("/d/oak/sources/add/oneroster-rest/").content.decode()


@pytest.mark.parametrize(
    ("way", "typed", "beside"),
    [
        ("classlink", {}, ["api_key"]),
        ("classlink", {"api_key": "x"}, ["tenant_id"]),
        ("classlink", {"mode": "direct", "client_id": "a"}, ["endpoint", "client_secret"]),
        ("classlink", {"api_key": "x", "tenant_id": "1", "host": "ftp://x"}, ["host"]),
        ("classlink", {"api_key": "x", "tenant_id": "1", "page_size": "99999"}, ["page_size"]),
        ("clever", {}, ["token"]),
        ("clever", {"token": "t", "page_size": "many", "base_url": "x"}, ["page_size"]),
        ("oneroster-rest", {}, ["base_url", "client_id", "client_secret"]),
        ("oneroster-rest", {**REST, "auth": "oauth9"}, ["auth"]),
        ("oneroster-rest", {**REST, "base_url": "http://sis.example.org"}, ["base_url"]),
        ("sftp", {"host": "sftp://x", "login": "a", "password": "p"}, ["host"]),
        ("sftp", {"host": "x", "login": "a"}, ["password"]),
        ("sftp", {"host": "x", "login": "a", "password": "p", "host_key": "aa:bb"}, ["host_key"]),
        ("sftp", {"host": "x", "login": "a", "password": "p", "path": "/*/x"}, ["path"]),
        ("sftp", {"host": "x", "login": "a", "password": "p", "port": "0"}, ["port"]),
        ("upload", {"max_files": "none"}, ["max_files"]),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_lost_but_secrets(
    client: Client, way: str, typed: dict[str, str], beside: list[str]
) -> None:
    answer = client.post(f"/d/oak/sources/add/{way}/", {"name": "night / feed", **typed})
    page = text(answer)
    assert answer.status_code == 422
    assert refused(page) == beside
    assert not SourceConnection.objects.exists()
    fields = {
        field.name: field
        for field in source_form.fields_of(next(w.kind for w in ways(with_server=True) if w.key == way))
    }
    for name, value in {"name": "night / feed", **typed}.items():
        if name != "name" and fields[name].kind == "choice":
            continue
        is_secret = name in fields and fields[name].kind.startswith("secret")
        assert (f'value="{value}"' in page) is not is_secret, name
    assert ("Type the secrets again" in page) is any(fields[n].kind.startswith("secret") for n in typed if n in fields)


def test_a_source_is_added_sealed_tested_and_never_shows_its_secret(client: Client, oak: District) -> None:
    answer = client.post("/d/oak/sources/add/oneroster-rest/", {**REST, "only_needed_fields": "on"}, follow=True)
    made = SourceConnection.objects.get()
    assert answer.redirect_chain == [(f"/d/oak/sources/{made.pk}/", 302)]
    assert set(made.config["client_secret"]) == {"sealed"}
    assert source_config.config_of(made).client_secret == REST["client_secret"]
    assert Examination.objects.get().kind == ExaminationKind.CONNECTION
    page = text(answer)
    assert "The connection is being tested" in page
    assert 'http-equiv="refresh"' in page
    change = f"/d/oak/sources/{made.pk}/change/"
    for shown in (page, text(client.get(change)), text(client.get("/d/oak/set-up/"))):
        assert REST["client_secret"] not in shown
        assert "sealed" not in shown
    assert "set; leave it empty to keep it" in text(client.get(change))
    assert REST["client_secret"] not in str(list(ChangeLog.objects.values_list("new", flat=True)))
    assert refused(text(client.post("/d/oak/sources/add/clever/", {"name": "sis", "token": "t"}))) == ["source-name"]


def test_a_change_keeps_the_secret_unless_another_is_typed_or_it_is_forgotten(client: Client) -> None:
    client.post("/d/oak/sources/add/sftp/", {"name": "night", "host": "x.example", "login": "a", "password": "first"})
    made = SourceConnection.objects.get()
    change = f"/d/oak/sources/{made.pk}/change/"
    sent = {"name": "nightly", "host": "y.example", "login": "a", "path": ".", "port": "22"}

    def now_is() -> Any:
        made.refresh_from_db()
        return source_config.config_of(made)

    assert client.post(change, sent).status_code == 302
    assert (made.pk, now_is().host, now_is().password, made.name) == (made.pk, "y.example", "first", "nightly")
    client.post(change, {**sent, "password": "second"})
    assert now_is().password == "second"
    assert refused(text(client.post(change, {**sent, "forget-password": "on"}))) == ["password"]
    client.post(change, {**sent, "forget-password": "on", "key": "-----BEGIN KEY-----"})
    assert (now_is().password, now_is().key) == ("", "-----BEGIN KEY-----")
    assert now_is().incoming
    assert source_config.config_of(made, remembers=False).incoming is None  # a self-check leaves no trace
    logged = ChangeLog.objects.count()
    client.post(change, sent)
    assert ChangeLog.objects.count() == logged  # nothing was other than it was


def test_files_are_handed_over_looked_at_and_the_step_knows(client: Client, oak: District) -> None:
    client.post("/d/oak/sources/add/upload/", {"name": "by hand"})
    made = SourceConnection.objects.get()
    place = f"/d/oak/sources/{made.pk}/"
    assert "Nothing was handed over yet." in text(client.get(place))
    answer = client.post(f"{place}upload/", {"files": [bundle()]}, follow=True)
    assert "roster.zip" not in text(answer)  # it is called after its moment
    assert re.search(r"Handed over on .*\.zip", text(answer))
    asked = Examination.objects.get()
    assert examining.carry_out(asked.pk, now=lambda: dt.datetime.now(dt.UTC))
    page = text(client.get(place))
    assert "It works: OneRoster 1.1." in page
    assert "http-equiv" not in page
    assert re.search(r'<th scope="row">student</th><td class="num">\d+', page)
    step = text(client.get("/d/oak/set-up/"))
    assert re.search(r"works\. People by role: \w+ \d+, .*student \d+", step)
    assert re.search(r'id="step-1">.{0,300}dot-good', step)
    with asking() as asked_of:
        client.get(place)
    assert asked_of.number <= 7


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ([], "No file was chosen."),
        ([("a.zip", b"PK"), ("b.zip", b"PK")], "several zips"),
        ([("a.xlsx", b"x")], "not CSV files"),
        ([("a.csv", b"x"), ("b.zip", b"x")], "not CSV files"),
        ([("a.csv", b"x"), ("A.csv", b"y")], "the same name"),
        ([("a.zip", b"this is no zip")], "is no zip"),
    ],
)
def test_files_that_are_no_roster_are_not_taken(client: Client, oak: District, files: list[Any], says: str) -> None:
    made = uploads.add(district=oak, kind="oneroster_csv", by="tests")
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    answer = client.post(f"/d/oak/sources/{made.pk}/upload/", {"files": sent})
    assert answer.status_code == 422
    assert says in text(answer)
    assert uploads.newest(made) is None
    assert list(Path(made.config["path"]).iterdir()) == []


def test_only_the_last_deliveries_are_kept_and_the_newest_is_read(oak: District) -> None:
    made = uploads.add(district=oak, kind="guardians_csv", by="tests")
    moment = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)
    for day in range(4):
        content = f"studentSisId,guardianSisId,firstName,lastName,email\n1,{day},A,B,a@example.org\n".encode()
        uploads.receive(made, [("mine.csv", io.BytesIO(content))], by="tests", now=moment + dt.timedelta(days=day))
    assert len(list(Path(made.config["path"]).iterdir())) == 2
    snapshot = connector("guardians_csv").read(source_config.config_of(made), _policy(made))
    assert snapshot.streams["users"].frame["sourcedId"].to_list()[0] == "3"


def _policy(made: SourceConnection) -> Any:
    from rollbook.services import policies

    return policies.policy_of(made)


def test_a_source_that_brought_nothing_is_removed_with_all_that_is_its_own(client: Client, oak: District) -> None:
    made = uploads.add(district=oak, kind="oneroster_csv", by="tests")
    folder = Path(made.config["path"])
    SourceLink.objects.create(district=oak, connection=made, kind="school", sourced_id="s", object_id=1)
    SyncRun.objects.create(
        district=oak, connection=made, kind="sync", state="planned", created_at=dt.datetime.now(dt.UTC)
    )
    address = f"/d/oak/sources/{made.pk}/remove/"
    page = text(client.get(address))
    assert "Remove main" in page
    assert SourceConnection.objects.exists()
    assert "Nothing of the directory was touched." in text(client.post(address, follow=True))
    assert not SourceConnection.objects.exists()
    assert not SourceLink.objects.exists()
    assert not folder.exists()


def test_a_source_that_brought_something_stays(client: Client, oak: District) -> None:
    made = uploads.add(district=oak, kind="oneroster_csv", by="tests")
    moment = dt.datetime.now(dt.UTC)
    SyncRun.objects.create(
        district=oak, connection=made, kind="sync", state="applied", created_at=moment, applied_at=moment
    )
    address = f"/d/oak/sources/{made.pk}/remove/"
    assert "so it stays." in text(client.get(address))
    assert client.post(address).status_code == 422
    assert SourceConnection.objects.exists()


def test_who_may_do_what(client: Client, oak: District) -> None:
    made = uploads.add(district=oak, kind="oneroster_csv", by="tests")
    dan = browser(person("dan@example.org", "oak", role="district_staff"))
    districts.add(slug="elm", name="Elm", by="tests")
    charlie = browser(person("charlie@example.org", "elm"))
    place = f"/d/oak/sources/{made.pk}/"
    assert dan.get(place).status_code == 200
    assert "<button" not in text(dan.get(place)).split("<main")[1]
    for act in ("change/", "remove/", "test/", "upload/"):
        assert dan.post(place + act).status_code == 403
        assert charlie.post(place + act).status_code == 404
        assert charlie.post(f"/d/elm/sources/{made.pk}/{act}").status_code == 404
    assert dan.post("/d/oak/sources/add/clever/", {"name": "x", "token": "t"}).status_code == 403
    assert not Examination.objects.exists()
    assert SourceConnection.objects.count() == 1
