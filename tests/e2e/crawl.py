"""From page to page by links, and by the buttons of forms that only ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from playwright.sync_api import Page
from tests.e2e.addresses import name_of, pages
from tests.e2e.installation import Installation

__all__ = ["archive_one", "crawl", "furnish", "read_source"]

OF_A_KIND = 3
"""How many addresses of one name are opened: an applied run has links that a planned one has not."""
_LEADS = """() => [
  ...[...document.querySelectorAll("a[href^='/']")].map(a => a.getAttribute("href")),
  ...[...document.querySelectorAll("form[method=get][action^='/']")].map(form => {
    const asked = new URLSearchParams(new FormData(form)), button = form.querySelector("button[name]");
    if (button) asked.append(button.name, button.value);
    return form.getAttribute("action") + "?" + asked;
  }),
]"""


def crawl(page: Page, url: str, starts: Iterable[str], visit: Callable[[str, int], None]) -> dict[str, str]:
    """Name → the first address of every page that was found. ``visit`` is called with the address and the status of each
    page while it is open."""
    wanted, waiting = pages(), list(starts)
    met = {name_of(address): {urlsplit(address).path} for address in waiting}
    found = {name_of(address): address for address in waiting}
    while waiting:
        address = waiting.pop(0)
        answer = page.goto(url + address)
        visit(address, answer.status if answer else 0)
        for lead in page.evaluate(_LEADS):
            name, path = name_of(lead), urlsplit(lead).path
            here = met.setdefault(name, set())
            if name in wanted and path not in here and len(here) < OF_A_KIND:
                here.add(path)
                found.setdefault(name, lead)
                waiting.append(lead)
    return found


def furnish(installation: Installation, slug: str) -> None:
    """The district, which was synced once, has of everything that people make by hand."""
    words = installation.home / "words.txt"
    words.write_text("Pictures are taken on Thursday. Bring a smile.\n")
    installation.run(("announce", slug, "--title", "Picture day", "--text", str(words)))
    installation.run(("attributes", slug, "--define", "Bus route"))


def archive_one(page: Page, url: str, slug: str) -> None:
    """Somebody has archived the first student of the directory, and looks at what was done."""
    page.goto(f"{url}/d/{slug}/students/")
    page.locator("input.pick").first.check()
    page.get_by_role("button", name="Archive …").click()
    page.locator("#reason").fill("moved away")
    page.locator("main form button").last.click()


def read_source(page: Page, url: str, slug: str) -> None:
    """A worker has read what the district's source offers, for steps 3 and 4."""
    page.goto(f"{url}/d/{slug}/set-up/")
    page.goto(url + str(page.locator("a[href$='/schools/'][href*='/sources/']").first.get_attribute("href")))
    page.get_by_role("button", name="Read the source").click()
    page.get_by_role("heading", name="In sum").wait_for()
