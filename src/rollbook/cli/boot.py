"""What every command that needs the database does first."""

from __future__ import annotations

import os
import sys

from rollbook.cli import logs
from rollbook.core.errors import ConfigError
from rollbook.store import schema, server
from rollbook.store.home import home_directory

SETTINGS = "rollbook.config.settings"

home = home_directory


def boot(*, with_migrations: bool = True) -> None:
    """Django is set up, the database answers, and (unless `with_migrations` is off) its tables are up to date.

    The embedded server is started when DATABASE_URL names no other, and migrated by itself. A server of your own is
    never changed without being asked: there, pending migrations raise ConfigError.
    """
    logs.configure()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    is_embedded = start_embedded()

    import django
    from django.db import OperationalError, connection

    django.setup()
    from rollbook.services import traces

    traces.configure()
    try:
        with connection.cursor() as cursor:
            applied = schema.applied(cursor)
    except OperationalError as error:
        raise ConfigError(
            "The database does not answer.",
            hint="Look with rollbook doctor; it tests DATABASE_URL step by step.",
            detail={"database": "embedded" if is_embedded else "DATABASE_URL", "kind": type(error.__cause__).__name__},
        ) from error
    brought = schema.brought()
    if applied - brought:
        raise ConfigError(
            "The database was made by a newer Rollbook than this one.",
            hint="Install the newer version again; going back is not possible.",
            detail={"unknown": sorted(applied - brought)},
        )
    if not with_migrations or applied == brought:
        return
    if not is_embedded:
        raise ConfigError(
            f"The database lacks {len(brought - applied)} of this version's migrations.",
            hint="Make a backup, then run: rollbook migrate",
            detail={"pending": sorted(brought - applied)},
        )
    sys.stderr.write("Preparing the database…\n" if not applied else "Bringing the database up to date…\n")
    schema.migrate()


def start_embedded() -> bool:
    """The embedded server runs, when it is the one in use (True). One of your own is left alone."""
    is_embedded = not os.environ.get("DATABASE_URL")
    if is_embedded:
        server.start(home_directory())
    return is_embedded


def stop_embedded() -> None:
    """The embedded server does not run any more, when it is the one in use. One of your own is left alone."""
    if not os.environ.get("DATABASE_URL"):
        server.stop(home_directory())
