"""A district's apps for single sign-on (step 2): client id, sealed secret, and where the vendor sends people back to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from rollbook.connectors.kit.settings import web_address
from rollbook.core.errors import ConfigError, NotFound
from rollbook.services import secrets
from rollbook.services.changelog import note_values
from rollbook.sso.claim import App
from rollbook.sso.flow import DEFAULTS, PROVIDERS
from rollbook.store.models import District, SsoApp

__all__ = ["SsoApp", "check", "everywhere", "find", "listed", "opened", "redirect_address", "remove", "save", "tested"]

_FIELD: Final = "sso.client_secret"
_LONGEST: Final = 500


def check(*, values: Mapping[str, str], has_secret: bool) -> Mapping[str, str]:
    """field → why what was typed cannot be; empty when it can. ``has_secret``: a secret is kept already."""
    said: dict[str, str] = {}
    provider = values.get("provider", "")
    if provider not in PROVIDERS:
        said["provider"] = f"Choose one of {', '.join(PROVIDERS)}."
    if provider != "oidc" and not values.get("tenant", "").strip():
        said["tenant"] = "Write the district's id at the vendor, as its console shows it."
    if not values.get("client_id", "").strip():
        said["client_id"] = "Copy the client id from the vendor's console."
    if not values.get("secret", "") and not has_secret:
        said["secret"] = "Copy the client secret from the vendor's console."
    for name in ("base", "api"):
        default = DEFAULTS.get(provider, ("", ""))[name == "api"]
        text = values.get(name, "").strip() or default
        if not text and name == "base":
            said[name] = "Write the issuer's address, such as https://login.example.org."
        elif text:
            try:
                web_address(text, name)
            except ConfigError as error:
                said[name] = f"{error.message} {error.hint}"
    if any(len(value) > _LONGEST for value in values.values()):
        said.setdefault("client_id", f"A value has more than {_LONGEST} characters.")
    return said


def save(
    *, district: District, values: Mapping[str, str], number: int | None = None, by: str, now: dt.datetime
) -> SsoApp:
    """The app is as typed; a blank secret leaves the one that is kept. Logged as made by ``by``, without the secret.

    Raises ConfigError for what ``check`` refuses and for a second app of one vendor and tenant, NotFound for an app of
    another district.
    """
    found = find(district, number) if number is not None else None
    if said := check(values=values, has_secret=found is not None):
        raise ConfigError(next(iter(said.values())), hint="Nothing was kept.")
    provider = values["provider"]
    base = values.get("base", "").strip().rstrip("/") or DEFAULTS[provider][0]
    kept = {
        "provider": provider,
        "tenant": base if provider == "oidc" else values["tenant"].strip(),
        "client_id": values["client_id"].strip(),
        "base": base,
        "api": values.get("api", "").strip().rstrip("/") or DEFAULTS[provider][1],
        "claim": values.get("claim", "").strip() or "sub",
    }
    try:
        with transaction.atomic():
            app = found or SsoApp(district=district, secret={}, created_at=now, created_by=by)
            for name, value in kept.items():
                setattr(app, name, value)
            app.tested_at = None
            app.save()
            if values.get("secret"):
                app.secret = secrets.seal(values["secret"], connection_id=app.pk, field=_FIELD)
                app.save(update_fields=["secret"])
            old: dict[str, str] | None = {} if found else None
            note_values(district_id=district.pk, table="sso_app", row_id=app.pk, old=old, new=kept, by=by)
    except IntegrityError:
        raise ConfigError(
            "There is an app for this vendor and district id already.", hint="Change that one instead."
        ) from None
    return app


def remove(*, district: District, number: int, by: str) -> None:
    """Nobody signs in through the app any more; accounts stay. Raises NotFound."""
    app = find(district, number)
    with transaction.atomic():
        note_values(
            district_id=district.pk, table="sso_app", row_id=app.pk, old={"provider": app.provider}, new={}, by=by
        )
        app.delete()


def find(district: District, number: int) -> SsoApp:
    """The district's app of that number. Raises NotFound."""
    found = SsoApp.objects.filter(district=district, pk=number).first() if number < 2**63 else None
    if found is None:
        raise _no_app()
    return found


def everywhere(number: int) -> SsoApp:
    """The app of that number, of any district: for somebody who is not signed in yet. Raises NotFound."""
    found = SsoApp.objects.select_related("district").filter(pk=number).first() if number < 2**63 else None
    if found is None:
        raise _no_app()
    return found


def listed(district: District | None = None, *, most: int | None = None) -> list[SsoApp]:
    """The apps of a district, or of all (at most ``most``), by district and vendor. One query."""
    apps = SsoApp.objects.select_related("district").order_by("district__name", "provider", "pk")
    return list((apps if district is None else apps.filter(district=district))[:most])


def redirect_address(app: SsoApp) -> str:
    """Where the vendor sends people back to, by the address of this installation."""
    return f"{settings.ROLLBOOK_URL}{reverse('sso-callback', args=[app.pk])}"


def tested(*, app: SsoApp, by: str, now: dt.datetime) -> None:
    """An administrator came through the app."""
    SsoApp.objects.filter(pk=app.pk).update(tested_at=now, tested_by=by)


def opened(app: SsoApp) -> App:
    """The app with its secret in clear, for one exchange with the vendor. Raises ConfigError for another key."""
    return App(
        provider=app.provider,
        tenant=app.tenant,
        client_id=app.client_id,
        client_secret=secrets.unseal(app.secret, connection_id=app.pk, field=_FIELD),
        base=app.base,
        api=app.api,
        claim=app.claim,
    )


def _no_app() -> NotFound:
    return NotFound("There is no such app for signing in.", hint="Ask your district for the right address.")
