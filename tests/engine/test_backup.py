"""Backup and restore as the page says, by the scripts that it names: dump, restore into a new database and a new home, and
a plan against it is empty."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection as database
from tests import pg15
from tests.engine.commands import DAY1, Shell

from rollbook.store.models import Student, SyncRun
from rollbook.store.programs import find_programs

pytestmark = pytest.mark.django_db(transaction=True)

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def rollbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(tmp_path, capsys)


def programs() -> Path:
    """The client programs of the server that the suite uses: the wheel's, or those of the system's PostgreSQL."""
    found = pg15.find() if os.environ.get("DATABASE_URL") else None
    return found or find_programs(Path(os.environ["ROLLBOOK_HOME"])).directory


def url_of(name: str) -> str:
    """A database of the suite's server, by its address."""
    given = settings.DATABASES["default"]
    login = f"{given['USER']}:{given['PASSWORD']}" if given["PASSWORD"] else given["USER"]
    if str(given["HOST"]).startswith("/"):
        return f"postgresql:///{name}?host={given['HOST']}&user={given['USER']}"
    return f"postgresql://{login}@{given['HOST']}:{given['PORT']}/{name}"


@pytest.fixture
def empty() -> Iterator[str]:
    """The address of a new, empty database."""
    name = f"restored_{uuid.uuid4().hex[:8]}"
    with database.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    yield url_of(name)
    with database.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def call(*words: str | Path, home: Path, url: str) -> subprocess.CompletedProcess[str]:
    environment = {"ROLLBOOK_HOME": str(home), "DATABASE_URL": url, "PG_BIN": str(programs())}
    return subprocess.run(
        [str(word) for word in words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_restored_installation_goes_on_where_the_backup_stood(rollbook: Shell, empty: str, tmp_path: Path) -> None:
    rollbook.begin()
    home, folder, other = Path(os.environ["ROLLBOOK_HOME"]), tmp_path / "backup", tmp_path / "home"
    ours = url_of(str(database.settings_dict["NAME"]))
    done = call(DEPLOY / "backup", folder, home=home, url=ours)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in folder.iterdir()} == {"rollbook.dump", "artifacts.tar", "keys"}
    assert (folder / "keys" / "rollbook.key").stat().st_mode & 0o077 == 0
    assert call(DEPLOY / "backup", folder, home=home, url=ours).returncode == 1, "a backup is never written over"

    run = SyncRun.objects.latest("pk")
    students = Student.objects.count()
    rollbook.ok("undo", str(run.pk))
    assert Student.objects.filter(status="active").count() < students, "what is broken afterwards, the backup has"

    restored = call(DEPLOY / "restore", folder, home=other, url=empty)
    assert restored.returncode == 0, restored.stderr
    again = call(DEPLOY / "restore", folder, home=tmp_path / "third", url=empty)
    assert (again.returncode, "tables already" in again.stderr) == (1, True), "nothing is restored over anything"

    def there(*words: str) -> dict[str, object]:
        said = call(sys.executable, "-m", "rollbook.cli.main", *words, "--json", home=other, url=empty)
        assert said.returncode == 0, said.stderr + said.stdout
        found: dict[str, object] = json.loads(said.stdout)
        return found

    assert there("plan", "maple", "--on", DAY1)["empty"] is True
    shown = there("show", str(run.pk))
    assert isinstance(shown["lines"], list)
    assert len(shown["lines"]) > students, "the kept plan opens with the kept key"
    [source] = there("status")["sources"]  # type: ignore[misc]
    assert source["health"] in ("good", "planned")
    assert source["slug"] == "maple"
    rollbook.receive(2)
    assert there("sync", "maple", "--on", "2026-09-02")["empty"] is False, "and the next day is synced"


@pytest.mark.parametrize("script", ["backup", "restore"])
def test_a_script_that_lacks_something_says_so_and_does_nothing(script: str, tmp_path: Path) -> None:
    folder = tmp_path / "nothing"
    said = subprocess.run(
        [DEPLOY / script, str(folder)], env={"PATH": os.defpath}, capture_output=True, text=True, check=False
    )
    assert said.returncode != 0
    assert "ROLLBOOK_HOME" in said.stderr
    assert list(tmp_path.iterdir()) == []
