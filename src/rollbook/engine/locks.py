"""Who may write: one run at a time per connection (R-14), one writer at a time per district (R-1)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection

from rollbook.core.errors import LeaseLost

__all__ = ["add_revision", "holders", "is_free", "lease", "lock_district"]

_SPACE: Final = 0x52 << 56  # "R": keeps our advisory locks apart from those of other programs on the same database


@contextmanager
def lease(connection_id: int) -> Iterator[None]:
    """Inside the block no other session works on this connection. The lease ends with the block, or with the process.

    Raises LeaseLost at once when another session has it.
    """
    if not _take(connection_id):
        raise LeaseLost(
            "Another run of this connection is at work.",
            hint="Wait until it has ended; rollbook runs shows it.",
            detail={"connection": connection_id},
        )
    try:
        yield
    finally:
        if connection.connection is not None and connection.is_usable():  # a session that is gone holds nothing
            _give_back(connection_id)


def is_free(connection_id: int) -> bool:
    """Whether nobody works on this connection now."""
    if not _take(connection_id):
        return False
    _give_back(connection_id)
    return True


def holders(connection_id: int, mark: str) -> list[int]:
    """The sessions named ``mark``, not this one, that work on this connection now."""
    key = _SPACE | connection_id
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid)
               WHERE application_name = %s AND locktype = 'advisory' AND objsubid = 1 AND granted
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
               AND classid = %s AND objid = %s AND pid <> pg_backend_pid()""",
            [mark, key >> 32, key & 0xFFFFFFFF],
        )
        return [row[0] for row in cursor.fetchall()]


def lock_district(cursor: Any, district_id: int) -> int:
    """This transaction is the only one that writes the district's directory until it ends; its revision is returned."""
    cursor.execute("SELECT revision FROM district WHERE id = %s FOR UPDATE", [district_id])
    return int(cursor.fetchone()[0])


def add_revision(cursor: Any, district_id: int) -> None:
    """Plans made before this transaction are stale once it is committed. Every writer of the directory calls it."""
    cursor.execute("UPDATE district SET revision = revision + 1 WHERE id = %s", [district_id])


def _take(connection_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_SPACE | connection_id])
        return bool(cursor.fetchone()[0])


def _give_back(connection_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [_SPACE | connection_id])
