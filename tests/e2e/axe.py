"""What axe finds on a page that keeps somebody out, in the light and in the dark."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

__all__ = ["serious"]

_AXE = Axe()
_WHOLE = {"resultTypes": ["violations"]}
_COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast"]}


def serious(page: Page) -> list[str]:
    """A line for everything serious or critical. In the dark only colours can differ."""
    found = []
    for scheme, options in (("light", _WHOLE), ("dark", _COLOURS)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for violation in _AXE.run(page, options=options).response["violations"]:
            if violation["impact"] in ("serious", "critical"):
                where = ", ".join(str(node["target"][0]) for node in violation["nodes"][:4])
                found.append(f"{page.url} ({scheme}): {violation['id']}: {violation['help']}: {where}")
    page.emulate_media(color_scheme="light")
    return found
