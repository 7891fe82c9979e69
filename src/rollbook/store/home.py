"""ROLLBOOK_HOME: the one directory that an installation owns (embedded server, keys, artifacts)."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from rollbook.core.errors import ConfigError

ENVIRONMENT = "ROLLBOOK_HOME"
SECRET_FILE = "secret-key"
KEY_ENVIRONMENT = "ROLLBOOK_KEY"  # what seals artifacts (ADR 0009), or else:
KEY_FILE = "rollbook.key"
ARTIFACTS = "artifacts"
INCOMING = "incoming"
UPLOADS = "uploads"


def home_directory() -> Path:
    """The absolute path of ROLLBOOK_HOME (default `./var`). It need not exist yet."""
    return Path(os.environ.get(ENVIRONMENT) or "var").expanduser().resolve()


def ensure_home(home: Path) -> Path:
    """`home` exists as a directory, and is returned.

    Raises ConfigError when it cannot be made.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"The directory {home} cannot be made: {error.strerror}.",
            hint=f"Set {ENVIRONMENT} to a directory that you may write.",
        ) from error
    return home


def _random_text() -> str:
    return secrets.token_urlsafe(48)


def secret_from(path: Path, draw: Callable[[], str] = _random_text) -> str:
    """The secret in `path`; made by `draw`, readable only by its owner (0600), when it is not there yet.

    Two processes that start together end up with the same secret: the first to link its file into place wins.
    """
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        try:
            ensure_home(path.parent)
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as stream:
                stream.write(draw())
            with contextlib.suppress(FileExistsError):  # another process was first: its secret is the one to use
                os.link(draft, path)
            draft.unlink()
        except OSError as error:
            raise ConfigError(
                f"The secret file {path} cannot be written: {error.strerror}.",
                hint=f"Set {ENVIRONMENT} to a directory that you may write.",
            ) from error
    return path.read_text(encoding="ascii").strip()
