"""Who is let in by a vendor's word, and as what (T-6).

The identity is (tenant, sourcedId), and the directory decides: a person or student whom a source of this very district
knows by that id. A blank id, an unknown tenant and an unknown person get no account; an e-mail address alone links nobody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import User
from django.db import transaction

from rollbook.core.errors import AuthError
from rollbook.services import audit
from rollbook.services.audit import Deed
from rollbook.sso.claim import Claim
from rollbook.store.models import (
    AccessGrant,
    DistrictRole,
    Enrollment,
    Guardianship,
    Person,
    SourceLink,
    SsoApp,
    SsoIdentity,
    StaffRole,
    Student,
)

__all__ = ["Recognised", "enter", "recognise"]

_BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
_PERSONAL: Final = ("teacher", "guardian", "student")
_DISTRICT_ADMINS: Final = frozenset({"districtAdministrator", "systemAdministrator"})
_SCHOOL_ADMINS: Final = frozenset({"siteAdministrator", "principal", "administrator"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """Whom the directory knows by the claim: a person or a student, and the roles that follow. ``personal``: the roles by
    who one is; ``schools``: where one is a school's administrator; ``runs_district``: a district administrator."""

    person: int | None
    student: int | None
    name: str
    personal: tuple[str, ...]
    schools: tuple[int, ...]
    runs_district: bool


def recognise(app: SsoApp, claim: Claim) -> Recognised:
    """Whom ``claim`` means in the district of ``app``. Nothing is written.

    Raises AuthError, with what happened and what to do, for another tenant, a blank id, somebody whom no source knows,
    an id that means two, and somebody who is disabled, archived or without any running role.
    """
    if claim.tenant != app.tenant:
        raise AuthError(
            "You signed in, but at another district than this one.",
            hint="Choose your district on the sign-in page, or launch Rollbook from your own portal.",
        )
    if not claim.subject.strip():
        raise AuthError(
            "Your account at the sign-in service has no id of the roster, so nobody can tell who you are here.",
            hint="Ask your district to share rosters (OneRoster) with the app.",
        )
    links = SourceLink.objects.filter(
        district=app.district_id, kind__in=("person", "student"), sourced_id=claim.subject, connection__isnull=False
    )
    # Clever's ids are its own; no other source has them, and they are no other source's
    links = (
        links.filter(connection__kind="clever")
        if app.provider == "clever"
        else links.exclude(connection__kind="clever")
    )
    found = set(links.values_list("kind", "object_id"))
    if not found:
        raise AuthError(
            "You signed in, but the roster of this district does not know you yet.",
            hint="Rosters arrive every night: try again tomorrow, or ask your school's office.",
        )
    if len(found) > 1:
        raise AuthError(
            "The roster knows two people by your id, so nobody is signed in.", hint="Ask your school's office."
        )
    kind, number = found.pop()
    return _person(app.district_id, number) if kind == "person" else _student(app.district_id, number)


def enter(app: SsoApp, claim: Claim, *, now: dt.datetime) -> User:
    """The account of whom ``claim`` means; its first time makes it, and a person who was invited is active from now on.

    What follows from who one is (teacher, guardian, student) is as the roster says at every sign-in; what a school or the
    district gave is given once, and is the product's to change afterwards (T-1, R-5). Raises what ``recognise`` does, and
    AuthError for an account that was switched off.
    """
    who = recognise(app, claim)
    with transaction.atomic():
        identity = (
            SsoIdentity.objects.select_for_update(of=("self",))
            .select_related("account")
            .filter(district=app.district_id, provider=app.provider, tenant=app.tenant, subject=claim.subject)
            .first()
        )
        account = identity.account if identity else _new(app, claim, now)
        if not account.is_active:
            raise _off()
        if identity is None:
            _give_once(account, app.district_id, who, now)
        else:
            identity.last_at = now
            identity.save(update_fields=["last_at"])
        _keep_personal(account, app.district_id, who, now)
        _activate(who, now)
        audit.note(
            Deed.SIGN_IN,
            by=account.get_username(),
            district=app.district_id,
            detail={"by": app.provider, "app": app.pk},
        )
    account.backend = _BACKEND
    return account


