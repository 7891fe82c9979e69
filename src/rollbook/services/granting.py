"""Who has which permission: granting, revoking, and the whole of it for a review (T-1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction

from rollbook.core.errors import ConfigError, HoldRequired, NotFound
from rollbook.core.permissions import (
    DISTRICT_ROLES,
    EVERYWHERE,
    NEEDS,
    PERMISSIONS,
    PERSONAL_ROLES,
    ROLES,
    Grant,
    Scope,
    scopes,
)
from rollbook.services import audit
from rollbook.store.models import AccessGrant, District, DistrictRole, School

__all__ = ["GRANTABLE", "Held", "grant", "held", "revoke"]

GRANTABLE = (*DISTRICT_ROLES, "school_admin", *PERMISSIONS)
"""What one person may give another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One thing that one account has in a district. ``school`` None: in the whole district; ``acts``: what it allows;
    ``works``: False while what it needs beside it is lacking."""

    account: int
    email: str
    is_active: bool
    last_sign_in: dt.datetime | None
    what: str
    school: int | None
    school_name: str
    acts: tuple[str, ...]
    works: bool
    granted_at: dt.datetime
    granted_by: str


def held(district: District) -> list[Held]:
    """Everything that everybody has in the district, by address. Three queries. Operators of the installation, who have
    everything everywhere, are not in it."""
    names = dict(School.objects.filter(district=district).values_list("pk", "name"))
    roles = DistrictRole.objects.filter(district=district).select_related("account")
    grants = AccessGrant.objects.filter(district=district).select_related("account")
    rows: list[tuple[DistrictRole | AccessGrant, int | None]] = [(item, None) for item in roles]
    rows += [(item, item.school_id) for item in grants]
    by_account: dict[int, list[Grant]] = {}
    for item, school in rows:
        by_account.setdefault(item.account_id, []).append(Grant(what=_what(item), school=school))
    found = [
        Held(
            account=item.account_id,
            email=item.account.get_username(),
            is_active=item.account.is_active,
            last_sign_in=item.account.last_login,
            what=_what(item),
            school=school,
            school_name=(names.get(school) or f"school {school}") if school is not None else "",
            acts=tuple(sorted(ROLES.get(_what(item), ()) or PERMISSIONS.get(_what(item), ()))),
            works=_works(Grant(what=_what(item), school=school), by_account[item.account_id]),
            granted_at=item.granted_at,
            granted_by=item.granted_by,
        )
        for item, school in rows
    ]
    order = {what: place for place, what in enumerate(GRANTABLE)}
    return sorted(found, key=lambda line: (line.email, order.get(line.what, len(order)), line.school_name))


def grant(
    *,
    district: District,
    email: str,
    what: str,
    school: int | None = None,
    by: str,
    within: Scope = EVERYWHERE,
    may_rule: bool = True,
    now: dt.datetime,
) -> bool:
    """The account has ``what`` in the district, or at ``school``; False when it had that already. A role in the district
    takes the place of the other one.

    ``within``: where ``by`` may grant at all. ``may_rule``: whether ``by`` is a district administrator: only they give
    roles in the district, and anything to themselves. Raises NotFound for an account or a school that is not there,
    ConfigError for what cannot be granted so.
    """
    _check(what, school)
    account = _account(email)
    _refuse_beyond(account, what, school, by, within, may_rule)
    place = _school(district, school)
    with transaction.atomic():
        District.objects.select_for_update().get(pk=district.pk)  # one change of permissions at a time
        if what in DISTRICT_ROLES:
            before = DistrictRole.objects.filter(account=account, district=district).first()
            if before is not None and before.role == what:
                return False
            if before is not None:
                _refuse_last(before)
            DistrictRole.objects.update_or_create(
                account=account, district=district, defaults={"role": what, "granted_at": now, "granted_by": by}
            )
        else:
            _refuse_lacking(account, district, what, school)
            _row, is_new = AccessGrant.objects.get_or_create(
                account=account,
                district=district,
                what=what,
                school=place,
                person=None,
                student=None,
                defaults={"granted_at": now, "granted_by": by},
            )
            if not is_new:
                return False
        _note(audit.Deed.GRANT, district, account, what, school, by)
    return True


def revoke(
    *,
    district: District,
    email: str,
    what: str,
    school: int | None = None,
    by: str,
    within: Scope = EVERYWHERE,
    may_rule: bool = True,
) -> None:
    """The account has ``what`` no more, from its next request on.

    Raises NotFound when it had not, HoldRequired for the last administrator of the district, ConfigError as ``grant``.
    """
    _check(what, school)
    account = _account(email)
    _refuse_beyond(account, what, school, by, within, may_rule)
    with transaction.atomic():
        District.objects.select_for_update().get(pk=district.pk)
        if what in DISTRICT_ROLES:
            row = DistrictRole.objects.filter(account=account, district=district, role=what).first()
            if row is not None:
                _refuse_last(row)
                row.delete()
            is_gone = row is not None
        else:
            grants = AccessGrant.objects.filter(account=account, district=district, what=what, school=school)
            is_gone = grants.delete()[0] > 0
        if not is_gone:
            raise NotFound(f"{_said(what)} is not held there.", hint="Look at who has what.")
        _note(audit.Deed.REVOKE, district, account, what, school, by)


def _what(item: DistrictRole | AccessGrant) -> str:
    return item.role if isinstance(item, DistrictRole) else item.what


def _works(one: Grant, all_of_them: Iterable[Grant]) -> bool:
    needed = NEEDS.get(one.what)
    if needed is None:
        return True
    scope = scopes(all_of_them).get(needed)
    return scope is not None and scope.covers(one.school)


def _check(what: str, school: int | None) -> None:
    if what in PERSONAL_ROLES:
        raise ConfigError(
            f"Nobody is made a {what} by hand: that follows from the directory.", hint="Change it in the source."
        )
    if what not in GRANTABLE:
        raise ConfigError(f"There is no permission {what!r}.", hint=f"There are: {', '.join(GRANTABLE)}.")
    if what in DISTRICT_ROLES and school is not None:
        raise ConfigError(
            f"{_said(what)} is of the whole district.", hint="Leave the school out, or choose school_admin."
        )
    if what == "school_admin" and school is None:
        raise ConfigError("A school administrator is one of a school.", hint="Name the school.")


def _refuse_beyond(account: User, what: str, school: int | None, by: str, within: Scope, may_rule: bool) -> None:
    if not within.covers(school):
        raise NotFound("There is no such school in this district.", hint="Choose one of the list.")
    if may_rule:
        return
    if what in DISTRICT_ROLES:
        raise ConfigError(
            "Only a district administrator gives or takes a role in the district.", hint="Ask one of them."
        )
    if account.get_username() == by:
        raise ConfigError("Nobody changes their own permissions.", hint="Ask another permissions admin.")


def _refuse_lacking(account: User, district: District, what: str, school: int | None) -> None:
    if what not in NEEDS:
        return
    mine = [Grant(what=row.role) for row in DistrictRole.objects.filter(account=account, district=district)]
    mine += [
        Grant(what=row.what, school=row.school_id)
        for row in AccessGrant.objects.filter(account=account, district=district)
    ]
    if not _works(Grant(what=what, school=school), mine):
        raise ConfigError(
            f"{_said(what)} needs family access at the same place.", hint="Grant family access first, then this."
        )


def _refuse_last(row: DistrictRole) -> None:
    others = DistrictRole.objects.filter(district=row.district_id, role="district_admin", account__is_active=True)
    if row.role == "district_admin" and not others.exclude(pk=row.pk).exists():
        raise HoldRequired(
            "This is the last administrator of the district. Nothing was changed.",
            hint="Make somebody else an administrator first.",
        )


def _account(email: str) -> User:
    found = User.objects.filter(username=email.strip().casefold()).first()
    if found is None:
        raise NotFound("There is no such account.", hint="Make it first: rollbook user add EMAIL")
    return found


def _school(district: District, school: int | None) -> School | None:
    if school is None:
        return None
    found = School.objects.filter(district=district, pk=school).first() if school < 2**63 else None
    if found is None:
        raise NotFound("There is no such school in this district.", hint="Choose one of the list.")
    return found


def _note(deed: audit.Deed, district: District, account: User, what: str, school: int | None, by: str) -> None:
    detail = {"what": what, "school": school}
    audit.note(deed, by=by, district=district.pk, subject="account", subject_id=account.pk, detail=detail)


def _said(what: str) -> str:
    return what.replace("_", " ").capitalize()
