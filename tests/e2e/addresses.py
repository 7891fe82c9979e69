"""Every address of the web: a page that somebody looks at, or what else it is."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.urls import Resolver404, get_resolver, resolve

__all__ = ["NOT_PAGES", "name_of", "pages"]

NOT_PAGES = {
    "healthz": "for machines",
    "readyz": "for machines",
    "metrics": "for machines",
    "sign-out": "takes a form only",
    "students-csv": "a file",
    "staff-csv": "a file",
    "classrooms-csv": "a file",
    "columns": "takes a form only",
    "report": "a file",
    "run-now": "takes a form only",
    "source-test": "takes a form only",
    "source-upload": "takes a form only",
    "check-ask": "takes a form only",
    "check-rows-csv": "a file",
    "cancel": "takes a form only",
    "duplicates-look": "takes a form only",
    "duplicate-different": "takes a form only",
    "decide": "takes a form only",
    "apply": "takes a form only",
    "backpack-file": "a file",
    "backpack-out": "takes a form only",
    "backpack-back": "takes a form only",
    "interaction-done": "takes a form only",
    "interaction-remove": "takes a form only",
    "attributes-upload": "takes a form only",
    "attribute-withdraw": "takes a form only",
    "attributes-csv": "a file",
    "announcement-csv": "a file",
    "announcement-again": "takes a form only",
}


def pages() -> set[str]:
    """The names of the addresses that are pages."""
    return {str(name) for name in get_resolver("rollbook.web.urls").reverse_dict if isinstance(name, str)} - set(
        NOT_PAGES
    )


def name_of(address: str) -> str:
    """The name of the address of a link; empty for what is not ours."""
    try:
        return resolve(urlsplit(address).path, "rollbook.web.urls").url_name or ""
    except Resolver404:
        return ""
