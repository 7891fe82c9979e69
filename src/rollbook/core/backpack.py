"""What may go into a backpack: kinds of files that carry no program, and are what they say they are (section 9)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from types import MappingProxyType

__all__ = ["KINDS", "LARGEST", "VISIBILITIES", "judge_file", "safe_name"]

KINDS = ("work", "report", "form", "letter", "plan", "other")
"""What a file is to a school."""
VISIBILITIES = ("family", "staff")
"""Who may see a file: guardians and staff, or staff only."""
LARGEST = 10 * 1024 * 1024
"""Bytes a file."""

_LONGEST_NAME = 120
_TYPES: Mapping[str, tuple[str, tuple[bytes, ...]]] = MappingProxyType(
    {
        ".pdf": ("application/pdf", (b"%PDF-",)),
        ".png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
        ".jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
        ".jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
        ".gif": ("image/gif", (b"GIF87a", b"GIF89a")),
        ".webp": ("image/webp", (b"RIFF",)),
        ".txt": ("text/plain", ()),
    }
)
"""ending → media type and how such a file begins. Nothing here is run by what opens it: no office file with macros, no
web page, no archive."""


def judge_file(name: str, data: bytes) -> str:
    """The media type of the file. Raises ValueError with a sentence that says why it cannot go into a backpack."""
    ending = PurePosixPath(name).suffix.casefold()
    if ending not in _TYPES:
        endings = ", ".join(sorted(one.removeprefix(".") for one in _TYPES))
        raise ValueError(f"This kind of file cannot go into a backpack. These can: {endings}.")
    if not data:
        raise ValueError("The file is empty.")
    if len(data) > LARGEST:
        raise ValueError(f"The file is larger than {LARGEST // 1024 // 1024} MB.")
    media, beginnings = _TYPES[ending]
    if beginnings and not data.startswith(beginnings):
        raise ValueError(f"The file is called {ending} but is none: its content begins otherwise.")
    if ending == ".webp" and data[8:12] != b"WEBP":
        raise ValueError("The file is called .webp but is none: its content begins otherwise.")
    if ending == ".txt":
        _judge_text(data)
    return media


def safe_name(name: str) -> str:
    """The file's own name without folders and without what no file system likes; never blank, never hidden."""
    bare = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(sign if sign.isprintable() and sign not in '<>:"|?*' else "_" for sign in bare).strip(" .")
    stem, point, ending = kept.rpartition(".")
    if not point:
        return kept[:_LONGEST_NAME] or "file"
    return f"{stem[: _LONGEST_NAME - len(ending) - 1] or 'file'}.{ending}"


def _judge_text(data: bytes) -> None:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("The text file is not UTF-8. Save it as UTF-8 and try again.") from None
    if "\x00" in text:
        raise ValueError("The file is called .txt but is none: its content begins otherwise.")
