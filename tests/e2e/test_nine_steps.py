"""From an empty district to a clean directory, by keyboard only: against ClassLink, Clever and SFTP."""

from __future__ import annotations

import pytest
from tests.e2e.by_hand import NOTHING, Made, by_hand, sandbox_files
from tests.e2e.installation import ANA, Installation
from tests.e2e.keyboard import Keyboard
from tests.e2e.look import Lookout
from tests.e2e.walk import Walk

WAYS = {
    "classlink": ("ClassLink", "ClassLink, proxy", {}),
    "clever": ("Clever", "Clever", {}),
    "sftp": ("OneRoster CSV by SFTP", "SFTP", {"Path": "/"}),
}
"""Source → its name in the list of ways, on the sandbox's console, and what only Rollbook asks for."""


def begin(installation: Installation, lookout: Lookout, slug: str, *, with_axe: bool = True) -> Walk:
    """Somebody new at an empty district."""
    installation.run(
        ("district", "add", slug, "--name", f"{slug.title()} Creek"), ("user", "add", ANA, "--district", slug)
    )
    return Walk(installation, lookout, Keyboard(lookout.page), slug, with_axe)


def take(walk: Walk, source: str, made: Made = NOTHING) -> None:
    """The nine steps; the second, which is for signing in, at the end, when the roster knows somebody, and at ClassLink."""
    way, vendor, more = WAYS[source]
    walk.sign_in()
    walk.connect(way, vendor, **more)
    walk.match_schools()
    walk.settle_classrooms(taken=made.taken, archived=made.archived)
    walk.settle()
    walk.check()
    walk.launch()
    walk.check_results()
    walk.clean_up(made.students)
    if source == "classlink":
        walk.sign_on()
    walk.all_done()


def test_the_nine_steps_with_classlink_where_people_had_begun_by_hand(
    installation: Installation, lookout: Lookout
) -> None:
    walk = begin(installation, lookout, "classlink")
    take(walk, "classlink", by_hand(installation, "classlink", sandbox_files(installation)))


@pytest.mark.parametrize("source", ["clever", "sftp"])
def test_the_nine_steps_from_nothing(installation: Installation, lookout: Lookout, source: str) -> None:
    take(begin(installation, lookout, source), source)


@pytest.mark.no_javascript
def test_the_nine_steps_without_javascript(installation: Installation, lookout: Lookout) -> None:
    take(begin(installation, lookout, "plain", with_axe=False), "classlink")
