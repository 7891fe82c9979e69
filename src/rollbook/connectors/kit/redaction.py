"""What keeps secrets out of sight: settings that do not show them, wire libraries that do not log them (T-3)."""

from __future__ import annotations

import logging
from dataclasses import fields
from typing import Any

__all__ = ["HIDDEN", "Settings", "hush_wire_logs", "secret_fields"]

HIDDEN = "***"

_WIRE_LOGGERS = ("httpx2", "httpcore2", "oauthlib", "stamina", "asyncssh")
"""Libraries whose own log lines hold addresses with credentials in the query, headers or signatures."""


_NEVER = logging.CRITICAL + 1


class Settings:
    """Base of every ``Config`` (``@dataclass(frozen=True, slots=True, kw_only=True, repr=False)``).

    A field with ``metadata={'secret': True}`` is shown as ``***`` in ``repr``, ``str`` and anything built on them.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        secret = secret_fields(type(self))
        shown = (
            f"{item.name}={HIDDEN if item.name in secret and getattr(self, item.name) else getattr(self, item.name)!r}"
            for item in fields(self)  # type: ignore[arg-type]  # subclasses are dataclasses
        )
        return f"{type(self).__name__}({', '.join(shown)})"


def secret_fields(config: type[Any]) -> frozenset[str]:
    """The names of the settings of ``config`` that are secret."""
    return frozenset(item.name for item in fields(config) if item.metadata.get("secret"))


def hush_wire_logs() -> None:
    """No log line of the libraries that speak to sources goes anywhere, at any level: we write our own, without
    addresses' queries, headers and bodies."""
    for name in _WIRE_LOGGERS:
        logger = logging.getLogger(name)
        logger.propagate = False
        logger.setLevel(_NEVER)  # children inherit it, so that not even a handler of their own sees a line
        if not any(isinstance(handler, logging.NullHandler) for handler in logger.handlers):
            logger.addHandler(logging.NullHandler())
