"""What `rollbook demo` leaves open for a person at a terminal: the pages, the sandbox, and an empty district to try."""

from __future__ import annotations

import os
import sys
import threading
import time
import urllib.request
from dataclasses import dataclass
from urllib.parse import urlencode

from rich.table import Table
from rich.text import Text

from rollbook.cli.boot import stop_embedded
from rollbook.cli.screen import console, me, now
from rollbook.cli.serve import answer, look, url_of
from rollbook.core.errors import ConfigError
from rollbook.sandbox.district.users import district_name
from rollbook.sandbox.server import Sandbox

__all__ = ["Stage", "is_attended", "open_at"]

HOST = "127.0.0.1"
TRIED = 20
VISITOR = "you@example.org"
SEED = 7
STUDENTS = 400
SLUG = "lake-willow"
CONSOLE_PORT = 8600
HEALTH = "/healthz"
PAUSE, PATIENCE = 0.2, 300
"""Seconds between two looks, and how many: after a minute the address is told whether or not it answers yet."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the pages will be."""

    port: int

    def serve(self, shown: str) -> None:
        """The pages, a worker and the sandbox run until Ctrl+C; then all of it is stopped, the embedded database as well.

        The visitor's link opens the set-up page of an empty district; ``shown`` is the district of the show.
        """
        from django.conf import settings
        from django.urls import reverse

        from rollbook.services import accounts

        with _sandbox() as sandbox:
            os.environ["ROLLBOOK_SANDBOX_URL"] = (
                sandbox.urls.console
            )  # the pages, in processes of their own, point there
            slug = _empty_district()
            accounts.add(email=VISITOR, password=None, districts=[shown, slug], by=me(), now=now())
            opened = reverse("sign-in-link", args=[accounts.link(email=VISITOR, by=me(), now=now())])
            wanted = urlencode({"next": reverse("set-up", args=[slug])})
            link = f"{settings.ROLLBOOK_URL}{opened}?{wanted}"
            saying = threading.Thread(target=self._say, args=(link, sandbox, accounts.LINK_MINUTES), daemon=True)
            saying.start()
            answer(host=HOST, port=self.port)
        stop_embedded()
        sys.stderr.write("\nStopped. make serve opens the pages again, rollbook sandbox the sandbox.\n")

    def _say(self, link: str, sandbox: Sandbox, minutes: int) -> None:
        """Told once the pages answer: whoever reads an address presses it."""
        _await(f"{url_of(HOST, self.port)}{HEALTH}")
        table = Table(box=None, pad_edge=False, show_header=False)
        name = district_name(SEED)
        table.add_row("Open", Text(link, style="bold"))
        table.add_row("", Text(f"Signs you in once, within {minutes} minutes. Another: rollbook user link {VISITOR}"))
        table.add_row("Sandbox", Text(sandbox.urls.console, style="bold"))
        table.add_row("", Text("Its console: the keys to copy, the next day, and things to break."))
        table.add_row(
            "Try", Text(f"{name} is empty. The page leads you through nine steps, from no source to a directory;")
        )
        table.add_row("", Text("the sandbox plays its ClassLink. The keys for the first step:"))
        for field, value in next(iter(sandbox.keys.values())).items():
            table.add_row("", Text.assemble((f"{field:<10}", "dim"), value))
        screen = console()
        screen.soft_wrap = True
        screen.print(table)
        screen.print("Ctrl+C stops everything.")


def is_attended() -> bool:
    """Whether a person reads what is printed, and can press a key."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def open_at(port: int) -> Stage:
    """A place for the pages: ``port``, or the next that is free. Raises ConfigError when there is none nearby."""
    for number in range(port, port + TRIED):
        try:
            look(HOST, number)
        except ConfigError:
            continue
        os.environ.setdefault("ROLLBOOK_URL", url_of(HOST, number))
        return Stage(port=number)
    raise ConfigError(f"None of the ports {port} to {port + TRIED - 1} is free.", hint="Choose another --port.")


def _await(address: str) -> None:
    for _ in range(PATIENCE):
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            time.sleep(PAUSE)
        else:
            return


def _sandbox() -> Sandbox:
    """At the ports that the documentation names; when they are taken, at others."""
    try:
        return Sandbox(STUDENTS, SEED, CONSOLE_PORT, sftp=True)
    except ConfigError:
        return Sandbox(STUDENTS, SEED, sftp=True)


def _empty_district() -> str:
    """The slug of a district without a source: one that nobody has begun with, or a new one."""
    from rollbook.reports.set_up import facts
    from rollbook.services import access, districts

    taken = districts.taken(SLUG)
    for slug in (SLUG, *(f"{SLUG}-{number}" for number in range(2, len(taken) + 2))):
        if slug in taken and facts(access.district(slug)).sources:
            continue
        if slug not in taken:
            name = f"{district_name(SEED)} (try it yourself)"
            districts.add(slug=slug, name=name, timezone="America/Los_Angeles", region="US", by=me())
        return slug
    raise AssertionError("one slug more than there are districts cannot be taken")
