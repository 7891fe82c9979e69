"""The list of runs, one run, and its report as a file."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rollbook.core.errors import NotFound
from rollbook.core.lifecycle import RunState
from rollbook.reports import run_page as report
from rollbook.reports.run_list import run_list
from rollbook.reports.run_report import write
from rollbook.services import access, scheduling
from rollbook.services.access import Act, Seat
from rollbook.services.progress import progress_of
from rollbook.web.doors import in_district
from rollbook.web.page import account_of, show
from rollbook.web.runs.presenters import run_page, runs_page

__all__ = ["cancel", "download", "run", "run_now", "runs"]

SIZE = 50


@require_safe
@in_district()
def runs(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The runs of the district, the newest first; ``before``: only those older than that run."""
    word = request.GET.get("before", "")
    before = int(word) if word.isdecimal() and len(word) < 19 else None
    page = runs_page(seat.district.slug, run_list(seat.district, limit=SIZE + 1, before=before), SIZE)
    return show(request, "runs/list.html", page, title=_("Runs"), seat=seat, here="runs")


@require_safe
@in_district()
def run(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """One run; without its plan when that is not kept any more."""
    found = access.district_run(seat.district, number)
    facts = report.facts_of(found)
    try:
        told = report.tell(found) if facts.is_kept else None
    except NotFound:  # its retention is over: the rest is still worth a page
        told = None
    page = run_page(seat.district.slug, facts, told, progress_of(found.pk, now=timezone.now()))
    title = _("Run %(run)d") % {"run": found.pk}
    tells = not page.progress.is_over
    return show(request, "runs/run.html", page, title=title, seat=seat, here="runs", tells_progress=tells)


@require_POST
@in_district(Act.DECIDE)
def run_now(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """A run of the source waits for a worker: it plans, and applies what waits for nobody; with ``only=plan``, it plans."""
    source = access.source(seat.district, number)
    only_plan = request.POST.get("only") == "plan"
    by = account_of(request).get_username()
    asked = scheduling.request_run(source, by=by, now=timezone.now(), only_plan=only_plan)
    return redirect("run", seat.district.slug, asked.pk)


@require_POST
@in_district(Act.DECIDE)
def cancel(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """The run ends before anything is applied; too late, and the page says so."""
    found = access.district_run(seat.district, number)
    was_planned = found.state in (RunState.PLANNED, RunState.APPLIED)
    if not scheduling.cancel(found, by=account_of(request).get_username(), now=timezone.now()):
        messages.info(request, _("Its worker will end run %(run)d before anything is applied.") % {"run": found.pk})
    elif was_planned:
        messages.success(request, _("Withdrawn. Nothing was done."))
    else:
        messages.success(request, _("Run %(run)d is cancelled. Nothing was applied.") % {"run": found.pk})
    return redirect("run", seat.district.slug, found.pk)


@require_safe
@in_district(hands_out="run report")
def download(request: HttpRequest, seat: Seat, number: int, form: str) -> FileResponse:
    """The report: a workbook, or the CSV files in one zip."""
    if form not in ("xlsx", "zip"):
        raise Http404
    found = access.district_run(seat.district, number)
    with tempfile.TemporaryDirectory(prefix="rollbook-report-") as name:
        folder = Path(name)
        write(found, folder, "xlsx" if form == "xlsx" else "csv")
        if form == "xlsx":
            path = folder / "report.xlsx"
        else:
            path = folder / "report.zip"
            with zipfile.ZipFile(path, "w", compression=zipfile.ZIP_DEFLATED) as bundle:
                for file in sorted(folder.glob("*.csv")):
                    bundle.write(file, file.name)
        stream = path.open("rb")  # an open file outlives its folder
    return FileResponse(stream, as_attachment=True, filename=f"{seat.district.slug}-run-{found.pk}.{form}")
