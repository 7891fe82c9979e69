"""`rollbook user`: who may sign in."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from rollbook.cli.boot import boot
from rollbook.cli.screen import AsJson, console, me, now, print_json, table

user = typer.Typer(no_args_is_help=True, help="Who may sign in to this installation.")

PASSWORD = "ROLLBOOK_USER_PASSWORD"
Email = Annotated[str, typer.Argument(help="The e-mail address to sign in with.")]


@user.command("add")
def add(
    email: Email,
    district: Annotated[
        list[str] | None, typer.Option("--district", metavar="SLUG", help="A district to see; may be repeated.")
    ] = None,
    role: Annotated[
        str, typer.Option("--role", help="district_admin sees and decides, district_staff only sees.")
    ] = "district_admin",
    operator: Annotated[bool, typer.Option("--operator", help="Sees and decides in every district.")] = False,
    as_json: AsJson = False,
) -> None:
    """Add an account, or give one that is there a role in more districts.

    Its password is asked for, or comes from the environment (ROLLBOOK_USER_PASSWORD); without one the account signs in
    by `rollbook user link` only.
    """
    boot()
    from rollbook.services import accounts

    password = os.environ.get(PASSWORD) or _asked()
    made = accounts.add(
        email=email, password=password, districts=district or (), role=role, operator=operator, by=me(), now=now()
    )
    if as_json:
        print_json({"user": made.username, "districts": list(district or ()), "role": role, "operator": operator})
        return
    console().print(f"{made.username} may sign in.", markup=False)
    console().print(f"Next: rollbook serve, and rollbook user link {made.username}", markup=False)


@user.command("link")
def link(email: Email, as_json: AsJson = False) -> None:
    """Print a link that signs an account in, once, within a quarter of an hour."""
    boot()
    from django.conf import settings
    from django.urls import reverse

    from rollbook.services import accounts

    secret = accounts.link(email=email, by=me(), now=now())
    address = settings.ROLLBOOK_URL + reverse("sign-in-link", args=[secret])
    if as_json:
        print_json({"url": address, "minutes": accounts.LINK_MINUTES})
        return
    console().print(address, markup=False, soft_wrap=True)


What = Annotated[str, typer.Argument(help="A role or a custom permission, such as school_admin or family_access.")]
District = Annotated[str, typer.Argument(help="The district.")]
School = Annotated[
    str | None, typer.Option("--school", help="At this school only: its number, NCES id or name.", show_default=False)
]


@user.command("grant")
def grant(email: Email, slug: District, what: What, school: School = None, as_json: AsJson = False) -> None:
    """Give an account a role or a permission in a district, or at one school of it."""
    boot()
    from rollbook.services import access, granting

    district = access.district(slug)
    place = access.school_called(district, school) if school is not None else None
    is_new = granting.grant(district=district, email=email, what=what, school=place, by=me(), now=now())
    if as_json:
        print_json({"user": email, "district": slug, "what": what, "school": place, "new": is_new})
        return
    console().print(f"{email} has {what} {'now' if is_new else 'already'}.", markup=False)


@user.command("revoke")
def revoke(email: Email, slug: District, what: What, school: School = None, as_json: AsJson = False) -> None:
    """Take a role or a permission away, from the next request on."""
    boot()
    from rollbook.services import access, granting

    district = access.district(slug)
    place = access.school_called(district, school) if school is not None else None
    granting.revoke(district=district, email=email, what=what, school=place, by=me())
    if as_json:
        print_json({"user": email, "district": slug, "what": what, "school": place})
        return
    console().print(f"{email} has {what} no more.", markup=False)
    back = f" --school {school}" if school is not None else ""
    console().print(f"To give it back: rollbook user grant {email} {slug} {what}{back}", markup=False)


@user.command("review")
def review(slug: District, as_json: AsJson = False) -> None:
    """List who may do what in a district: the access review."""
    boot()
    import dataclasses

    from rollbook.services import access, audit, granting

    district = access.district(slug)
    audit.handed_out(district=district.pk, what="access review", by=me())
    held = granting.held(district)
    if as_json:
        print_json({"district": slug, "held": [dataclasses.asdict(line) for line in held]})
        return
    rows = [
        (
            line.email,
            line.what + ("" if line.works else " (has no effect)"),
            line.school_name or "whole district",
            ", ".join(line.acts),
            line.last_sign_in.strftime("%Y-%m-%d") if line.last_sign_in else "never",
            line.granted_by,
        )
        for line in held
    ]
    headings = ("account", "permission", "where", "allows", "signed in", "given by")
    console().print(table(headings, rows) if rows else f"Nobody. Next: rollbook user add EMAIL --district {slug}")


def _asked() -> str | None:
    """A password that a person at a terminal types twice; none if they type nothing, or if nobody is there."""
    if not sys.stdin.isatty():
        return None
    typed = typer.prompt("Password (empty: sign in by link only)", hide_input=True, default="", show_default=False)
    if typed:
        typer.prompt("Again", hide_input=True, value_proc=lambda again: again if again == typed else _unequal())
    return typed or None


def _unequal() -> str:
    raise typer.BadParameter("The two differ.")
