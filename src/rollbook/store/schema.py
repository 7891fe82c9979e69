"""Which migrations the code brings and which the database has; asked without loading Django's migration machinery."""

from __future__ import annotations

import pkgutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Protocol

APP: Final = "store"
LOCK: Final = 0x526F6C6C  # "Roll": any number, the same for every command


class Cursor(Protocol):
    """What a Django cursor and a psycopg cursor have in common."""

    def execute(self, query: Any, params: Sequence[Any] | None = None, /) -> Any:
        """Run one statement."""

    def fetchall(self) -> list[Any]:
        """The rows of the last statement."""


def brought() -> frozenset[str]:
    """The names of the migrations in `store/migrations`."""
    directory = Path(__file__).parent / "migrations"
    return frozenset(module.name for module in pkgutil.iter_modules([str(directory)]) if module.name[:1].isdigit())


def applied(cursor: Cursor) -> frozenset[str]:
    """The names of the migrations that the database has; empty for a new database."""
    cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
    if not cursor.fetchall()[0][0]:
        return frozenset()
    cursor.execute("SELECT name FROM django_migrations WHERE app = %s", [APP])
    return frozenset(row[0] for row in cursor.fetchall())


def migrate() -> None:
    """The database has every migration of the code. Django must be set up.

    Two commands that migrate at the same moment wait for each other.
    """
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            call_command("migrate", verbosity=0, interactive=False)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
