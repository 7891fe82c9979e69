"""What a command does before its work: start the server, bring the tables up to date, or say why it cannot."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from rollbook.store import schema, server

pytestmark = pytest.mark.slow

# A command that needs the database and nothing else.
COMMAND = """
import sys
from rollbook.cli import main as front
from rollbook.cli.boot import boot

def look(as_json: bool = front.typer.Option(False, "--json")) -> None:
    boot()
    from django.db import connection
    print(connection.settings_dict["NAME"])

front.Command.load = lambda self: look
front.COMMANDS = (front.Command("look", "", "Looks.", front.INSTALLATION),)
sys.exit(front.main(["look", *sys.argv[1:]]))
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A home with nothing in it."""
    place = Path(tempfile.mkdtemp(prefix="rollbook-boot-"))
    place.chmod(0o755)
    yield place
    server.stop(place)
    shutil.rmtree(place)


def begin(home: Path, *words: str, database: str = "") -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"ROLLBOOK_HOME": str(home), **({"DATABASE_URL": database} if database else {})}
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, *words],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def applied(url: str) -> frozenset[str]:
    with psycopg.connect(url) as connection:
        return schema.applied(connection.cursor())


def test_the_first_command_finds_nothing_and_leaves_a_server_with_tables(home: Path) -> None:
    first = begin(home)
    out, err = first.communicate(timeout=120)
    assert (first.returncode, out) == (0, "rollbook\n"), err
    assert "Preparing the database" in err
    assert applied(server.url(home)) == schema.brought() != frozenset()
    second = begin(home)
    assert second.communicate(timeout=120) == ("rollbook\n", "")


def test_first_commands_that_start_together_all_work(home: Path) -> None:
    started = [begin(home) for _ in range(3)]
    said = [process.communicate(timeout=120) for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], said
    assert applied(server.url(home)) == schema.brought()


def test_a_server_of_your_own_is_not_changed_without_being_asked(home: Path) -> None:
    url = server.start(home)
    refused = begin(home, "--json", database=url)
    error = json.loads(refused.communicate(timeout=120)[0])["error"]
    assert refused.returncode == 10
    assert "rollbook migrate" in error["hint"]
    assert error["detail"]["pending"] == sorted(schema.brought())
    assert applied(url) == frozenset()


def test_a_database_of_a_newer_version_is_refused(home: Path) -> None:
    with psycopg.connect(server.start(home)) as connection:
        connection.execute("CREATE TABLE django_migrations (app text, name text)")
        connection.execute("INSERT INTO django_migrations VALUES ('store', '9999_from_the_future')")
    refused = begin(home, "--json")
    error = json.loads(refused.communicate(timeout=120)[0])["error"]
    assert refused.returncode == 10
    assert error["detail"] == {"unknown": ["9999_from_the_future"]}


def test_a_database_that_does_not_answer_is_a_sentence_without_the_password(home: Path) -> None:
    refused = begin(home, "--json", database="postgresql://ann:s3cret@127.0.0.1:1/roll")
    out, err = refused.communicate(timeout=120)
    assert refused.returncode == 10
    assert json.loads(out)["error"]["code"] == "ConfigError"
    assert "Traceback" not in err
    assert "s3cret" not in out + err
