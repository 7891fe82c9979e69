"""One file of named frames, compressed and sealed.

A file is a magic line, then parts; a part is its length (8 bytes), a random nonce (12 bytes) and the AES-GCM
ciphertext. The first part is JSON: a random mark of this very file, the writer's own header, and the list of parts that
follow. Every other part is a piece of one frame as zstd Parquet. Each part is bound to the file's name, its mark, and
its own place and name, so that no part can be changed, dropped, swapped or brought over from another file unnoticed.
"""

from __future__ import annotations

import io
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

import polars as pl
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rollbook.core.errors import ConfigError

__all__ = ["read_sealed", "write_sealed"]

_MAGIC: Final = b"ROLLBOOK SEALED 1\n"
_NONCE: Final = 12
_ROWS: Final = 250_000
"""Rows a part: what is in memory twice while a frame is written or read."""


def write_sealed(path: Path, key: bytes, header: Mapping[str, Any], frames: Mapping[str, pl.DataFrame]) -> None:
    """``path`` holds ``header`` (JSON values) and ``frames``, readable only with ``key`` and only under this file name.
    It appears all at once, 0600; a file of that name is replaced."""
    pieces = [(name, start) for name, frame in frames.items() for start in range(0, max(1, frame.height), _ROWS)]
    mark = secrets.token_hex(16)
    contents = {"mark": mark, "header": dict(header), "parts": [name for name, _ in pieces]}
    seal = AESGCM(key)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(_MAGIC)
            _write_part(stream, seal, json.dumps(contents).encode(), f"{path.name}|contents")
            for number, (name, start) in enumerate(pieces):
                buffer = io.BytesIO()
                frames[name].slice(start, _ROWS).write_parquet(
                    buffer, compression="zstd", compression_level=1, statistics=False
                )
                _write_part(stream, seal, buffer.getvalue(), f"{path.name}|{mark}|{number}|{name}")
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise ConfigError(
            f"The artifact {path.name} cannot be written: {error.strerror}.", hint="Look with: rollbook doctor"
        ) from error


def read_sealed(path: Path, key: bytes) -> tuple[dict[str, Any], dict[str, pl.DataFrame]]:
    """The header and the frames of ``path``, exactly as they were written.

    Raises ConfigError when the key is another one, or the file is damaged, cut, renamed or not ours.
    """
    seal = AESGCM(key)
    frames: dict[str, list[pl.DataFrame]] = {}
    try:
        with path.open("rb") as stream:
            if stream.read(len(_MAGIC)) != _MAGIC:
                raise _unreadable(path)
            contents = json.loads(_read_part(stream, seal, f"{path.name}|contents"))
            for number, name in enumerate(contents["parts"]):
                part = _read_part(stream, seal, f"{path.name}|{contents['mark']}|{number}|{name}")
                frames.setdefault(name, []).append(pl.read_parquet(io.BytesIO(part)))
            if stream.read(1):
                raise _unreadable(path)
    except (InvalidTag, EOFError) as error:
        raise _unreadable(path) from error
    except OSError as error:
        raise ConfigError(
            f"The artifact {path.name} cannot be read: {error.strerror}.", hint="Look with: rollbook doctor"
        ) from error
    return contents["header"], {name: pl.concat(parts, rechunk=False) for name, parts in frames.items()}


def _write_part(stream: BinaryIO, seal: AESGCM, data: bytes, place: str) -> None:
    nonce = secrets.token_bytes(_NONCE)
    sealed = seal.encrypt(nonce, data, place.encode())
    stream.write(len(sealed).to_bytes(8, "big"))
    stream.write(nonce)
    stream.write(sealed)


def _read_part(stream: BinaryIO, seal: AESGCM, place: str) -> bytes:
    size = int.from_bytes(_exactly(stream, 8), "big")
    nonce = _exactly(stream, _NONCE)
    return seal.decrypt(nonce, _exactly(stream, size), place.encode())


def _exactly(stream: BinaryIO, size: int) -> bytes:
    left = os.fstat(stream.fileno()).st_size - stream.tell()
    if size > left:  # a damaged length must not ask for more memory than the file could fill
        raise EOFError
    return stream.read(size)


def _unreadable(path: Path) -> ConfigError:
    return ConfigError(
        f"The artifact {path.name} cannot be opened: it was sealed with another key, or it is damaged.",
        hint="Put back the key that was in use when it was written (ROLLBOOK_KEY or rollbook.key), or plan again.",
        detail={"artifact": path.name},
    )
