"""Sign in by e-mail address and password, or by a link that works once; sign out."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from rollbook.core.errors import AuthError, RateLimited
from rollbook.services import accounts, sso_apps
from rollbook.web.sign_in.caller import caller
from rollbook.web.single_sign_on.presenters import provider_words

__all__ = ["by_link", "sign_in", "sign_out"]


MOST_APPS = 12
"""More districts than that do not fit under the form: their people launch from their own portal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppLink:
    """One app to sign in with."""

    number: int
    provider: str
    district: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInPage:
    """The form with what was typed, and why it did not work."""

    email: str
    next: str
    refusal: str
    what_to_do: str
    apps: tuple[AppLink, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPage:
    """One button; or why the link does not work."""

    refusal: str
    what_to_do: str


@login_not_required
@sensitive_post_parameters("password")
@sensitive_variables("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The form; after it, the page that was asked for."""
    after = _after(request)
    email, refusal, what_to_do, status = "", "", "", 200
    if request.method == "POST":
        email, password = request.POST.get("email", ""), request.POST.get("password", "")
        try:
            account = accounts.sign_in(email=email, password=password, address=_address(request), now=timezone.now())
        except (AuthError, RateLimited) as error:
            refusal, what_to_do, status = error.message, error.hint, _status(error)
        else:
            login(request, account)
            return redirect(after or "districts")
    page = SignInPage(email=email, next=after, refusal=refusal, what_to_do=what_to_do, apps=_apps())
    return render(request, "sign_in/form.html", {"page": page}, status=status)


@login_not_required
@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request: HttpRequest, secret: str) -> HttpResponse:
    """A page with one button: whoever only looks at a link (a mail scanner, a preview) does not use it up. After it, the
    page that ``next`` names."""
    refusal, what_to_do, status = "", "", 200
    if request.method == "POST":
        try:
            account = accounts.open_link(secret=secret, address=_address(request), now=timezone.now())
        except (AuthError, RateLimited) as error:
            refusal, what_to_do, status = error.message, error.hint, _status(error)
        else:
            login(request, account)
            return redirect(_after(request) or "districts")
    page = LinkPage(refusal=refusal, what_to_do=what_to_do)
    return render(request, "sign_in/link.html", {"page": page}, status=status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Nobody is signed in here any more."""
    logout(request)
    return redirect("sign-in")


def _apps() -> tuple[AppLink, ...]:
    words = provider_words()
    found = sso_apps.listed(most=MOST_APPS + 1)
    if len(found) > MOST_APPS:
        return ()
    return tuple(AppLink(number=app.pk, provider=words[app.provider], district=app.district.name) for app in found)


def _after(request: HttpRequest) -> str:
    """The page that was asked for, when it is one of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}) else ""


def _status(error: AuthError | RateLimited) -> int:
    return 429 if isinstance(error, RateLimited) else 403


def _address(request: HttpRequest) -> str:
    forwarded = request.headers.get("X-Forwarded-For", "")
    return caller(str(request.META.get("REMOTE_ADDR", "")), forwarded, settings.ROLLBOOK_TRUSTED_PROXIES)
