"""Look at the first plan, launch, switch the daily run on: in one place."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rollbook.core.errors import ConfigError
from rollbook.core.lifecycle import RunState
from rollbook.reports.launch import launch_facts
from rollbook.reports.run_page import tell
from rollbook.services import access, policies, scheduling
from rollbook.services.access import Act, Seat
from rollbook.services.progress import progress_of
from rollbook.web.doors import in_district
from rollbook.web.launch.presenters import Clock, launch_page
from rollbook.web.page import account_of, show

__all__ = ["launch"]


@require_http_methods(["GET", "HEAD", "POST"])
@in_district()
def launch(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """GET: where the source stands. POST ``act``: ``plan`` asks a worker for a plan; ``daily`` switches the daily run on at
    ``start_time``, ``never`` off. The plan is applied by the preview's own address."""
    source = access.source(seat.district, number)
    typed = refusal = ""
    if request.method == "POST":
        if not seat.may(Act.DECIDE):
            raise PermissionDenied
        typed = request.POST.get("start_time", "").strip()
        refusal = _do(request, seat, number, request.POST.get("act", ""), typed)
        if not refusal:
            return redirect("launch", seat.district.slug, source.pk)
    facts = launch_facts(source)
    progress = progress_of(facts.run.pk, now=timezone.now()) if facts.run else None
    waits = facts.run is not None and facts.run.state == RunState.PLANNED and progress is not None and progress.is_over
    page = launch_page(
        seat.district.slug,
        source.pk,
        source.name,
        source.kind,
        facts,
        tell(facts.run) if facts.run is not None and waits else None,
        progress if progress is not None and not progress.is_over else None,
        Clock(is_on=facts.is_daily, typed=typed or facts.start_time, refusal=refusal, next_at=facts.next_at),
    )
    title = _("Enable and launch %(source)s") % {"source": source.name}
    return show(
        request,
        "launch/launch.html",
        page,
        title=title,
        seat=seat,
        here="set-up",
        status=422 if refusal else 200,
        tells_progress=page.stage == "busy",
    )


def _do(request: HttpRequest, seat: Seat, number: int, act: str, typed: str) -> str:
    """The act is done; or why the time that was typed cannot be."""
    source = access.source(seat.district, number)
    by = account_of(request).get_username()
    if act == "plan":
        scheduling.request_run(source, by=by, now=timezone.now(), only_plan=True)
        return ""
    if act not in ("daily", "never"):
        raise BadRequest
    values = {"daily_sync": "on", "start_time": typed} if act == "daily" else {"daily_sync": "off"}
    try:
        policies.change(connection=source, values=values, by=by)
    except ConfigError as error:
        return f"{error.message} {error.hint}"
    said = _("The daily run is switched on.") if act == "daily" else _("The daily run is switched off.")
    messages.success(request, said)
    return ""
