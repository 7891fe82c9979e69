"""What is looked at on every page, whoever comes by: axe, both colour schemes, the width of a phone, the browser's complaints."""

from __future__ import annotations

from playwright.sync_api import ConsoleMessage, Error, Page, Response
from tests.e2e.addresses import name_of
from tests.e2e.axe import serious

__all__ = ["Lookout"]

_PHONE = 390


class Lookout:
    """A tab with open eyes. ``complaints``: what the pages seen so far did wrong; ``seen``: their names."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.seen: set[str] = set()
        page.on("console", self._said)
        page.on("pageerror", self._broke)
        page.on("response", self._answered)

    def look(self) -> None:
        """The page that is open is looked at, once for every address of that name."""
        name = name_of(self.page.url)
        if name in self.seen:
            return
        self.seen.add(name)
        self.complaints += serious(self.page)
        size = self.page.viewport_size
        self.page.set_viewport_size({"width": _PHONE, "height": 844})
        width = self.page.evaluate("() => document.documentElement.scrollWidth")
        if width > _PHONE:
            self.complaints.append(f"{self.page.url}: {width} px wide on a phone of {_PHONE}")
        if size is not None:
            self.page.set_viewport_size(size)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{self.page.url}: the browser says: {message.text}")

    def _broke(self, error: Error) -> None:
        self.complaints.append(f"{self.page.url}: a script failed: {error.message}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.url}: answered {response.status}")
