"""What is in use here, and what is wrong with it: the facts behind `rollbook doctor`. Needs no Django."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import psycopg

from rollbook.core.errors import RollbookError
from rollbook.mail.server import ENVIRONMENT as MAIL_SERVER
from rollbook.mail.server import settings_from_url as mail_settings
from rollbook.store import schema, server
from rollbook.store.address import settings_from_url, url_from_settings
from rollbook.store.home import ARTIFACTS, KEY_ENVIRONMENT, KEY_FILE, SECRET_FILE, home_directory

State = Literal["ok", "warn", "fail"]

OLDEST_PYTHON: Final = (3, 11)
OLDEST_SERVER: Final = 150000
SPARSE_DISK: Final = 5 * 1024**3
EMPTY_DISK: Final = 500 * 1024**2
SECONDS_TO_CONNECT: Final = 10
_MAIL_SINCE: Final = "0003_alarm_and_approval"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at. `remedy` is empty when `state` is "ok"."""

    name: str
    state: State
    sentence: str
    remedy: str = ""


def examine() -> list[Check]:
    """Everything that can be wrong with this installation, in the order in which to mend it.

    Starts the embedded server when it is the one in use; changes nothing else. A server that does not answer is a
    failed check, not an error.
    """
    home = home_directory()
    return [_python(), *_home(home), *_secrets(home), *_mail(), *_database(home)]


def _python() -> Check:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST_PYTHON:
        return Check(
            name="python", state="fail", sentence=f"Python {found} is too old.", remedy="Install 3.11 or newer."
        )
    return Check(name="python", state="ok", sentence=f"Python {found}.")


