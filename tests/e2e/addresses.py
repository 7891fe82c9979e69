"""Every address of the web: a page that somebody looks at, or what else it is."""

from __future__ import annotations

import inspect
from urllib.parse import urlsplit

from django.urls import Resolver404, URLPattern, resolve

__all__ = ["NOT_PAGES", "kind_of", "name_of", "pages"]

NOT_PAGES = {
    "healthz": "for machines",
    "readyz": "for machines",
    "metrics": "for machines",
    "report": "a file",
    "backpack-file": "a file",
    "run-progress": "a part of the page of a run",
    "at-work": "a part of every page",
    "sso-begin": "leads to the vendor",
    "sso-callback": "comes from the vendor",
    "sso-test": "leads to the vendor",
}
"""Beside these, no page is an address of CSV, or one whose view takes forms only."""


def pages() -> set[str]:
    """The names of the addresses that are pages."""
    from rollbook.web.urls import urlpatterns  # once Django is set up

    return {pattern.name for pattern in urlpatterns if isinstance(pattern, URLPattern) and _is_page(pattern)}


def _is_page(pattern: URLPattern) -> bool:
    if pattern.name in NOT_PAGES or str(pattern.pattern).endswith(".csv"):
        return False
    return "@require_POST" not in inspect.getsource(inspect.unwrap(pattern.callback))


def name_of(address: str) -> str:
    """The name of the address of a link; empty for what is not ours."""
    return kind_of(address).partition(" ")[0]


def kind_of(address: str) -> str:
    """The name, and those words of the address that are neither a district nor a number: ``source-add clever``."""
    try:
        found = resolve(urlsplit(address).path, "rollbook.web.urls")
    except Resolver404:
        return ""
    words = [value for name, value in found.kwargs.items() if name not in ("slug", "secret") and isinstance(value, str)]
    return " ".join([found.url_name or "", *words])
