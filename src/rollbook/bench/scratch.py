"""Databases that exist for one measurement only."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from rollbook.core.errors import ConfigError
from rollbook.store import server
from rollbook.store.address import settings_from_url, url_from_settings
from rollbook.store.home import home_directory

__all__ = ["scratch_database", "server_url", "server_version"]


def server_url() -> str:
    """The database that this installation uses; the embedded server is started when it is that."""
    return os.environ.get("DATABASE_URL") or server.start(home_directory())


def server_version(url: str) -> str:
    """The version of the server, as it writes it."""
    with psycopg.connect(url) as connection:
        return str(connection.info.parameter_status("server_version"))


@contextmanager
def scratch_database(url: str) -> Iterator[str]:
    """An empty database beside the one at ``url``, by its own URL; it is gone afterwards, whatever happens.

    Raises ConfigError when the role may not make databases.
    """
    name = f"rollbook_bench_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as admin:
        try:
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege as error:
            raise ConfigError(
                "The database's role may not make the scratch databases that measuring needs.",
                hint="Measure on the embedded server (without DATABASE_URL), or as a role with CREATEDB.",
            ) from error
        try:
            yield url_from_settings({**settings_from_url(url), "NAME": name})
        finally:
            # not WITH (FORCE): no superuser here, and an autovacuum worker in it is one; it is asked to go by itself
            admin.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
