"""The table of contents of the web application."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("rollbook.web.urls")),
]

handler400 = "rollbook.web.errors.bad_request"
handler403 = "rollbook.web.errors.not_allowed"
handler404 = "rollbook.web.errors.not_found"
handler500 = "rollbook.web.errors.broken"
