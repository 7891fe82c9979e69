"""Every page that there is can be reached from the first one by links, and keeps nobody out."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from tests.e2e.addresses import NOT_PAGES, name_of, pages
from tests.e2e.installation import ANA, Installation
from tests.e2e.look import Lookout

from rollbook.sandbox.district import generate

DAYS = ("2026-09-01", "2026-09-02")
NO_LINK = {
    "sign-in": "/sign-in/",
    "sign-in-link": "/sign-in/somebody-s-old-link/",
    "gallery": "/components/",
}
"""Pages that no page leads to, and where they are."""
OF_A_KIND = 3
"""How many addresses of one name are opened: an applied run has links that a planned one has not."""


@pytest.fixture(scope="module")
def elm(installation: Installation) -> str:
    """A district with two mornings: one applied, one planned with holds."""
    folder = installation.home / "elm"
    folder.mkdir()
    generate(folder, students=60, seed=3, day=1)
    one = next(line for line in (folder / "users.csv").open("rb") if line.startswith(b"0000001,"))
    with (folder / "users.csv").open("ab") as users_file:  # a child who is there twice
        users_file.write(one.replace(b"0000001", b"9000001", 1))
    installation.run(
        ("district", "add", "elm", "--name", "Elm Park"),
        ("district", "add", "fir", "--name", "Fir Hill"),
        ("user", "add", ANA, "--district", "elm", "--district", "fir"),
        ("source", "add", "elm", "--kind", "oneroster_csv", "--path", str(folder)),
        ("schools", "elm", "--create-missing"),
        ("sync", "elm", "--on", DAYS[0]),
        ("check", "elm"),
        ("duplicates", "elm"),
    )
    generate(folder, students=60, seed=3, day=2)
    users = (folder / "users.csv").read_bytes().splitlines(keepends=True)
    (folder / "users.csv").write_bytes(b"".join(users[: len(users) // 2]))
    (folder / "words.txt").write_text("Bus 4 is late.", encoding="utf-8")
    installation.run(
        ("plan", "elm", "--on", DAYS[1]),
        ("attributes", "elm", "--define", "Bus"),
        ("announce", "elm", "--title", "Late bus", "--text", str(folder / "words.txt")),
    )
    return "elm"


def test_every_address_is_a_page_or_has_a_reason_not_to_be() -> None:
    assert "home" in pages()
    assert set(NO_LINK) < pages()
    assert not pages() & set(NOT_PAGES)


def test_every_page_can_be_reached_and_keeps_nobody_out(installation: Installation, elm: str, lookout: Lookout) -> None:
    page = lookout.page
    page.goto(installation.link())
    page.get_by_role("button", name="Sign in").press("Enter")
    page.wait_for_url(f"{installation.url}/")
    waiting = ["/", f"/d/{elm}/", *NO_LINK.values()]
    met: dict[str, set[str]] = {}
    while waiting:
        address = waiting.pop(0)
        answer = page.goto(installation.url + address)
        assert answer is not None
        assert answer.status == 200, address
        lookout.look()
        for link in page.eval_on_selector_all("a[href^='/']", "links => links.map(a => a.getAttribute('href'))"):
            name, path = name_of(link), urlsplit(link).path
            here = met.setdefault(name, set())
            if name and name not in NOT_PAGES and path not in here and len(here) < OF_A_KIND:
                here.add(path)
                waiting.append(link)
    assert pages() - lookout.seen == set(), "no page leads there"
