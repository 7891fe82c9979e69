"""Apps for single sign-on in words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _

__all__ = ["AppCard", "app_card", "provider_words", "steps"]


class Kept(Protocol):
    """What is told of an app."""

    pk: int
    provider: str
    tenant: str
    client_id: str
    tested_at: dt.datetime | None
    tested_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppCard:
    """One app. ``steps``: what is done in the vendor's console, in its own words."""

    number: int
    provider: str
    tenant: str
    client_id: str
    redirect_address: str
    tested_at: dt.datetime | None
    tested_by: str
    steps: tuple[str, ...]


def app_card(app: Kept, redirect_address: str) -> AppCard:
    """The app without its secret."""
    return AppCard(
        number=app.pk,
        provider=provider_words()[app.provider],
        tenant=app.tenant,
        client_id=app.client_id,
        redirect_address=redirect_address,
        tested_at=app.tested_at,
        tested_by=app.tested_by,
        steps=steps(app.provider),
    )


def provider_words() -> dict[str, str]:
    """provider → its name."""
    return {"classlink": "ClassLink", "clever": "Clever", "oidc": _("Another (OpenID Connect)")}


def steps(provider: str) -> tuple[str, ...]:
    """What is done at the vendor."""
    if provider == "classlink":
        return (
            _("In ClassLink's Management Console open Applications › Add & Assign Apps and add the OAuth2 app."),
            _("Assign it to the profiles that shall see it: students, teachers, parents, administrators."),
            _("Copy client id and secret from there, and put the redirect address below into the app."),
        )
    if provider == "clever":
        return (
            _("In Clever open the app's settings and copy the client id and secret of its Instant Login."),
            _("Put the redirect address below first into its list: portal launches go to the first one."),
        )
    return (
        _("At the provider register a web app (authorization code), with the redirect address below."),
        _("The claim that holds the person's sourcedId must be in the id_token; name it here."),
    )
