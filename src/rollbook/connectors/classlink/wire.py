"""The partner's listing of applications, as ClassLink writes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rollbook.connectors.kit.http import Reply, is_page
from rollbook.core.errors import ConfigError, DataError, TransientError

__all__ = ["Application", "DirectAccess", "read_applications", "read_server"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A district that added our app. ``path_id``: the path segment, already percent-encoded, used as it is."""

    path_id: str
    tenant_id: str
    tenant_status: str
    enabled: bool
    bearer: str = field(repr=False)

    @property
    def suspended(self) -> str:
        """Why the district's data may not be read now; empty when it may. Never a reason to remove anybody."""
        if self.tenant_status.casefold() != "active":
            return "tenant_not_active"
        if not self.enabled:
            return "disabled"
        return "" if self.bearer else "no_bearer"


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectAccess:
    """How to reach a district's own Roster Server."""

    endpoint: str
    client_id: str
    client_secret: str = field(repr=False)


def read_applications(reply: Reply) -> list[Application]:
    """One page of the listing. Raises TransientError or DataError when it is none."""
    rows = _answer(reply).get("applications")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise DataError(
            "ClassLink's listing of applications is not as expected.",
            hint="Check the setting host. If it is right, ClassLink may have changed it: tell the makers of Rollbook.",
        )
    return [
        Application(
            path_id=_text(row, "oneroster_application_id"),
            tenant_id=_text(row, "tenant_id"),
            tenant_status=_text(row, "tenant_status"),
            enabled=_text(row, "enabled").casefold() == "true",
            bearer=_text(row, "bearer"),
        )
        for row in rows
    ]


def read_server(reply: Reply) -> DirectAccess:
    """The credentials of a district's own server. Raises ConfigError when the answer holds none."""
    server = _answer(reply).get("server")
    known = server if isinstance(server, dict) else {}
    access = DirectAccess(
        endpoint=_text(known, "endpoint_url"),
        client_id=_text(known, "client_id"),
        client_secret=_text(known, "client_secret"),
    )
    if not (access.endpoint and access.client_id and access.client_secret):
        raise ConfigError(
            "ClassLink gave no credentials for the district's own Roster Server.",
            hint="Set endpoint, client_id and client_secret, or use mode proxy.",
        )
    return access


def _answer(reply: Reply) -> Mapping[str, Any]:
    try:
        answer = json.loads(reply.body)
    except ValueError:
        what = "a web page" if is_page(reply.body) else "something that is not JSON, or not all of it"
        raise TransientError(
            f"ClassLink answered {reply.path} with {what}.", hint="Try again later; check the setting host."
        ) from None
    return answer if isinstance(answer, dict) else {}


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
