"""People at a browser: Alice runs the district, Dan only looks, Charlie is from another district."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # Django is not set up yet when this file is read
    from django.test import Client
    from tests.engine.commands import Shell


class _Undefined(logging.Handler):
    """Django says at debug level that a template named something that is not there, and shows nothing for it."""

    def emit(self, record: logging.LogRecord) -> None:
        if "resolving variable" in record.msg:
            raise AssertionError(record.getMessage())


@pytest.fixture(autouse=True)
def _undefined_variables_fail() -> Iterator[None]:
    """A template that names what is not there fails its test."""
    logger = logging.getLogger("django.template")
    handler, level = _Undefined(), logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield
    logger.removeHandler(handler)
    logger.setLevel(level)


@pytest.fixture
def maple(tmp_path: Path, capsys: pytest.CaptureFixture[str], transactional_db: None) -> Shell:
    """The example district, synced once."""
    from tests.engine.commands import Shell

    shell = Shell(tmp_path, capsys)
    shell.begin()
    return shell


@pytest.fixture
def alice(maple: Shell) -> Client:
    """District administrator."""
    from tests.web.people import browser, person

    return browser(person("alice@example.org", "maple"))


@pytest.fixture
def dan(maple: Shell) -> Client:
    """District staff: looks, decides nothing."""
    from tests.web.people import browser, person

    return browser(person("dan@example.org", "maple", role="district_staff"))


@pytest.fixture
def charlie(transactional_db: None) -> Client:
    """Administrator of another district."""
    from tests.web.people import browser, person

    from rollbook.services import districts

    districts.add(slug="oak-hill", name="Oak Hill", by="tests")
    return browser(person("charlie@example.org", "oak-hill"))
