"""What no log line may hold, listened for through the whole suite (T-3): a pytest plugin.

Every record of every logger that would be written at level DEBUG is kept, with the test it came from, on every worker; also
what commands run in this process wrote to stderr. When the session is over, nothing of it may hold

- a secret: any value that any test ever put into a secret setting of any source (all are planted),
- an address, a phone number or a whole name of anybody: those of the generator's districts and of our fixtures.

Else the run fails, and says which test said it; the value itself is not repeated.
"""

from __future__ import annotations

import itertools
import logging
import os
import re
from collections.abc import Iterable
from typing import Any

import pytest
import structlog

from rollbook.connectors.kit.redaction import Settings, secret_fields
from rollbook.sandbox.district.names import FAMILY, GIVEN

__all__ = ["HEARD", "Heard", "found"]

_SHORTEST = 8
"""A secret shorter than this is a word that a test made do with, not one that was planted."""
_OURS_TO_HEAR = frozenset({"mail", "aiosmtpd", "hypothesis", "faker"})
"""Loggers of the tests' own tools: servers that stand in for others."""
_ADDRESS = re.compile(r"[\w.+-]+@(?!(?:openssh|asyncssh)\.com\b)[\w-]+(?:\.[\w-]+)*\.(?:org|net|com|example|edu|us)\b")
"""OpenSSH and asyncssh name their extensions like addresses."""
_PHONE = re.compile(r"(?<![\d.])(?:\+1\d{3}555\d{4}|\(?\d{3}\)?[ -]+555[ -]?\d{4})\b")
_WORDS = re.compile(r"[^\W\d_][\w'’-]+")
_PLANTED = re.compile(r"Quillfeather|Ravenscroft|Lindqvist|Vireo|families\.example|planted-secret")

Line = tuple[str, str, str]
"""(logger, test, text)."""


class Heard(logging.Handler):
    """All that was said, each line once; and what was planted."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.lines: dict[str, Line] = {}
        self.secrets: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.partition(".")[0] in _OURS_TO_HEAR:
            return
        trace = logging.Formatter().formatException(record.exc_info) if record.exc_info else ""
        self.note(record.name, f"{record.msg!s} {record.args!s} {trace}")

    def note(self, source: str, text: str) -> None:
        """Something was said by ``source`` in the test that runs now."""
        test = os.environ.get("PYTEST_CURRENT_TEST", "outside tests").partition("[")[0]  # a parameter may be planted
        self.lines.setdefault(f"{source} {text}", (source, test, text))

    def plant(self, values: Iterable[Any]) -> None:
        """These must be heard nowhere."""
        self.secrets.update(value for value in values if isinstance(value, str) and len(value) >= _SHORTEST)


HEARD = Heard()
_FROM_WORKERS: list[str] = []


def found(heard: Heard) -> list[str]:
    """A sentence for every line that holds what it may not; without the value."""
    told = []
    for source, test, text in heard.lines.values():
        what = _secret(text, heard.secrets) or ("" if source == "stderr" else _personal(text))
        if what:
            told.append(f"{source} told {what} in {test}")
    return sorted(set(told))


def _secret(text: str, secrets: Iterable[str]) -> str:
    return "a secret" if any(secret in text for secret in secrets) else ""


def _personal(text: str) -> str:
    if _PLANTED.search(text):
        return "a planted value"
    if _ADDRESS.search(text):
        return "an e-mail address"
    if _PHONE.search(text):
        return "a phone number"
    words = _WORDS.findall(text)
    pairs = itertools.pairwise(words)
    return "a name" if any((a in _GIVEN and b in _FAMILY) or (b in _GIVEN and a in _FAMILY) for a, b in pairs) else ""


def _names(spelled: Any) -> frozenset[str]:
    return frozenset(name for name in spelled._spelled.to_list() if len(name) > 2)


_GIVEN, _FAMILY = _names(GIVEN), _names(FAMILY)


def pytest_configure(config: pytest.Config) -> None:
    """From now on everything is heard, whatever level a command sets for its own lines."""
    del config
    _listen()
    ordinary = logging.basicConfig

    def basic_config(**settings: Any) -> None:
        ordinary(**settings)
        level = settings.get("level", logging.WARNING)
        for handler in settings.get("handlers") or ():
            handler.setLevel(level)  # what the command shows stays what it was told to show
        _listen()

    logging.basicConfig = basic_config
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )

    def planting(cls: type[Any], *_: Any, **values: Any) -> Any:
        HEARD.plant(values[name] for name in secret_fields(cls) if values.get(name))
        return object.__new__(cls)

    Settings.__new__ = planting  # type: ignore[method-assign,assignment]


def _listen() -> None:
    root = logging.getLogger()
    root.setLevel(logging.DEBUG)
    if HEARD not in root.handlers:
        root.addHandler(HEARD)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """What a worker heard comes home with it."""
    del error
    _FROM_WORKERS.extend(getattr(node, "workeroutput", {}).get("leaks", []))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The run fails when anything was told."""
    here = found(HEARD)
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["leaks"] = here
        return
    _FROM_WORKERS.extend(here)
    if _FROM_WORKERS:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Which test told what."""
    if _FROM_WORKERS:
        terminalreporter.section("told in a log or on stderr, and may not be (T-3)", red=True)
        for line in sorted(set(_FROM_WORKERS)):
            terminalreporter.write_line(line)
