"""The distribution's Chromium, driven by Playwright; no browser is downloaded."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

__all__ = ["MISSING", "find", "running"]

MISSING = "NOT RUN: there is no Chromium on this machine. Install the package chromium, or run make e2e as root."
_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def find() -> str | None:
    """The browser's program; None where there is none."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


@contextmanager
def running() -> Iterator[Browser]:
    """A browser without a window, closed at the end. As root it has no sandbox of its own: it would not start."""
    program = find()
    assert program is not None, MISSING
    sandboxed = [] if os.geteuid() else ["--no-sandbox"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*sandboxed, "--disable-dev-shm-usage"])
        try:
            yield browser
        finally:
            browser.close()


if __name__ == "__main__":
    sys.exit(0 if find() else 1)
