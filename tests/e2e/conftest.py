"""One installation for the whole session, a browser a module, and a tab a test that minds what goes wrong in it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from tests.e2e import chromium
from tests.e2e.installation import PATIENCE, Installation, running
from tests.e2e.look import Lookout


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What lies here is marked ``e2e``."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def installation() -> Iterator[Installation]:
    """Nobody and nothing is in it yet."""
    if chromium.find() is None:
        pytest.skip(chromium.MISSING)
    home = Path(tempfile.mkdtemp(prefix="rollbook-e2e-"))
    try:
        with running(home) as found:
            yield found
    finally:
        shutil.rmtree(home)


@pytest.fixture(scope="module")
def browser(installation: Installation) -> Iterator[Browser]:
    """Gone with the module: while Playwright is there, this thread counts as asynchronous."""
    del installation
    with chromium.running() as found:
        yield found


@pytest.fixture(scope="module")
def seen() -> set[str]:
    """What the tests of a module have looked at: each kind of page once."""
    return set()


@pytest.fixture
def lookout(browser: Browser, seen: set[str], request: pytest.FixtureRequest) -> Iterator[Lookout]:
    """A tab; at the end of the test it must have had nothing to complain of. With the marker ``no_javascript`` it has
    none."""
    has_script = request.node.get_closest_marker("no_javascript") is None
    page: Page = browser.new_page(reduced_motion="reduce", java_script_enabled=has_script)
    page.set_default_timeout(PATIENCE * 1000)
    found = Lookout(page, seen)
    yield found
    page.context.close()
    assert found.complaints == []
