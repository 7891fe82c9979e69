"""Bytes of unknown encoding → UTF-8 with line feeds.

UTF-8 is believed whenever it is valid. A file that is UTF-8 but for some bytes is *not* read as something else, which
would garble every other accent: its damaged lines are left to the row reader, which refuses them one by one (S-3).
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

import polars as pl
from charset_normalizer import from_bytes

from rollbook.connectors.kit.refusal import refuse
from rollbook.core import findings

__all__ = ["Text", "to_utf8"]

_WINDOW = 1 << 26
_SAMPLE = 1 << 16
_WESTERN = ["cp1252", "latin_1"]
_NOT_TEXT = {
    b"PK\x03\x04": "it is an Excel workbook or a zip, not a text",
    b"\xd0\xcf\x11\xe0": "it is an old Excel workbook, not a text",
    b"\x1f\x8b": "it is packed (gzip), not a text",
    b"%PDF": "it is a PDF, not a text",
}


@dataclass(frozen=True, slots=True)
class Text:
    """``data`` is UTF-8 without BOM, lines ended by LF or CRLF. ``damaged``: some of its lines are not valid UTF-8.

    ``encoding`` is what the file was written in.
    """

    data: bytes
    encoding: str
    damaged: bool
    remarks: pl.DataFrame


def to_utf8(data: bytes, *, stream: str) -> Text:
    """What ``data`` says, as UTF-8. Raises ``DataError`` (CSV-001) when it is no text."""
    for magic, what in _NOT_TEXT.items():
        if data.startswith(magic):
            raise refuse("CSV-001", stream=stream, detail=what)
    remarks: list[pl.DataFrame] = []
    damaged = False
    encoding = "utf-8"
    wide = _utf16(data)
    if wide:
        data = _from_utf16(data, wide, stream)
        encoding = wide
        remarks.append(findings.make("CSV-003", stream=stream))
    else:
        if data.startswith(codecs.BOM_UTF8):
            data = data[len(codecs.BOM_UTF8) :]
            remarks.append(findings.make("CSV-002", stream=stream))
    if b"\x00" in data:
        remarks.append(findings.make("CSV-017", stream=stream, detail=str(data.count(b"\x00"))))
        data = data.replace(b"\x00", b"")
    if b"\r" in data:
        code = _line_ends(data)
        remarks.append(findings.make(code, stream=stream))
        if code == "CSV-007":
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not data.isascii() and not _is_utf8(data):
        if _has_utf8_letters(data):
            damaged = True
        else:
            encoding, data, first = _from_western(data, stream)
            remarks.append(findings.make("CSV-004", stream=stream, line=first, detail=encoding))
    return Text(data, encoding, damaged, findings.merge(remarks))


def _line_ends(data: bytes) -> str:
    """The code for lines that end otherwise than in a line feed: some in a bare return, all in CRLF, or mixed."""
    pairs = data.count(b"\r\n")
    if data.count(b"\r") > pairs:
        return "CSV-007"
    return "CSV-019" if pairs == data.count(b"\n") else "CSV-020"


def _utf16(data: bytes) -> str | None:
    """Which UTF-16, by its BOM or by the zero bytes that Latin letters leave."""
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return None
    if data.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if data.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    head = data[:200]
    if len(head) < 4 or b"\x00" not in head:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 0.8 * len(head[1::2]) and even == 0:
        return "utf-16-le"
    if even > 0.8 * len(head[0::2]) and odd == 0:
        return "utf-16-be"
    return None


def _from_utf16(data: bytes, encoding: str, stream: str) -> bytes:
    if len(data) % 2:
        # Half a character at the end: the file was cut, and the row reader will find its last row short.
        data = data[:-1]
    try:
        return data.decode(encoding).removeprefix("\ufeff").encode()
    except UnicodeDecodeError as error:
        raise refuse("CSV-001", stream=stream, detail="it says UTF-16 but breaks its rules") from error


def _is_utf8(data: bytes) -> bool:
    """Whether all of it is valid. Polars checks several times faster than ``bytes.decode``."""
    at = 0
    while at < len(data):
        # Windows end at line ends, which no UTF-8 letter contains.
        end = data.find(b"\n", at + _WINDOW) + 1 or len(data)
        try:
            pl.Series([data[at:end]], dtype=pl.Binary).cast(pl.String)
        except pl.exceptions.PolarsError:
            return False
        at = end
    return True


def _special_lines(data: bytes) -> tuple[bytes, int]:
    """Up to ``_SAMPLE`` bytes of lines that are not plain ASCII, and the number of the first of them."""
    picked: list[bytes] = []
    size, first = 0, 0
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.isascii():
            first = first or number
            picked.append(line)
            size += len(line)
            if size > _SAMPLE:
                break
    return b"\n".join(picked), first


def _has_utf8_letters(data: bytes) -> bool:
    """Whether some letter beyond ASCII is proper UTF-8, which is next to impossible in a Western one-byte encoding."""
    sample, _ = _special_lines(data)
    return any(mark > "\x7f" and mark != "\ufffd" for mark in sample.decode("utf-8", errors="replace")) or _cut_letter(
        data
    )


def _cut_letter(data: bytes) -> bool:
    """Whether only the very last letter is broken: a UTF-8 file cut in the middle of a character."""
    return len(data) > 3 and any(_is_utf8(data[:-cut]) for cut in (1, 2, 3)) and not data.endswith(b"\n")


def _from_western(data: bytes, stream: str) -> tuple[str, bytes, int]:
    sample, first = _special_lines(data)
    best = from_bytes(sample, cp_isolation=_WESTERN, threshold=0.5).best()
    if best is None:
        raise refuse("CSV-001", stream=stream, detail="its characters are neither UTF-8 nor a Western code page")
    for encoding in dict.fromkeys((best.encoding, *_WESTERN)):
        try:
            return encoding, data.decode(encoding).encode(), first
        except UnicodeDecodeError:
            continue
    raise refuse("CSV-001", stream=stream, detail="its characters are neither UTF-8 nor a Western code page")
