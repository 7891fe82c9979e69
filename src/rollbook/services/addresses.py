"""Where people find a district's pages, for mails."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from rollbook.store.models import District

__all__ = ["home_page"]

_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def home_page(district: District) -> str:
    """The address of the district's home; blank where ROLLBOOK_URL leads nowhere from another machine."""
    if urlsplit(settings.ROLLBOOK_URL).hostname in _HERE:
        return ""
    return f"{settings.ROLLBOOK_URL}{reverse('home', args=[district.slug])}"
