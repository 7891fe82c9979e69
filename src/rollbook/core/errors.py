"""Everything that can go wrong with a run, grouped by what the catcher does about it (house.md, section 6).

    RollbookError                    never raised itself
    ├── ConfigError          10      settings or installation are wrong; the connection pauses until a person mends them
    ├── AuthError            11      the source refused us; look the credentials up again once, then pause
    ├── TransientError       12      try again later, a bounded number of times
    │   └── RateLimited      12      the same, and the source said how long to wait
    ├── DataError            13      what arrived cannot be used; the run fails with findings, nothing changes (S-2)
    ├── HoldRequired         20      a person must decide first (R-10)
    ├── PlanStale            21      the state moved since the plan was computed; plan again (R-1)
    ├── LeaseLost            22      another worker has the run (R-14)
    └── NotFound             30      no such thing, or not yours: the same answer

A bad row is no exception: it is a finding.

`message` is for the administrator: what happened, which record. `hint` is what to do, in one step. `detail` is for the
log. None of the three ever holds a name, a contact or a birth date (T-3).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:  # the shell catches errors before it loads anything heavy
    import polars as pl

__all__ = [
    "AuthError",
    "ConfigError",
    "DataError",
    "HoldRequired",
    "LeaseLost",
    "NotFound",
    "PlanStale",
    "RateLimited",
    "RollbookError",
    "TransientError",
]


class RollbookError(Exception):
    """An error that a person can act on: shown as a sentence, never as a traceback."""

    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500
    is_transient: ClassVar[bool] = False

    def __init__(self, message: str, *, hint: str = "", detail: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.detail: dict[str, Any] = dict(detail or {})

    @property
    def code(self) -> str:
        """The class name, for machines (`{"error": {"code": …}}`)."""
        return type(self).__name__

    def as_dict(self) -> dict[str, Any]:
        """What `--json` prints: code, message, hint, detail and exit code."""
        return {
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "detail": self.detail,
            "exit_code": self.exit_code,
        }


class ConfigError(RollbookError):
    """Settings, paths or the installation are wrong; only a person can mend it."""

    exit_code = 10
    http_status = 422


class AuthError(RollbookError):
    """The source does not accept our credentials."""

    exit_code = 11
    http_status = 422


class TransientError(RollbookError):
    """Something that may well work in a moment: a time-out, a busy server, a dropped connection."""

    exit_code = 12
    http_status = 503
    is_transient = True


class RateLimited(TransientError):
    """The source asked us to slow down; `retry_after` is in seconds when it said so."""

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        hint: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, hint=hint, detail=detail)
        self.retry_after = retry_after


class DataError(RollbookError):
    """What arrived cannot be used as a whole; the run fails, nothing changes (S-2).

    `findings` is a frame of `core.findings`, when there is more to say than the message.
    """

    exit_code = 13
    http_status = 422

    def __init__(
        self,
        message: str,
        *,
        findings: pl.DataFrame | None = None,
        hint: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, hint=hint, detail=detail)
        self.findings = findings

    def as_dict(self) -> dict[str, Any]:
        """As the base class, with the findings, one mapping each."""
        return {**super().as_dict(), "findings": [] if self.findings is None else self.findings.to_dicts()}


class HoldRequired(RollbookError):
    """Changes wait for a person's decision (R-10)."""

    exit_code = 20
    http_status = 409


class PlanStale(RollbookError):
    """The directory moved since this plan was computed; it must be computed again (R-1)."""

    exit_code = 21
    http_status = 409


class LeaseLost(RollbookError):
    """Another run of the same connection is at work (R-14)."""

    exit_code = 22
    http_status = 409


class NotFound(RollbookError):
    """There is no such thing, or it is not yours: the same answer on purpose (T-1)."""

    exit_code = 30
    http_status = 404
