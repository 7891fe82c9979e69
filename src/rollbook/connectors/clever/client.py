"""Clever's endpoints: one function each. All of them are GET (S-1)."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import httpx2

from rollbook.connectors.clever.config import Config
from rollbook.connectors.clever.wire import Page, decode_page, sensitive_fields
from rollbook.connectors.kit.budget import Budget
from rollbook.connectors.kit.http import Reply, Server
from rollbook.core.errors import AuthError, ConfigError, DataError, TransientError

__all__ = ["EVENTS", "Clever", "query_of"]

VENDOR = "Clever"
EVENTS = "events"
_AT_ONCE = 5
"""Requests under way at once: Clever allows 1,200 a minute for one token; a district is some dozens."""
_NOT_OURS = (401, 403, 404)


@dataclass(eq=False)
class _DistrictToken(httpx2.Auth):
    """The district's token. Where Clever refuses it, it is looked up once more, for tokens rotate."""

    token: str = field(repr=False)
    look_up: Callable[[], str] | None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _looked_up: bool = False

    def sync_auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """The request with a token; once more with today's after a 401."""
        used = self._current()
        request.headers["Authorization"] = f"Bearer {used}"
        response = yield request
        if response.status_code != httpx2.codes.UNAUTHORIZED or self.look_up is None:
            return
        with self._lock:
            if self.token == used and not self._looked_up:
                self._looked_up = True
                self.token = self.look_up()
            if self.token == used:
                return
        request.headers["Authorization"] = f"Bearer {self.token}"
        yield request

    def _current(self) -> str:
        with self._lock:
            if not self.token and self.look_up is not None:
                self._looked_up = True
                self.token = self.look_up()
            return self.token


class Clever:
    """The API as one district's token sees it; threads may share it. ``transport`` replaces the network."""

    def __init__(self, config: Config, *, transport: httpx2.BaseTransport | None = None) -> None:
        self.config = config
        self.budget = Budget(_AT_ONCE)
        self._sensitive: set[str] = set()
        self._open = ExitStack()
        self._tokens = self._open.enter_context(
            Server(
                config.token_url,
                vendor="Clever's token list",
                budget=Budget(1),
                auth=httpx2.BasicAuth(config.client_id, config.client_secret),
                transport=transport,
            )
        )
        auth = _DistrictToken(config.token, self._look_up if config.can_look_up else None)
        self._data = self._open.enter_context(
            Server(config.base_url, vendor=VENDOR, budget=self.budget, auth=auth, transport=transport)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    @property
    def sensitive(self) -> frozenset[str]:
        """Names of fields seen so far that are shared in vain (``wire.SENSITIVE``)."""
        return frozenset(self._sensitive)

    def page(self, collection: str, query: Mapping[str, str]) -> tuple[Page, int]:
        """One page of a collection, and its size in bytes."""
        reply = self._get(collection, query)
        self._sensitive |= sensitive_fields(reply.body)
        return decode_page(reply.body, collection), len(reply.body)

    def district(self) -> Page:
        """``/districts``: the one district that this token is for."""
        return decode_page(self._get("districts", {}).body, "districts")

    def events(self, query: Mapping[str, str]) -> tuple[list[dict[str, Any]], str]:
        """Events, oldest first, and the link to those before; none where the app has no events."""
        reply = self._get(EVENTS, query, accept=(403, 404))
        if reply.status in _NOT_OURS:
            return [], ""
        return _events_of(reply)

    def _get(self, path: str, query: Mapping[str, str], accept: tuple[int, ...] = ()) -> Reply:
        return self._data.get(f"/{self.config.api_version}/{path}", query, accept=accept)

    def _look_up(self) -> str:
        """Today's token of the district, from the list of the app's tokens."""
        reply = self._tokens.get("", {"owner_type": "district", "district": self.config.district_id})
        try:
            tokens = {item["owner"]["id"]: item["access_token"] for item in json.loads(reply.body)["data"]}
        except (ValueError, KeyError, TypeError):
            raise ConfigError(
                "Clever's list of tokens is not what it should be.", hint="Check the setting token_url."
            ) from None
        token = tokens.get(self.config.district_id)
        if not isinstance(token, str) or not token:
            raise AuthError(
                "The district has no connection with your Clever app now. Nothing was changed.",
                hint="Ask the district's Clever administrator to add or resume the app; check the district id.",
            )
        return token


def query_of(link: str, path: str) -> dict[str, str]:
    """The query of a link of Clever's. Host and path are only looked at, never followed.

    Raises DataError for a link that leads elsewhere than ``path`` (``users``, ``events`` …).
    """
    parts = urlsplit(link)
    if parts.path.rstrip("/").rsplit("/", 1)[-1] != path:
        raise DataError(
            f"Clever's link to the next page of {path} leads elsewhere, so it was not followed.",
            hint="Try again. If it happens every time, tell Clever's support.",
        )
    return {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}


def _events_of(reply: Reply) -> tuple[list[dict[str, Any]], str]:
    try:
        answer = json.loads(reply.body)
        events = [item["data"] for item in answer["data"]]
        before = next((link["uri"] for link in answer.get("links", ()) if link.get("rel") == "prev"), "")
        if not all(isinstance(event["id"], str) and isinstance(event["type"], str) for event in events):
            raise TypeError
    except (ValueError, KeyError, TypeError, AttributeError):
        raise TransientError("Clever's list of events broke off, or is none.", hint="Try again later.") from None
    return events, str(before)
