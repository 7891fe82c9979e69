"""What a browser has to bring back from the vendor: kept in its session, used once, forgotten after ten minutes (T-6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest

from rollbook.sso.claim import Started

__all__ = ["Passage", "may_restart", "remember", "restarted", "take"]

_KEY: Final = "sso"
_RESTARTED: Final = "sso_restarted"
_MINUTES: Final = 10
_MOST: Final = 5
_LOOP_SECONDS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A sign-in that this browser began: at which app, where to go afterwards, and whether it only tests the app."""

    app: int
    nonce: str
    verifier: str
    after: str
    is_test: bool
    at: float


def remember(request: HttpRequest, started: Started, *, app: int, after: str, is_test: bool, now: float) -> None:
    """The browser may come back with ``started.state``. The oldest of several are forgotten."""
    kept: dict[str, Any] = dict(
        sorted(request.session.get(_KEY, {}).items(), key=lambda one: one[1]["at"])[1 - _MOST :]
    )
    kept[started.state] = {
        "app": app,
        "nonce": started.nonce,
        "verifier": started.verifier,
        "after": after,
        "is_test": is_test,
        "at": now,
    }
    request.session[_KEY] = kept


def take(request: HttpRequest, state: str, *, app: int, now: float) -> Passage | None:
    """What was begun with ``state`` at ``app``; a second time None, as for a state that is not ours or is too old."""
    kept: dict[str, Any] = dict(request.session.get(_KEY, {}))
    found = kept.pop(state, None)
    request.session[_KEY] = kept
    if found is None or found["app"] != app or now - found["at"] > _MINUTES * 60:
        return None
    return Passage(**found)


def may_restart(request: HttpRequest, *, now: float) -> bool:
    """Whether a launch may begin a sign-in of ours: not again within a minute, or browser and vendor would go round."""
    return bool(now - request.session.get(_RESTARTED, 0.0) > _LOOP_SECONDS)


def restarted(request: HttpRequest, *, now: float) -> None:
    """A launch has begun one."""
    request.session[_RESTARTED] = now
