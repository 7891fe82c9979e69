"""The audit of a district, and of the installation: filters, pages, CSV, and looking through the chain."""

from __future__ import annotations

import datetime as dt
import io

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rollbook.core.spreadsheet import defused
from rollbook.reports import audit as report
from rollbook.reports.audit import AuditFilter
from rollbook.services import access, audit
from rollbook.services.access import Act, Seat
from rollbook.web.audit.presenters import audit_page
from rollbook.web.components.paging import page_number
from rollbook.web.doors import in_district
from rollbook.web.page import account_of, show

__all__ = ["audit_csv", "district_audit", "installation_audit", "installation_csv"]

SIZE = 50


@require_safe
@in_district(Act.AUDIT)
def district_audit(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Who did what in the district."""
    slug = seat.district.slug
    return _page(request, seat, reverse("audit", args=[slug]), reverse("audit-csv", args=[slug]))


@require_safe
@in_district(Act.AUDIT, hands_out="audit")
def audit_csv(request: HttpRequest, seat: Seat) -> HttpResponse:
    """All entries that fit, as CSV. That they were taken out is in the audit, too."""
    return _csv(request, seat, f"{seat.district.slug}-audit.csv")


@require_safe
def installation_audit(request: HttpRequest) -> HttpResponse:
    """Sign-ins, accounts and keys of the whole installation: for its operators."""
    access.operator(account_of(request))
    return _page(request, None, reverse("installation-audit"), reverse("installation-audit-csv"))


@require_safe
def installation_csv(request: HttpRequest) -> HttpResponse:
    """All of that as CSV."""
    account = access.operator(account_of(request))
    audit.note(audit.Deed.EXPORT, by=account.get_username(), subject="audit")
    return _csv(request, None, "installation-audit.csv")


def _page(request: HttpRequest, seat: Seat | None, here: str, csv: str) -> HttpResponse:
    district = seat.district if seat else None
    wanted, refusal = _wanted(request)
    page = page_number(request.GET.get("page", ""))
    shown = audit_page(
        here,
        csv,
        wanted,
        report.entries(district, wanted, offset=(page - 1) * SIZE, limit=SIZE),
        actors=report.actors(district),
        typed=(request.GET.get("since", ""), request.GET.get("until", "")),
        refusal=refusal,
        page=page,
        size=SIZE,
        chain=audit.verify(district) if request.GET.get("check") == "1" else None,
    )
    return show(request, "audit/list.html", shown, title=_("Audit"), seat=seat, here="audit")


def _csv(request: HttpRequest, seat: Seat | None, name: str) -> HttpResponse:
    wanted, _refusal = _wanted(request)
    buffer = io.BytesIO()
    defused(report.sheet(seat.district if seat else None, wanted)).write_csv(buffer)
    answer = HttpResponse(buffer.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _wanted(request: HttpRequest) -> tuple[AuditFilter, str]:
    """What the address asks for, and why a day in it cannot be."""
    refusal, days = "", []
    for name in ("since", "until"):
        word = request.GET.get(name, "").strip()
        try:
            days.append(dt.date.fromisoformat(word) if word else None)
        except ValueError:
            days.append(None)
            refusal = _("Write days as 2026-09-01.")
    given = request.GET
    return (
        AuditFilter(
            deed=given.get("deed", ""),
            actor=given.get("who", ""),
            since=days[0],
            until=days[1],
            zone=timezone.get_current_timezone(),
        ),
        refusal,
    )
