"""Step 2: the apps of a district. And the way of everybody who signs in through one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rollbook.core.errors import AuthError, ConfigError, RollbookError
from rollbook.services import access, sso_apps, sso_sign_in
from rollbook.services.access import Act, Seat
from rollbook.services.sso_apps import SsoApp
from rollbook.sso import flow
from rollbook.web.components.choices import Choice, choices
from rollbook.web.doors import in_district
from rollbook.web.page import account_of, show
from rollbook.web.single_sign_on import passing
from rollbook.web.single_sign_on.presenters import AppCard, app_card, provider_words

__all__ = ["apps", "begin", "callback", "edit", "remove", "try_out"]

FIELDS = ("provider", "tenant", "client_id", "secret", "base", "api", "claim")


@dataclass(frozen=True, slots=True, kw_only=True)
class AppsPage:
    """The district's apps."""

    slug: str
    apps: tuple[AppCard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPage:
    """One app as it is or as it was just typed, never its secret. ``redirect_address``: to copy; blank for a new app."""

    slug: str
    number: int | None
    values: Mapping[str, str]
    refusals: Mapping[str, str]
    providers: tuple[Choice, ...]
    redirect_address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedPage:
    """Why nobody was signed in, and what to do. ``again``: where to try once more."""

    sentence: str
    what_to_do: str
    again: str


@require_safe
@in_district()
def apps(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The apps, and what is to be done for each."""
    cards = tuple(app_card(app, _address(request, app.pk)) for app in sso_apps.listed(seat.district))
    page = AppsPage(slug=seat.district.slug, apps=cards)
    return show(request, "single_sign_on/apps.html", page, title=_("Single sign-on"), seat=seat, here="set-up")


@sensitive_post_parameters("secret")
@require_http_methods(["GET", "HEAD", "POST"])
@in_district(Act.DECIDE)
def edit(request: HttpRequest, seat: Seat, number: int | None = None) -> HttpResponse:
    """GET: the form. POST: the app is as typed, or a sentence stands beside each field that cannot be."""
    found = sso_apps.find(seat.district, number) if number is not None else None
    kept = _kept(found)
    typed = (
        {name: request.POST.get(name, "") for name in FIELDS} if request.method == "POST" else {**kept, "secret": ""}
    )
    refusals: dict[str, str] = {}
    if request.method == "POST":
        refusals = dict(sso_apps.check(values=typed, has_secret=found is not None))
        if not refusals:
            try:
                made = sso_apps.save(
                    district=seat.district,
                    values=typed,
                    number=number,
                    by=account_of(request).get_username(),
                    now=timezone.now(),
                )
            except ConfigError as error:
                refusals = {"tenant": f"{error.message} {error.hint}"}
            else:
                messages.success(request, _("Kept. Copy the redirect address to the vendor, then test it."))
                return redirect("sso-edit", seat.district.slug, made.pk)
    page = FormPage(
        slug=seat.district.slug,
        number=number,
        values={name: "" if name == "secret" else typed.get(name, "") for name in FIELDS},
        refusals={name: refusals.get(name, "") for name in FIELDS},
        providers=choices(provider_words(), typed.get("provider", "")),
        redirect_address=_address(request, found.pk) if found else "",
    )
    title = _("App for single sign-on")
    status = 422 if refusals else 200
    return show(request, "single_sign_on/form.html", page, title=title, seat=seat, here="set-up", status=status)


@require_POST
@in_district(Act.DECIDE)
def remove(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Nobody signs in through the app any more."""
    sso_apps.remove(district=seat.district, number=number, by=account_of(request).get_username())
    messages.success(request, _("The app is removed. Accounts stay; nobody signs in through it any more."))
    return redirect("sso", seat.district.slug)


@require_safe
@in_district(Act.DECIDE)
def try_out(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """The administrator goes through the vendor and back, and stays who they are. A link, not a form: the policy of our pages
    lets no form end up elsewhere."""
    app = sso_apps.find(seat.district, number)
    return _begin(request, app.pk, after=reverse("sso", args=[seat.district.slug]), is_test=True)


@login_not_required
@never_cache
@require_safe
def begin(request: HttpRequest, number: int) -> HttpResponse:
    """To the vendor, and back to the page that ``next`` names."""
    return _begin(request, number, after=request.GET.get("next", ""), is_test=False)


@login_not_required
@never_cache
@require_safe
def callback(request: HttpRequest, number: int) -> HttpResponse:
    """Back from the vendor: signed in, or a page that says why not.

    A code without a state of ours (a launch from the vendor's portal, or somebody else's code) is thrown away, and our own
    sign-in begins, once (T-6).
    """
    now = timezone.now()
    asked = request.GET
    passage = passing.take(request, asked.get("state", ""), app=number, now=now.timestamp())
    if asked.get("error"):
        return _refused(request, number, _("The sign-in was broken off."), _("Try again, and allow it."))
    if passage is None:
        if passing.may_restart(request, now=now.timestamp()):
            passing.restarted(request, now=now.timestamp())
            return _begin(request, number, after="", is_test=False)
        return _refused(
            request,
            number,
            _("The sign-in took too long, or was begun in another browser."),
            _("Begin again from here. If it stays so, allow cookies for this address."),
        )
    app = sso_apps.everywhere(number)
    try:
        claim = flow.finish(
            sso_apps.opened(app),
            code=asked.get("code", ""),
            redirect=_address(request, number),
            nonce=passage.nonce,
            verifier=passage.verifier,
        )
        if passage.is_test:
            return _tested(request, number, claim_is=sso_sign_in.recognise(app, claim).name, after=passage.after)
        account = sso_sign_in.enter(app, claim, now=now)
    except RollbookError as error:
        return _refused(request, number, error.message, error.hint, status=error.http_status)
    login(request, account)  # a new session key; another's session is emptied first
    return redirect(_ours(request, passage.after) or "districts")


def _kept(app: SsoApp | None) -> dict[str, str]:
    """The app as it is typed: addresses that the vendor has anyway are blank."""
    if app is None:
        return {"provider": "classlink"}
    usual = flow.DEFAULTS[app.provider]
    return {
        "provider": app.provider,
        "tenant": "" if app.provider == "oidc" else app.tenant,
        "client_id": app.client_id,
        "base": "" if app.base == usual[0] else app.base,
        "api": "" if app.api == usual[1] else app.api,
        "claim": app.claim,
    }


def _begin(request: HttpRequest, number: int, *, after: str, is_test: bool) -> HttpResponse:
    app = sso_apps.everywhere(number)
    try:
        started = flow.begin(sso_apps.opened(app), redirect=_address(request, number))
    except RollbookError as error:
        return _refused(request, number, error.message, error.hint, status=error.http_status)
    passing.remember(
        request, started, app=number, after=_ours(request, after), is_test=is_test, now=timezone.now().timestamp()
    )
    return redirect(started.address)


def _tested(request: HttpRequest, number: int, *, claim_is: str, after: str) -> HttpResponse:
    """Only who may change the app has tested it."""
    app = sso_apps.everywhere(number)
    if not isinstance(request.user, User):
        raise PermissionDenied
    if not access.seat(request.user, app.district.slug).may(Act.DECIDE):
        raise PermissionDenied
    sso_apps.tested(app=app, by=request.user.get_username(), now=timezone.now())
    messages.success(request, _("It works: the roster knows who signed in there as %(name)s.") % {"name": claim_is})
    return redirect(after or "districts")


def _refused(
    request: HttpRequest, number: int, sentence: str, what_to_do: str, status: int = AuthError.http_status
) -> HttpResponse:
    page = RefusedPage(sentence=sentence, what_to_do=what_to_do, again=reverse("sso-begin", args=[number]))
    return render(request, "single_sign_on/refused.html", {"page": page}, status=403 if status == 422 else status)


def _address(request: HttpRequest, number: int) -> str:
    return request.build_absolute_uri(reverse("sso-callback", args=[number]))


def _ours(request: HttpRequest, address: str) -> str:
    """The address, when it is one of ours."""
    is_ours = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if is_ours else ""
