"""Whether this process can serve."""

from __future__ import annotations

from django.db import DatabaseError, InterfaceError, connection

from rollbook.store import schema

__all__ = ["checks"]


def checks() -> dict[str, bool]:
    """``database``: it answers; ``tables``: they are those of this version. Never raises for a database that is away."""
    try:
        with connection.cursor() as cursor:
            applied = schema.applied(cursor)
    except (DatabaseError, InterfaceError):
        connection.close()  # another session, if there is one
        return {"database": False, "tables": False}
    return {"database": True, "tables": applied == schema.brought()}
