"""`rollbook source` on a live source: the sandbox's OneRoster server and ClassLink, over real sockets."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.engine.commands import Shell

from rollbook.sandbox.server import Sandbox
from rollbook.services import planning, source_config
from rollbook.store.models import ChangeLog, SourceConnection, SyncRun

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "ROLLBOOK_SOURCE_CLIENT_SECRET"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(students=60) as running:
        yield running


@pytest.fixture
def rollbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    shell = Shell(tmp_path, capsys)
    shell.ok("district", "add", "maple", "--name", "Maple Valley")
    return shell


@pytest.fixture
def added(rollbook: Shell, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Shell:
    keys = sandbox.credentials
    monkeypatch.setenv(SECRET, keys.oneroster_secret)
    address = ("--base-url", sandbox.urls.oneroster_1_1, "--auth", "oauth1", "--client-id", keys.oneroster_key)
    said = rollbook.ok("source", "add", "maple", "--kind", "oneroster_rest", *address)
    assert keys.oneroster_secret not in said.out + said.err
    monkeypatch.delenv(SECRET)
    return rollbook


def test_a_secret_is_stored_sealed_and_logged_as_stars(added: Shell, sandbox: Sandbox) -> None:
    source = SourceConnection.objects.get()
    assert set(source.config["client_secret"]) == {"sealed"}
    stored = json.dumps([source.config, [line.new for line in ChangeLog.objects.all()]])
    assert sandbox.credentials.oneroster_secret not in stored
    assert '"client_secret": "***"' in stored
    assert source_config.config_of(source).client_secret == sandbox.credentials.oneroster_secret


def test_a_secret_on_the_command_line_is_refused_without_repeating_it(rollbook: Shell) -> None:
    words = ("--base-url", "https://x.example", "--client-id", "a", "--client-secret", "hush-hush")
    said = rollbook("source", "add", "maple", "--kind", "oneroster_rest", *words)
    assert said.code == 10
    assert "--secret-file client_secret=" in said.err
    assert "hush-hush" not in said.out + said.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--kind", "smoke_signals"), "classlink"),
        (("--kind", "oneroster_rest", "--base-url", "https://x.example"), "client_id"),
        (("--kind", "oneroster_rest", "--colour", "red"), "colour"),
        (("--kind", "oneroster_rest", "--base-url"), "no value"),
        (("--kind", "oneroster_csv", "--path", "/nowhere/at/all"), "nothing at"),
        (("--kind", "oneroster_rest", "--secret-file", "colour=x"), "client_secret"),
    ],
)
def test_settings_that_cannot_be_are_refused(rollbook: Shell, words: tuple[str, ...], says: str) -> None:
    said = rollbook("source", "add", "maple", *words)
    assert (said.code, SourceConnection.objects.count()) == (10, 0)
    assert says in said.err


def test_the_connection_is_tested(added: Shell) -> None:
    said = added.json("source", "test", "maple")
    assert said["works"]
    assert said["version"] == "1.1"
    assert said["rows"]["users"] > 60
    assert "student" in said["roles"]
    assert said["schools"]
    shown = added.ok("source", "test", "maple").out
    assert "student" in shown
    assert "It works: OneRoster 1.1." in shown


def test_a_source_that_does_not_speak_oneroster_is_called_by_its_own_name(
    rollbook: Shell, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keys = sandbox.credentials
    monkeypatch.setenv("ROLLBOOK_SOURCE_TOKEN", keys.clever_token)
    clever = ("--base-url", sandbox.urls.clever, "--district-id", keys.clever_district_id)
    rollbook.ok("source", "add", "maple", "--kind", "clever", "--name", "main", *clever)
    file = tmp_path / "guardians.csv"
    file.write_text("studentSisId,guardianSisId,firstName,lastName,email\n1001,g1,Mia,Ng,mia@home.example\n")
    rollbook.ok("source", "add", "maple", "--kind", "guardians_csv", "--name", "families", "--path", str(file))
    assert "It works: Clever data API v3.1." in rollbook.ok("source", "test", "maple", "main").out
    assert "It works: guardians.csv." in rollbook.ok("source", "test", "maple", "families").out
    said = rollbook.json("source", "test", "maple", "main")
    assert (said["speaks"], said["version"]) == ("Clever data API v3.1", "")


def test_pages_are_told_while_they_are_read(added: Shell) -> None:
    told: list[tuple[str, int, int]] = []
    source = SourceConnection.objects.get()
    added.ok("source", "set", "maple", "--page-size", "40")
    source.refresh_from_db()
    made = planning.make(
        connection=source, by="alice", now=dt.datetime.now(dt.UTC), progress=lambda *what: told.append(what)
    )
    pages = [done for stage, done, total in told if stage == "read" and total == 0]
    assert len(pages) > 5
    assert pages == sorted(pages)
    assert pages[-1] >= sum(made.run.rows.values()) - made.run.rows.get("roles", 0)


def test_wrong_credentials_are_told_with_what_to_do(
    added: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("not-the-secret\n", encoding="utf-8")
    added.ok("source", "set", "maple", "--secret-file", f"client_secret={wrong}")
    said = added("source", "test", "maple", "--json")
    assert said.code == 11
    assert "credentials" in said.json["problem"]
    assert said.json["hint"]
    assert "not-the-secret" not in said.out + said.err


def test_settings_can_be_changed_and_secrets_stay(added: Shell, sandbox: Sandbox) -> None:
    said = added.json("source", "set", "maple", "--page-size", "50")
    assert (said["config"]["page_size"], said["config"]["client_secret"]) == ("50", "***")
    config = source_config.config_of(SourceConnection.objects.get())
    assert (config.page_size, config.client_secret) == (50, sandbox.credentials.oneroster_secret)
    assert added("source", "set", "maple", "--page-size", "many").code == 10
    assert added.json("source", "test", "maple")["works"]


def test_a_pull_is_a_bundle_that_validates_and_plans_alike(added: Shell, tmp_path: Path) -> None:
    out = tmp_path / "pulled"
    rows = added.json("source", "pull", "maple", "--out", str(out))["rows"]
    assert rows["users.csv"] > 60
    assert "password" not in (out / "users.csv").read_text(encoding="utf-8").partition("\n")[0]
    assert added.ok("validate", str(out))
    assert added("source", "pull", "maple", "--out", str(out)).code == 10, "nothing is written over"
    added.ok("schools", "maple", "--create-missing")
    live = added.json("plan", "maple")
    added.ok("district", "add", "twin", "--name", "Twin")
    added.ok("source", "add", "twin", "--kind", "oneroster_csv", "--path", str(out))
    added.ok("schools", "twin", "--create-missing")
    assert added.json("plan", "twin")["counts"] == live["counts"]


def test_classlink_is_found_by_its_tenant(rollbook: Shell, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = sandbox.credentials
    monkeypatch.setenv("ROLLBOOK_SOURCE_API_KEY", keys.classlink_partner_key)
    tenant = ("--host", sandbox.urls.classlink, "--tenant-id", str(keys.classlink_tenant_id))
    rollbook.ok("source", "add", "maple", "--kind", "classlink", *tenant)
    assert rollbook.json("source", "test", "maple")["works"]


def test_a_classlink_revision_that_was_applied_is_not_read_again(
    rollbook: Shell, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = sandbox.credentials
    monkeypatch.setenv("ROLLBOOK_SOURCE_API_KEY", keys.classlink_partner_key)
    tenant = ("--host", sandbox.urls.classlink, "--tenant-id", str(keys.classlink_tenant_id))
    rollbook.ok("source", "add", "maple", "--kind", "classlink", *tenant)
    rollbook.ok("schools", "maple", "--create-missing")
    rollbook.ok("sync", "maple")
    assert "SRC-012" not in SyncRun.objects.get().findings
    rollbook.ok("plan", "maple")
    assert SyncRun.objects.order_by("-pk")[0].findings["SRC-012"] == 1


def test_the_kinds_list_their_settings(rollbook: Shell) -> None:
    kinds = rollbook.json("source", "kinds")
    assert {"classlink", "oneroster_csv", "oneroster_rest", "oneroster_sftp"} <= set(kinds)
    assert all(setting["help"] for sheet in kinds.values() for setting in sheet)
    assert "--client-secret" in rollbook.ok("source", "kinds", "oneroster_rest").out
