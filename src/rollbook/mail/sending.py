"""Handing mails to the server."""

from __future__ import annotations

import smtplib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from rollbook.core.errors import TransientError
from rollbook.mail.render import Mail
from rollbook.mail.server import CONSOLE, NOWHERE

__all__ = ["has_server", "post", "server"]


def has_server() -> bool:
    """Whether this installation can send mail at all."""
    return bool(settings.EMAIL_BACKEND != NOWHERE)


@contextmanager
def server() -> Iterator[Any]:
    """One conversation with the mail server, opened now. Raises TransientError when it does not answer, or does not let
    us in; the class of what went wrong is in the detail, never what the server said."""
    is_printed = settings.EMAIL_BACKEND == CONSOLE
    connection = get_connection(stream=sys.stderr) if is_printed else get_connection()  # stdout is for results
    try:
        with _refused():
            connection.open()
        yield connection
    finally:
        connection.fail_silently = True  # what was said before the goodbye counts
        connection.close()


def post(mail: Mail, address: str, connection: Any) -> None:
    """The mail has been taken over by the server. Raises TransientError when it was not."""
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        to=[address],
        connection=connection,
        headers={"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
    )
    message.attach_alternative(mail.html, "text/html")
    with _refused():
        message.send()


@contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except (smtplib.SMTPException, OSError) as error:
        raise TransientError(
            "The mail server did not take a mail.",
            hint="Look with rollbook doctor, and try with rollbook notify test.",
            detail={"kind": type(error).__name__},
        ) from None
