"""Who is told by mail, and of what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from email_validator import EmailNotValidError, validate_email

from rollbook.core.alarms import AlarmKind
from rollbook.core.errors import ConfigError, NotFound, TransientError
from rollbook.mail import sending
from rollbook.mail.render import render
from rollbook.services.changelog import note_values
from rollbook.store.models import District, Recipient

__all__ = ["DIGEST", "KINDS", "RECOVERED", "add", "listed", "remove", "test", "wants"]

RECOVERED, DIGEST = "recovered", "digest"
KINDS: tuple[str, ...] = (*(kind.value for kind in AlarmKind), RECOVERED, DIGEST)
"""What a person may want to be told of: the kinds of alarms, their ends, and the weekly digest."""


def add(*, district: District, address: str, kinds: Sequence[str] = (), by: str, now: dt.datetime) -> Recipient:
    """``address`` is told of ``kinds`` (empty: everything) in ``district``; one that is told already is told of these from
    now on. Logged as made by ``by``, without the address.

    Raises ConfigError for an address that cannot be one, or an unknown kind, with the known ones.
    """
    wanted = [kind for kind in KINDS if kind in kinds]
    if unknown := sorted(set(kinds) - set(KINDS)):
        raise ConfigError(f"There is no kind {unknown[0]!r}.", hint=f"There are: {', '.join(KINDS)}.")
    try:
        clean = validate_email(address, check_deliverability=False).normalized
    except EmailNotValidError:
        raise ConfigError("This is no mail address.", hint="Write it as name@example.org.") from None
    with transaction.atomic():
        found = _find(district, clean)
        if found is None:
            try:
                with transaction.atomic():
                    found = Recipient.objects.create(
                        district=district, address=clean, kinds=wanted, created_at=now, created_by=by
                    )
            except IntegrityError:  # somebody else added it at this moment
                return add(district=district, address=address, kinds=kinds, by=by, now=now)
            old = None
        else:
            old = {"kinds": found.kinds}
            found.kinds = wanted
            found.save(update_fields=["kinds"])
        note_values(district_id=district.pk, table="recipient", row_id=found.pk, old=old, new={"kinds": wanted}, by=by)
    return found


def remove(*, district: District, address: str, by: str) -> None:
    """``address`` is told of nothing in ``district`` any more; what waits to be sent to it is gone. Raises NotFound."""
    with transaction.atomic():
        found = _find(district, address)
        if found is None:
            raise NotFound(
                f"Nobody in {district.slug} is told at this address.",
                hint=f"List them: rollbook notify list {district.slug}",
            )
        old = {"kinds": found.kinds}
        note_values(district_id=district.pk, table="recipient", row_id=found.pk, old=old, new={"kinds": None}, by=by)
        found.delete()


def listed(district: District) -> list[Recipient]:
    """Everybody who is told, in the order in which they were added."""
    return list(Recipient.objects.filter(district=district).order_by("id"))


def wants(recipient: Recipient, kind: str) -> bool:
    """Whether that person wants to be told of ``kind``."""
    return not recipient.kinds or kind in recipient.kinds


def test(address: str) -> None:
    """A mail that says nothing has been handed to the mail server for ``address``, now. Raises ConfigError when there is
    no server, TransientError when it does not take the mail, with what is wrong."""
    if not sending.has_server():
        raise ConfigError(
            "No mail server is named.", hint="Set ROLLBOOK_SMTP_URL, such as smtp://user:password@mail.example.org:587."
        )
    try:
        with sending.server() as server:
            sending.post(render("test", "A test mail of Rollbook", {}), address, server)
    except TransientError as error:
        raise TransientError(
            f"The mail server did not take the mail ({error.detail['kind']}).",
            hint="Check ROLLBOOK_SMTP_URL and ROLLBOOK_MAIL_FROM, and that this machine may reach the server.",
            detail=error.detail,
        ) from None


def _find(district: District, address: str) -> Recipient | None:
    return Recipient.objects.select_for_update().filter(district=district, address__iexact=address).first()
