"""The gallery of components."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rollbook.web.page import show

__all__ = ["gallery"]


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """The components, each as pages use it."""
    return show(request, "gallery/gallery.html", None, title=_("Components"))
