"""Accounts of this installation: who may sign in, and as what."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence
from typing import Final

from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac
from email_validator import EmailNotValidError, validate_email

from rollbook.core.errors import AuthError, ConfigError, NotFound, RateLimited
from rollbook.core.permissions import DISTRICT_ROLES
from rollbook.services import access, audit
from rollbook.store.models import DistrictRole, FailedSignIn, SignInLink

__all__ = ["LINK_MINUTES", "add", "link", "open_link", "sign_in"]

LINK_MINUTES: Final = 15
_WINDOW: Final = dt.timedelta(minutes=15)
_PER_ACCOUNT: Final = 5
_PER_ADDRESS: Final = 30
_NOBODY: Final = "nobody"
_SHORT: Final = 12
_MODEL_BACKEND: Final = "django.contrib.auth.backends.ModelBackend"


def add(
    *,
    email: str,
    password: str | None,
    districts: Sequence[str] = (),
    role: str = "district_admin",
    operator: bool = False,
    by: str,
    now: dt.datetime,
) -> User:
    """The account ``email`` is there, with ``role`` in ``districts`` (slugs); an account that is there already gains
    them, and has the new ``password`` when one is given. Without a password it can sign in by link only. ``operator``:
    it sees every district.

    Raises ConfigError for what is no e-mail address, a role that is not known or a password that is easily guessed, and
    NotFound for an unknown district; then nothing is changed.
    """
    name = _name(email)
    if role not in DISTRICT_ROLES:
        raise ConfigError(f"There is no role {role!r}.", hint=f"There are: {', '.join(DISTRICT_ROLES)}.")
    if password is not None:
        _check(password, name)
    places = [access.district(slug) for slug in districts]
    try:
        with transaction.atomic():
            account, is_new = User.objects.get_or_create(username=name, defaults={"email": name})
            if password is not None:
                account.set_password(password)
            elif is_new:
                account.set_unusable_password()
            account.is_superuser = account.is_superuser or operator
            account.save()
            for place in places:
                DistrictRole.objects.update_or_create(
                    account=account,
                    district=place,
                    defaults={"role": role, "granted_at": now, "granted_by": by},
                )
            audit.note_account(
                audit.Deed.ACCOUNT,
                by=by,
                account_id=account.pk,
                detail={
                    "new": is_new,
                    "password": password is not None,
                    "operator": account.is_superuser,
                    "role": role,
                    "districts": [place.pk for place in places],
                },
            )
    except IntegrityError as error:
        raise ConfigError("The account is being made by someone else at this moment.", hint="Try again.") from error
    return account


def link(*, email: str, by: str, now: dt.datetime) -> str:
    """A secret that signs the account in once, within ``LINK_MINUTES``. Only its digest is kept; links that are over are
    gone. Raises NotFound for an account that is not there or is switched off."""
    account = User.objects.filter(username=email.strip().casefold(), is_active=True).first()
    if account is None:
        raise NotFound("There is no such account.", hint="Make it with: rollbook user add EMAIL --district SLUG")
    secret = secrets.token_urlsafe(32)
    SignInLink.objects.filter(expires_at__lt=now).delete()
    SignInLink.objects.create(
        account=account, digest=_digest(secret), made_at=now, expires_at=now + dt.timedelta(minutes=LINK_MINUTES)
    )
    audit.note_account(audit.Deed.LINK, by=by, account_id=account.pk)
    return secret


def open_link(*, secret: str, address: str, now: dt.datetime) -> User:
    """The account that the link is for; the link works no more. Raises AuthError for a link that is unknown, used or
    over, RateLimited when too many such came from ``address``."""
    _throttle(now, [(_key("address", address), _PER_ADDRESS)])
    with transaction.atomic():
        links = SignInLink.objects.select_for_update(of=("self",)).select_related("account")
        found = links.filter(digest=_digest(secret), used_at=None, expires_at__gt=now, account__is_active=True).first()
        if found is not None:
            found.used_at = now
            found.save(update_fields=["used_at"])
        if found is not None:
            audit.note_account(
                audit.Deed.SIGN_IN,
                by=found.account.get_username(),
                account_id=found.account_id,
                detail={"way": "link", "from": _from(address)},
            )
    if found is None:
        _failed(now, [_key("address", address)])
        audit.note(audit.Deed.SIGN_IN_FAILED, by=_NOBODY, detail={"way": "link", "from": _from(address)})
        raise AuthError("This link does not work any more.", hint="Ask for a new one: a link works once, for a while.")
    _tidy(now)
    account = found.account
    account.backend = _MODEL_BACKEND
    return account


def sign_in(*, email: str, password: str, address: str, now: dt.datetime) -> User:
    """The account with that e-mail address and password. Raises AuthError when there is none, in the same words whether
    or not the address is known, and RateLimited after too many failures of that account or from ``address``."""
    keys = [_key("account", email.strip().casefold()), _key("address", address)]
    _throttle(now, [(keys[0], _PER_ACCOUNT), (keys[1], _PER_ADDRESS)])
    account = authenticate(username=email.strip().casefold(), password=password)
    if not isinstance(account, User):
        _failed(now, keys)
        _note_failure(email, {"way": "password", "from": _from(address)})
        raise AuthError(
            "That e-mail address and password do not belong together.", hint="Try again, or ask for a sign-in link."
        )
    FailedSignIn.objects.filter(key=keys[0]).delete()
    audit.note_account(
        audit.Deed.SIGN_IN,
        by=account.get_username(),
        account_id=account.pk,
        detail={"way": "password", "from": _from(address)},
    )
    _tidy(now)
    return account


def _name(email: str) -> str:
    try:
        return validate_email(email, check_deliverability=False, test_environment=True).normalized.casefold()
    except EmailNotValidError as error:
        raise ConfigError("That is no e-mail address.", hint="It looks like name@example.org.") from error


def _check(password: str, name: str) -> None:
    try:
        validate_password(password, User(username=name, email=name))
    except ValidationError as error:
        raise ConfigError("This password is easily guessed.", hint=" ".join(error.messages)) from error


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(what: str, value: str) -> str:
    return salted_hmac(f"rollbook.sign-in.{what}", value, algorithm="sha256").hexdigest()


def _throttle(now: dt.datetime, limits: Sequence[tuple[str, int]]) -> None:
    for key, most in limits:
        if FailedSignIn.objects.filter(key=key, at__gt=now - _WINDOW).count() >= most:
            audit.note_once(audit.Deed.SIGN_IN_FAILED, by=_NOBODY, detail={"why": "too many", "key": key[:_SHORT]})
            raise RateLimited(
                "There were too many attempts to sign in.",
                retry_after=_WINDOW.total_seconds(),
                hint="Wait a quarter of an hour, then try again.",
            )


def _note_failure(email: str, detail: dict[str, str]) -> None:
    """The failure is in the audit: of the account, where there is one of that address."""
    account = User.objects.filter(username=email.strip().casefold()).values_list("pk", flat=True).first()
    if account is None:
        audit.note(audit.Deed.SIGN_IN_FAILED, by=_NOBODY, subject="account", detail=detail)
    else:
        audit.note_account(audit.Deed.SIGN_IN_FAILED, by=_NOBODY, account_id=account, detail=detail)


def _from(address: str) -> str:
    """An address as the audit knows it: the same for the same, and not to be read."""
    return _key("address", address)[:_SHORT]


def _tidy(now: dt.datetime) -> None:
    """Sessions that are over are gone."""
    Session.objects.filter(expire_date__lt=now).delete()


def _failed(now: dt.datetime, keys: Sequence[str]) -> None:
    FailedSignIn.objects.filter(at__lt=now - _WINDOW).delete()
    FailedSignIn.objects.bulk_create(FailedSignIn(key=key, at=now) for key in keys)
