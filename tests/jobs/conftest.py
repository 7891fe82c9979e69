"""A district whose files have arrived, and a queue without anything of other tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db import connection as database
from tests.engine.commands import Shell

if TYPE_CHECKING:
    from rollbook.store.models import SourceConnection


@pytest.fixture(autouse=True)
def queue(transactional_db: None) -> Iterator[None]:
    """The queue is empty before and after: its tables are not Django's, and are not emptied with the others."""
    _empty()
    yield
    _empty()


def _empty() -> None:
    with database.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers CASCADE")
        cursor.execute("TRUNCATE procrastinate_workers CASCADE")


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """A terminal."""
    return Shell(tmp_path, capsys)


@pytest.fixture
def maple(shell: Shell) -> SourceConnection:
    """Maple Valley after its first morning."""
    from rollbook.store.models import SourceConnection  # Django is set up after this file is read

    shell.begin()
    return SourceConnection.objects.select_related("district").get(district__slug="maple")
