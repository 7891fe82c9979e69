"""`rollbook sso`: a district's apps for single sign-on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from rollbook.cli.boot import boot
from rollbook.cli.screen import AsJson, console, me, now, print_json, table

sso = typer.Typer(no_args_is_help=True, help="The apps that a district's people sign in with.")

Slug = Annotated[str, typer.Argument(help="The district.")]
ENVIRONMENT = "ROLLBOOK_SSO_SECRET"


@sso.command("add")
def add(
    slug: Slug,
    provider: Annotated[str, typer.Option(help="classlink, clever or oidc.")],
    client_id: Annotated[str, typer.Option(help="The client id, from the vendor's console.")],
    tenant: Annotated[str, typer.Option(help="The district's id at the vendor (not for oidc).")] = "",
    secret_file: Annotated[
        Path | None,
        typer.Option(
            help=f"A file with the client secret (default: {ENVIRONMENT}, or it is asked for).", dir_okay=False
        ),
    ] = None,
    base: Annotated[str, typer.Option(help="Where the vendor's sign-in is; for oidc the issuer.")] = "",
    api: Annotated[str, typer.Option(help="Where the vendor says who signed in.")] = "",
    claim: Annotated[str, typer.Option(help="For oidc: the claim that holds the sourcedId.")] = "sub",
    as_json: AsJson = False,
) -> None:
    """Add an app. Nobody is signed in by it before its redirect address stands in the vendor's console."""
    from rollbook.core.errors import ConfigError

    boot()
    from rollbook.services import access, sso_apps

    try:
        secret = secret_file.read_text(encoding="utf-8").strip() if secret_file else os.environ.get(ENVIRONMENT, "")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{secret_file} cannot be read.", hint="Check the name of the file.") from error
    values = {"provider": provider, "tenant": tenant, "client_id": client_id, "base": base, "api": api, "claim": claim}
    values["secret"] = secret or typer.prompt("Client secret", hide_input=True)
    made = sso_apps.save(district=access.district(slug), values=values, by=me(), now=now())
    address = sso_apps.redirect_address(made)
    if as_json:
        print_json({"app": made.pk, "provider": made.provider, "tenant": made.tenant, "redirect_address": address})
        return
    console().print(f"Added app {made.pk} ({made.provider}). Redirect address, to copy: {address}", markup=False)


@sso.command("list")
def listed(slug: Slug, as_json: AsJson = False) -> None:
    """List the apps of a district."""
    boot()
    from rollbook.services import access, sso_apps

    found = sso_apps.listed(access.district(slug))
    rows = [
        {
            "app": app.pk,
            "provider": app.provider,
            "tenant": app.tenant,
            "client_id": app.client_id,
            "redirect_address": sso_apps.redirect_address(app),
            "tested_at": app.tested_at.isoformat() if app.tested_at else None,
        }
        for app in found
    ]
    if as_json:
        print_json({"district": slug, "apps": rows})
        return
    if not rows:
        console().print(f"No app. Next: rollbook sso add {slug} --provider classlink …", markup=False)
        return
    shown = [
        (str(row["app"]), str(row["provider"]), str(row["tenant"]), str(row["tested_at"] or "not tested"))
        for row in rows
    ]
    console().print(table(("app", "provider", "tenant", "tested"), shown))


@sso.command("remove")
def remove(
    slug: Slug, app: Annotated[int, typer.Argument(help="Which app, by its number.")], as_json: AsJson = False
) -> None:
    """Remove an app: nobody signs in through it any more; accounts stay."""
    boot()
    from rollbook.services import access, sso_apps

    sso_apps.remove(district=access.district(slug), number=app, by=me())
    if as_json:
        print_json({"district": slug, "removed": app})
    else:
        console().print(f"App {app} is removed.", markup=False)
