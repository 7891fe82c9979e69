"""One sandbox for many tests; each leaves it as on day 1 with nothing set."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rollbook.sandbox.server import Sandbox, Sharing, Switches


@pytest.fixture(scope="module")
def opened() -> Iterator[Sandbox]:
    with Sandbox(students=120, seed=1) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(opened: Sandbox) -> Iterator[Sandbox]:
    yield opened
    opened.clear_faults()
    opened.world.set_switches(**{name: getattr(Switches(), name) for name in Switches.__dataclass_fields__})
    for vendor in ("classlink", "clever"):
        opened.set_sharing(vendor, **{name: getattr(Sharing(), name) for name in Sharing.__dataclass_fields__})
    if opened.world.day != 1:
        opened.set_day(1)
