"""What is looked at on every page, whoever comes by: axe, both colour schemes, the width of a phone, the browser's complaints."""

from __future__ import annotations

from playwright.sync_api import ConsoleMessage, Error, Page, Response
from playwright.sync_api import TimeoutError as Late
from tests.e2e.addresses import kind_of
from tests.e2e.axe import serious

__all__ = ["Lookout"]

_PHONE = 390
_SETTLES = 3000.0
"""Milliseconds."""


class Lookout:
    """A tab with open eyes. ``complaints``: what the pages did wrong; ``seen``: which were looked at already, here or by
    others that share it."""

    def __init__(self, page: Page, seen: set[str] | None = None) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.seen = set() if seen is None else seen
        page.on("console", self._said)
        page.on("pageerror", self._broke)
        page.on("response", self._answered)

    def look(self, state: str = "") -> None:
        """The page that is open is looked at, once for every kind of page and ``state`` of it."""
        kind = f"{kind_of(self.page.url)} {state}".strip()
        if kind in self.seen:
            return
        self.seen.add(kind)
        self.complaints += serious(self.page)
        size = self.page.viewport_size
        self.page.set_viewport_size({"width": _PHONE, "height": 844})
        try:  # charts take a moment to find their new width
            self.page.wait_for_function(f"() => document.documentElement.scrollWidth <= {_PHONE}", timeout=_SETTLES)
        except Late:
            width = self.page.evaluate("() => document.documentElement.scrollWidth")
            self.complaints.append(f"{self.page.url} {state}: {width} px wide on a phone of {_PHONE}")
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
