"""The list of runs, one run, and its report as a file."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rollbook.core.errors import NotFound
from rollbook.reports import run_page as report
from rollbook.reports.run_list import run_list
from rollbook.reports.run_report import write
from rollbook.services import access
from rollbook.services.access import Seat
from rollbook.web.doors import in_district
from rollbook.web.page import show
from rollbook.web.runs.presenters import run_page, runs_page

__all__ = ["download", "run", "runs"]

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
    page = run_page(seat.district.slug, facts, told)
    return show(request, "runs/run.html", page, title=_("Run %(run)d") % {"run": found.pk}, seat=seat, here="runs")


@require_safe
@in_district()
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