def _person(district: int, number: int) -> Recognised:
    person = Person.objects.filter(district=district, pk=number).first()
    if person is None or person.account_state == "disabled":
        raise _off()
    roles = list(
        StaffRole.objects.filter(district=district, person=number, status="active").values_list("role", "school")
    )
    personal = []
    teaches = Enrollment.objects.filter(district=district, person=number, status="active").exists()
    if teaches or any(role == "teacher" for role, _school in roles):
        personal.append("teacher")
    pairs = Guardianship.objects.filter(district=district, person=number, status="active").exclude(rights="none")
    if pairs.exists():
        personal.append("guardian")
    runs_district = any(
        role in _DISTRICT_ADMINS or (role in _SCHOOL_ADMINS and school is None) for role, school in roles
    )
    schools = sorted({school for role, school in roles if role in _SCHOOL_ADMINS and school is not None})
    if not personal and not schools and not runs_district:
        raise AuthError(
            "The roster knows you, but gives you no class, child or school here.",
            hint="If that is wrong, ask your school's office: they can correct it in the student information system.",
        )
    return Recognised(
        person=number,
        student=None,
        name=" ".join(filter(None, (person.given_name, person.family_name))),
        personal=tuple(personal),
        schools=tuple(schools),
        runs_district=runs_district,
    )


def _student(district: int, number: int) -> Recognised:
    student = Student.objects.filter(district=district, pk=number, status="active").first()
    if student is None:
        raise _off()
    return Recognised(
        person=None,
        student=number,
        name=" ".join(filter(None, (student.given_name, student.family_name))),
        personal=("student",),
        schools=(),
        runs_district=False,
    )


def _new(app: SsoApp, claim: Claim, now: dt.datetime) -> User:
    """An account that only this identity opens: it has no password, and its name is no e-mail address."""
    account = User.objects.create(username=f"{app.provider}:{app.pk}:{claim.subject}"[:150])
    account.set_unusable_password()
    account.save(update_fields=["password"])
    SsoIdentity.objects.create(
        district_id=app.district_id,
        account=account,
        provider=app.provider,
        tenant=app.tenant,
        subject=claim.subject,
        created_at=now,
        last_at=now,
    )
    return account


def _give_once(account: User, district: int, who: Recognised, now: dt.datetime) -> None:
    if who.runs_district:
        DistrictRole.objects.create(
            account=account, district_id=district, role="district_admin", granted_at=now, granted_by="roster"
        )
    _grant(account, district, [("school_admin", school, None, None) for school in who.schools], now)


def _keep_personal(account: User, district: int, who: Recognised, now: dt.datetime) -> None:
    AccessGrant.objects.filter(account=account, district=district, what__in=_PERSONAL).exclude(
        what__in=who.personal, person=who.person, student=who.student
    ).delete()
    held = set(AccessGrant.objects.filter(account=account, district=district).values_list("what", flat=True))
    new = [(what, None, who.person, who.student) for what in who.personal if what not in held]
    _grant(account, district, new, now)


def _grant(
    account: User, district: int, rows: Iterable[tuple[str, int | None, int | None, int | None]], now: dt.datetime
) -> None:
    AccessGrant.objects.bulk_create(
        AccessGrant(
            account=account,
            district_id=district,
            what=what,
            school_id=school,
            person_id=person,
            student_id=student,
            granted_at=now,
            granted_by="roster",
        )
        for what, school, person, student in rows
    )


def _activate(who: Recognised, now: dt.datetime) -> None:
    """From the first sign-in on, contact details are the person's own (R-6)."""
    if who.person is not None:
        Person.objects.filter(pk=who.person, activated_at=None).update(account_state="active", activated_at=now)


def _off() -> AuthError:
    return AuthError(
        "Your account here is switched off, or your record was archived.", hint="Ask your school's office."
    )
