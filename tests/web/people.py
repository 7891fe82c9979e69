"""Accounts and browsers for the tests of the web, and a count of what a page asks of the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from rollbook.services import accounts, running
from rollbook.store.models import SyncRun

__all__ = ["NOW", "Asked", "asking", "browser", "person", "work"]

NOW = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)


def person(email: str, *places: str, role: str = "district_admin", operator: bool = False) -> User:
    """An account without a password."""
    return accounts.add(email=email, password=None, districts=places, role=role, operator=operator, by="tests", now=NOW)


def browser(account: User) -> Client:
    """A browser in which that account is signed in."""
    client = Client()
    client.force_login(account)
    return client


def work() -> int:
    """What waits in the queue is done, by what a worker calls; how many runs it was."""
    waiting = list(SyncRun.objects.unfinished().filter(worker="").order_by("pk"))
    for run in waiting:
        assert run.job is not None
        running.carry_out(run_id=run.pk, job=run.job)
        with connection.cursor() as cursor:  # the queue's own word that it was done
            cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [run.job])
    return len(waiting)


@dataclass
class Asked:
    """The statements that were sent through Django's connection."""

    statements: list[str]

    @property
    def number(self) -> int:
        return len(self.statements)


@contextmanager
def asking() -> Iterator[Asked]:
    """Counts statements without Django's debug log, which would write down people's names."""
    asked = Asked([])

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.statements.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield asked
