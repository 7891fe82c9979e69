"""Undo: the preview, then the act."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rollbook.services import access, errands, undoing
from rollbook.services.access import Act, Seat
from rollbook.web.doors import in_district
from rollbook.web.page import account_of, show

__all__ = ["undo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLine:
    """What would happen to one table."""

    name: str
    taken_out: int
    set_back: int
    brought_back: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoPage:
    """The preview. ``conflicts``: records that later changes stand on; ``first``: runs to undo before this one."""

    slug: str
    run: int
    rows: int
    tables: tuple[TableLine, ...]
    conflicts: int
    first: tuple[int, ...]


@require_http_methods(["GET", "HEAD", "POST"])
@in_district(Act.DECIDE)
def undo(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """GET: what it would do. POST: a worker will do it; with ``exclude``, all but what is in the way."""
    run = access.district_run(seat.district, number)
    if request.method == "POST":
        by = account_of(request).get_username()
        exclude = request.POST.get("exclude") == "1"
        errands.undo(run=run, by=by, now=timezone.now(), exclude_conflicts=exclude)
        return redirect("run", seat.district.slug, run.pk)
    title = _("Undo run %(run)d") % {"run": run.pk}
    return show(
        request, "undo/undo.html", _page(seat, run.pk, undoing.preview(run)), title=title, seat=seat, here="runs"
    )


def _page(seat: Seat, run: int, would: undoing.UndoPlan) -> UndoPage:
    parts = (would.deletes, would.updates, would.inserts)
    names = list(dict.fromkeys(name for part in parts for name in part))
    return UndoPage(
        slug=seat.district.slug,
        run=run,
        rows=would.rows,
        tables=tuple(
            TableLine(
                name=name.replace("_", " "),
                taken_out=would.deletes.get(name, 0),
                set_back=would.updates.get(name, 0),
                brought_back=would.inserts.get(name, 0),
            )
            for name in names
        ),
        conflicts=would.conflicts.select("kind", "record_id").n_unique() if would.conflicts.height else 0,
        first=would.blocking_runs,
    )