def _home(home: Path) -> Iterator[Check]:
    existing = next(path for path in (home, *home.parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        yield Check(
            name="home",
            state="fail",
            sentence=f"Nothing can be written in {existing}: {error.strerror}.",
            remedy="Set ROLLBOOK_HOME to a directory that you may write.",
        )
        return
    note = "" if home.exists() else ", to be made on first use"
    yield Check(name="home", state="ok", sentence=f"ROLLBOOK_HOME is {home}{note}.")

    free = shutil.disk_usage(existing).free
    sentence = f"{free / 1024**3:.1f} GB free in ROLLBOOK_HOME."
    remedy = "A district of 100,000 students takes about 2 GB with its history: make room, or move ROLLBOOK_HOME."
    state: State = "fail" if free < EMPTY_DISK else "warn" if free < SPARSE_DISK else "ok"
    yield Check(name="disk", state=state, sentence=sentence, remedy="" if state == "ok" else remedy)


def _secrets(home: Path) -> Iterator[Check]:
    if os.environ.get("ROLLBOOK_SECRET_KEY"):
        yield Check(name="secret key", state="ok", sentence="Django's secret comes from ROLLBOOK_SECRET_KEY.")
    else:
        yield _secret_file("secret key", home / SECRET_FILE)
    key = home / KEY_FILE
    if os.environ.get(KEY_ENVIRONMENT):
        yield Check(name="seal", state="ok", sentence=f"The key of snapshots and plans comes from {KEY_ENVIRONMENT}.")
    elif not key.exists() and any(path.is_file() for path in (home / ARTIFACTS).rglob("*")):
        yield Check(
            name="seal",
            state="fail",
            sentence=f"{key.name} is gone: the snapshots and plans in {home / ARTIFACTS} cannot be opened.",
            remedy=f"Put it back from your backup, or set {KEY_ENVIRONMENT}.",
        )
    else:
        yield _secret_file("seal", key)


def _secret_file(name: str, path: Path) -> Check:
    """A file that nobody but its owner may read."""
    if not path.exists():
        return Check(name=name, state="ok", sentence=f"{path.name} is made on first use.")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return Check(
            name=name,
            state="fail",
            sentence=f"{path} can be read by others (mode {mode:04o}).",
            remedy=f"chmod 600 {path}; and replace the secret if others use this machine.",
        )
    return Check(name=name, state="ok", sentence=f"{path.name} is there, for its owner only.")


def _database(home: Path) -> Iterator[Check]:
    given = os.environ.get("DATABASE_URL")
    try:
        settings = settings_from_url(given or server.url(home))
        url = url_from_settings(settings) if given else server.start(home)
    except RollbookError as error:
        yield Check(name="server", state="fail", sentence=error.message, remedy=error.hint)
        return
    shown = url_from_settings({**settings, "OPTIONS": {}}, with_password=False)
    place = f"your own server, {shown}" if given else f"the embedded one in {server.data_directory(home)}"
    try:
        with psycopg.connect(url, connect_timeout=SECONDS_TO_CONNECT, autocommit=True) as connection:
            yield Check(name="server", state="ok", sentence=f"PostgreSQL is {place}, and answers.")
            yield from _questions(connection.cursor())
    except psycopg.Error as error:
        yield Check(
            name="server",
            state="fail",
            sentence=f"PostgreSQL is {place}, and does not answer: {str(error).splitlines()[0]}",
            remedy="Check DATABASE_URL, that the server runs, and that this machine may connect to it."
            if given
            else f"Look into {server.data_directory(home) / 'server.log'}, then: rollbook stop, rollbook doctor.",
        )


def _questions(cursor: psycopg.Cursor[Any]) -> Iterator[Check]:
    number, version, encoding = _row(
        cursor,
        "SELECT current_setting('server_version_num')::int, current_setting('server_version'), "
        "current_setting('server_encoding')",
    )
    if number < OLDEST_SERVER:
        yield Check(
            name="version",
            state="fail",
            sentence=f"PostgreSQL {version} is too old.",
            remedy="Rollbook needs PostgreSQL 15 or newer.",
        )
    else:
        yield Check(name="version", state="ok", sentence=f"PostgreSQL {version}.")

    if encoding != "UTF8":
        yield Check(
            name="encoding",
            state="fail",
            sentence=f"The database is encoded in {encoding}; names will not survive.",
            remedy="Make it again: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.",
        )
    else:
        yield Check(name="encoding", state="ok", sentence="The database is encoded in UTF8.")

    role, is_superuser, sees_all = _row(
        cursor, "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )
    if is_superuser or sees_all:
        yield Check(
            name="role",
            state="fail",
            sentence=f"Rollbook connects as {role}, whom the database's own rules do not bind.",
            remedy=f"Use a role of its own: ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS, or a new one in DATABASE_URL.",
        )
    else:
        yield Check(name="role", state="ok", sentence=f"Rollbook connects as {role}, no superuser.")

    brought, applied = schema.brought(), schema.applied(cursor)
    if applied - brought:
        yield Check(
            name="migrations",
            state="fail",
            sentence="The database was made by a newer Rollbook than this one.",
            remedy="Install the newer version again.",
        )
    elif brought - applied:
        yield Check(
            name="migrations",
            state="warn",
            sentence=f"{len(brought - applied)} of {len(brought)} migrations are pending.",
            remedy="Run: rollbook migrate",
        )
    else:
        yield Check(name="migrations", state="ok", sentence=f"All {len(brought)} migrations are applied.")
    if _MAIL_SINCE in applied:
        yield _letters(cursor)


def _mail() -> Iterator[Check]:
    """What is said of the address alone; whether mails arrive there, the letters say."""
    given = os.environ.get(MAIL_SERVER, "")
    try:
        settings = mail_settings(given)
    except RollbookError as error:
        yield Check(name="mail", state="fail", sentence=error.message, remedy=error.hint)
        return
    if settings["EMAIL_HOST"]:
        sentence = f"Mails go to {settings['EMAIL_HOST']}, port {settings['EMAIL_PORT']}."
    else:
        sentence = "Mails are printed." if given else f"No mail server is named ({MAIL_SERVER}): mails wait."
    yield Check(name="mail", state="ok", sentence=sentence)


def _letters(cursor: psycopg.Cursor[Any]) -> Check:
    waiting, failing, oldest, error = _row(
        cursor,
        "SELECT count(*), count(*) FILTER (WHERE tries > 0), to_char(min(created_at), 'YYYY-MM-DD HH24:MI'), "
        "max(error) FROM letter WHERE sent_at IS NULL",
    )
    if failing:
        return Check(
            name="letters",
            state="fail",
            sentence=f"{failing} mails could not be sent ({error}), the oldest of {oldest}. They are tried again.",
            remedy="Try rollbook notify test ADDRESS; it says what is wrong.",
        )
    if waiting and not os.environ.get(MAIL_SERVER):
        return Check(
            name="letters",
            state="warn",
            sentence=f"{waiting} mails wait, the oldest of {oldest}: no mail server is named.",
            remedy=f"Set {MAIL_SERVER}, such as smtp://user:password@mail.example.org:587.",
        )
    return Check(
        name="letters", state="ok", sentence=f"{waiting} mails wait to be sent." if waiting else "No mail waits."
    )


def _row(cursor: psycopg.Cursor[Any], query: str) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = cursor.execute(query.encode()).fetchone()
    if row is None:
        raise psycopg.DataError("the server's answer is empty")
    return row
