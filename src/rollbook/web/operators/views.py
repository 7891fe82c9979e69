"""/healthz, /readyz, /metrics: for load balancers and Prometheus. No session, no cookie, nobody's data."""

from __future__ import annotations

import hmac
import ipaddress

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from rollbook.reports import exposition
from rollbook.services import readiness

__all__ = ["healthz", "metrics", "readyz"]

_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all. Asks nothing of the database: one that is away is no reason to start anew."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when a request can be served: the database answers and has the tables of this version; else 503, and which of
    them is not so."""
    checks = readiness.checks()
    return JsonResponse({"ready": all(checks.values()), "checks": checks}, status=200 if all(checks.values()) else 503)


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The metrics as Prometheus reads them: for whoever has the token of ROLLBOOK_METRICS_TOKEN; where none is set, for
    this machine alone, and not through a proxy on it. 503 while the database does not answer."""
    if not _may_ask(request):
        return HttpResponse("Not for you: see ROLLBOOK_METRICS_TOKEN.\n", status=403, content_type="text/plain")
    try:
        body = exposition.text(now=timezone.now())
    except (DatabaseError, InterfaceError):
        return HttpResponse("The database does not answer.\n", status=503, content_type="text/plain")
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)


def _may_ask(request: HttpRequest) -> bool:
    token = settings.ROLLBOOK_METRICS_TOKEN
    if token:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    if any(header in request.META for header in _FORWARDED):  # somebody else asks, through a proxy that runs here
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
