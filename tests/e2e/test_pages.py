"""Every page that there is can be reached from the first one by links, and keeps nobody out."""

from __future__ import annotations

import pytest
from tests.e2e.addresses import NOT_PAGES, pages
from tests.e2e.by_hand import by_hand
from tests.e2e.crawl import archive_one, crawl, read_source
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


@pytest.fixture(scope="module")
def elm(installation: Installation) -> str:
    """A district with two mornings: one applied, one planned with holds."""
    folder = installation.home / "elm"
    folder.mkdir()
    generate(folder, students=60, seed=3, day=1)
    first = (folder / "users.csv").read_bytes()
    one = next(line for line in first.splitlines(keepends=True) if line.startswith(b"0000001,"))
    (folder / "users.csv").write_bytes(first + one.replace(b"0000001", b"9000001", 1))  # a child who is there twice
    installation.run(
        ("district", "add", "elm", "--name", "Elm Park"),
        ("district", "add", "fir", "--name", "Fir Hill"),
        ("user", "add", ANA, "--district", "elm", "--district", "fir", "--operator"),
        ("source", "add", "elm", "--kind", "oneroster_csv", "--path", str(folder)),
    )
    by_hand(installation, "elm", folder)
    installation.run(
        ("schools", "elm", "--match-suggested"),
        ("schools", "elm", "--create-missing"),
        ("sync", "elm", "--on", DAYS[0]),
        ("check", "elm"),
        ("duplicates", "elm"),
    )
    generate(folder, students=60, seed=3, day=2)
    users = (folder / "users.csv").read_bytes().splitlines(keepends=True)
    (folder / "users.csv").write_bytes(b"".join(users[: len(users) // 2]))
    secret = folder / "secret.txt"
    secret.write_text("nobody's", encoding="utf-8")
    (folder / "words.txt").write_text("Bus 4 is late.", encoding="utf-8")
    installation.run(
        ("plan", "elm", "--on", DAYS[1]),
        ("attributes", "elm", "--define", "Bus"),
        (
            "sso",
            "add",
            "elm",
            "--provider",
            "clever",
            "--tenant",
            "1",
            "--client-id",
            "2",
            "--secret-file",
            str(secret),
        ),
        ("announce", "elm", "--title", "Late bus", "--text", str(folder / "words.txt")),
    )
    return "elm"


def test_what_takes_forms_only_and_what_is_a_file_is_no_page() -> None:
    assert {"home", "set-up", "sign-in", *NO_LINK} <= pages()
    assert not pages() & {"apply", "sign-out", "students-csv", *NOT_PAGES}


def test_every_page_can_be_reached_and_keeps_nobody_out(installation: Installation, elm: str, lookout: Lookout) -> None:
    page = lookout.page
    page.goto(installation.link())
    page.get_by_role("button", name="Sign in").press("Enter")
    page.wait_for_url(f"{installation.url}/")
    archive_one(page, installation.url, elm)
    read_source(page, installation.url, elm)
    statuses = {}

    def visit(address: str, status: int) -> None:
        statuses[address] = status
        lookout.look()

    found = crawl(page, installation.url, ["/", f"/d/{elm}/", *NO_LINK.values()], visit)
    assert {address: status for address, status in statuses.items() if status != 200} == {}
    assert pages() - set(found) == set(), "no page leads there"
