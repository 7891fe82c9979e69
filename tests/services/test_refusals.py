"""A source that does not let us read: what is told of it, when, and that it is over."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import pytest
from tests.engine.commands import DAY1, Shell

from rollbook.core.errors import AuthError, ConfigError, RollbookError, TransientError
from rollbook.services import reading, steady
from rollbook.store.models import Alarm, Letter

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def maple(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """A district whose first morning is done, and somebody who wants to know."""
    shell = Shell(tmp_path, capsys)
    shell.begin()
    shell.ok("notify", "add", "maple", "ann@example.org")
    return shell


def titles() -> list[str]:
    return [letter.subject.removeprefix("Maple Valley: ") for letter in Letter.objects.order_by("id")]


REFUSALS: list[tuple[str, RollbookError, str, str]] = [
    ("the key is refused", AuthError("The server refused the key."), "The credentials stopped working", "credentials"),
    (
        "the app is off",
        ConfigError("The district turned the app off.", detail={"suspended": "disabled"}),
        "The source is suspended",
        "suspended",
    ),
    ("a wrong setting", ConfigError("There is nothing at that address."), "The sync failed", "failed"),
]


@pytest.mark.parametrize(
    ("error", "title", "kind"), [row[1:] for row in REFUSALS], ids=[row[0].replace(" ", "-") for row in REFUSALS]
)
def test_a_source_that_refuses_us_is_told_and_its_return(
    maple: Shell, monkeypatch: pytest.MonkeyPatch, error: RollbookError, title: str, kind: str
) -> None:
    def refuse(*_given: object, **_more: object) -> NoReturn:
        raise error

    with monkeypatch.context() as context:
        context.setattr(reading, "read", refuse)
        context.setattr(steady, "find", lambda *_given: None)
        for _ in range(2):
            assert maple("sync", "maple", "--on", DAY1).code == error.exit_code
    assert titles() == [title]
    assert error.message in Letter.objects.get().text
    maple.ok("sync", "maple", "--on", DAY1)
    assert len(titles()) == 2
    assert Alarm.objects.get(kind=kind).over_told_at is not None


def test_a_busy_server_is_told_only_when_it_stays_busy(maple: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_given: object, **_more: object) -> NoReturn:
        raise TransientError("The server is busy.")

    with monkeypatch.context() as context:
        context.setattr(reading, "read", busy)
        context.setattr(steady, "find", lambda *_given: None)
        for _ in range(4):
            maple("sync", "maple", "--on", DAY1)
        assert titles() == []
        maple("sync", "maple", "--on", DAY1)
        assert titles() == ["The sync failed"]
    maple.ok("sync", "maple", "--on", DAY1)
    assert titles() == ["The sync failed", "The sync works again"]
