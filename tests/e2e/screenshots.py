"""Pictures of every page, for docs/screens: ``make screenshots``. Everybody on them is invented."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page
from tests.e2e import chromium
from tests.e2e.addresses import pages
from tests.e2e.crawl import archive_one, crawl, furnish, read_source
from tests.e2e.installation import ANA, PATIENCE, ROOT, Installation, running

__all__ = ["main"]

TARGET: Final = ROOT / "docs" / "screens"
DESK, PHONE = {"width": 1080, "height": 640}, {"width": 390, "height": 844}
DARK: Final = ("home", "preview")
SMALL: Final = ("home", "set-up", "students", "preview")
NO_LINK: Final = {"sign-in": "/sign-in/", "gallery": "/components/"}
NOT_SHOWN: Final = frozenset({"sign-in-link", "classroom-why", "person-why"})
"""A page of one sentence, and two that look like student-why."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: a page, how it is looked at, and the file."""

    name: str
    address: str
    way: str

    @property
    def file(self) -> str:
        """Its name in the folder."""
        return f"{self.name}{'' if self.way == 'light' else f'-{self.way}'}.png"


def main() -> None:
    """docs/screens holds a picture of every page, and a page that shows them."""
    home = Path(tempfile.mkdtemp(prefix="rollbook-screens-"))
    try:
        with running(home) as installation, chromium.running() as browser:
            installation.run(
                ("demo", "--no-serve"),
                ("district", "add", "oak-hill", "--name", "Oak Hill"),
                ("user", "add", ANA, "--district", "maple-valley", "--district", "oak-hill", "--operator"),
                ("check", "maple-valley"),
                ("duplicates", "maple-valley"),
            )
            furnish(installation, "maple-valley")
            shutil.rmtree(TARGET, ignore_errors=True)
            TARGET.mkdir(parents=True)
            shots = list(_shots(installation, browser))
    finally:
        shutil.rmtree(home)
    (TARGET / "README.md").write_text(_page(shots), encoding="utf-8")
    size = sum(path.stat().st_size for path in TARGET.iterdir())
    sys.stderr.write(f"{len(shots)} pictures, {size / 1e6:.1f} MB, in {TARGET.relative_to(ROOT)}\n")


def _shots(installation: Installation, browser: Browser) -> Iterator[Shot]:
    page = browser.new_page(viewport=DESK, reduced_motion="reduce")  # type: ignore[arg-type]
    page.set_default_timeout(PATIENCE * 1000)
    yield _take(page, installation, Shot("sign-in", NO_LINK["sign-in"], "light"))
    page.goto(installation.link())
    page.get_by_role("button").press("Enter")
    page.wait_for_url(f"{installation.url}/")
    archive_one(page, installation.url, "maple-valley")
    read_source(page, installation.url, "maple-valley")
    starts = ["/d/maple-valley/", "/", NO_LINK["gallery"]]
    found = crawl(page, installation.url, starts, lambda _address, _status: None)
    missing = pages() - set(found) - set(NO_LINK) - NOT_SHOWN
    if missing:
        sys.stderr.write(f"No link of this district leads to: {', '.join(sorted(missing))}\n")
    for name in sorted(set(found) - NOT_SHOWN):
        for way in ("light", *(["dark"] if name in DARK else []), *(["phone"] if name in SMALL else [])):
            yield _take(page, installation, Shot(name, found[name], way))


def _take(page: Page, installation: Installation, shot: Shot) -> Shot:
    page.set_viewport_size(PHONE if shot.way == "phone" else DESK)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="dark" if shot.way == "dark" else "light")
    page.goto(installation.url + shot.address)
    page.screenshot(path=TARGET / shot.file, animations="disabled")
    return shot


def _page(shots: list[Shot]) -> str:
    lines = [
        "# The pages of Rollbook, as pictures",
        "",
        "Made by `make screenshots` from the district of `rollbook demo`; everybody on them is invented.",
    ]
    for shot in shots:
        lines += ["", f"## {shot.name}, {shot.way}", "", f"![{shot.name}]({shot.file})"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rollbook.config.settings")
    import django

    django.setup()
    main()
