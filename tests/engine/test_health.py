"""`rollbook doctor` on installations that are well and on ones that are not."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from rollbook.cli.main import main
from rollbook.store import health, schema, server
from rollbook.store.home import ARTIFACTS, KEY_FILE, SECRET_FILE, secret_from

pytestmark = pytest.mark.slow


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The home of an installation that nothing was done with yet."""
    place = Path(tempfile.mkdtemp(prefix="rollbook-health-"))
    place.chmod(0o755)
    monkeypatch.setenv("ROLLBOOK_HOME", str(place))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("ROLLBOOK_SECRET_KEY", raising=False)
    monkeypatch.delenv("ROLLBOOK_KEY", raising=False)
    yield place
    server.stop(place)
    shutil.rmtree(place)


def states() -> dict[str, str]:
    return {check.name: check.state for check in health.examine()}


def test_a_new_installation_is_well_but_for_its_migrations(home: Path) -> None:
    found = states()
    assert found.pop("migrations") == ("warn" if schema.brought() else "ok")
    assert set(found.values()) == {"ok"}


def test_every_complaint_says_what_to_do(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://ann:s3cret@127.0.0.1:1/roll")
    for check in health.examine():
        assert bool(check.remedy) == (check.state != "ok"), check
        assert "s3cret" not in check.sentence + check.remedy
    assert states()["server"] == "fail"


def test_a_secret_that_others_can_read_is_a_failure(home: Path) -> None:
    secret_from(home / SECRET_FILE)
    (home / SECRET_FILE).chmod(0o644)
    assert states()["secret key"] == "fail"


def test_sealed_artifacts_without_their_key_are_a_failure(home: Path) -> None:
    assert states()["seal"] == "ok"
    (home / ARTIFACTS / "1").mkdir(parents=True)
    (home / ARTIFACTS / "1" / "a.sealed").touch()
    assert states()["seal"] == "fail"
    secret_from(home / KEY_FILE)
    assert states()["seal"] == "ok"


def test_a_superuser_is_a_failure(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server.start(home)
    monkeypatch.setenv("DATABASE_URL", server.url(home, role=server.SUPERUSER))
    assert states()["role"] == "fail"


def test_a_database_that_cannot_hold_every_name_is_a_failure(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with psycopg.connect(server.start(home), autocommit=True) as connection:
        connection.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0 LOCALE_PROVIDER libc")
    monkeypatch.setenv("DATABASE_URL", server.url(home, database="latin"))
    assert states()["encoding"] == "fail"


def test_a_database_of_a_newer_version_is_a_failure(home: Path) -> None:
    with psycopg.connect(server.start(home)) as connection:
        connection.execute("CREATE TABLE django_migrations (app text, name text)")
        connection.execute("INSERT INTO django_migrations VALUES ('store', '9999_from_the_future')")
    assert states()["migrations"] == "fail"


def test_doctor_prints_json_and_its_exit_code_tells(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True
    (home / SECRET_FILE).touch(0o666)
    (home / SECRET_FILE).chmod(0o666)
    assert main(["doctor", "--json"]) == 10
    assert json.loads(capsys.readouterr().out)["ok"] is False


def test_stop_says_whether_there_was_something_to_stop(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server.start(home)
    assert main(["stop", "--json"]) == 0
    assert main(["stop", "--json"]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["stopped"], second["stopped"]) == (True, False)
