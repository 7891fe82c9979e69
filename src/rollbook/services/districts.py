"""Districts: the tenants."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from django.db import IntegrityError, transaction

from rollbook.core.errors import ConfigError
from rollbook.services.changelog import note_values
from rollbook.store.models import District

__all__ = ["add", "taken"]

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def add(*, slug: str, name: str, timezone: str = "UTC", region: str = "US", by: str) -> District:
    """The new district ``slug``, logged as made by ``by``. Nothing is in it yet.

    Raises ConfigError for a slug that is taken or is no slug, an unknown time zone or an unknown region.
    """
    if not _SLUG.fullmatch(slug):
        raise ConfigError(
            f"{slug!r} cannot be the short name of a district.",
            hint="Use small letters, digits and hyphens, at most 63 of them, as in maple-valley.",
        )
    if not name.strip():
        raise ConfigError("The district has no name.", hint="Give one with --name NAME.")
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigError(
            f"There is no time zone {timezone!r}.", hint="Use a name such as America/Los_Angeles or Europe/Berlin."
        ) from error
    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise ConfigError(
            f"There is no region {region!r}.", hint="Use the two letters of a country, such as US, CA or DE."
        )
    try:
        with transaction.atomic():
            district = District.objects.create(slug=slug, name=name.strip(), timezone=timezone, region=region)
            values = {"slug": slug, "name": name.strip(), "timezone": timezone, "region": region}
            note_values(district_id=district.pk, table="district", row_id=district.pk, old=None, new=values, by=by)
    except IntegrityError as error:
        raise ConfigError(
            f"There is a district {slug!r} already.", hint="Choose another short name, or go on with that one."
        ) from error
    return district


def taken(prefix: str) -> frozenset[str]:
    """The slugs in use that begin with ``prefix``."""
    return frozenset(District.objects.filter(slug__startswith=prefix).values_list("slug", flat=True))
