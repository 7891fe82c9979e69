"""Whether a zip is whole, told from its last bytes: its directory is written last."""

from __future__ import annotations

import struct

__all__ = ["TAIL", "ends_like_a_zip"]

TAIL = 22 + 65_535 + 20
"""So many last bytes hold the end record, however long the zip's comment is."""

_END = b"PK\x05\x06"
_END_64 = b"PK\x06\x07"
_FULL = 0xFFFFFFFF


def ends_like_a_zip(tail: bytes, size: int) -> bool:
    """Whether ``tail``, the last bytes of a file of ``size``, ends with the record of a directory that lies within."""
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < 22:
        return False
    directory, offset, comment = struct.unpack_from("<IIH", tail, at + 12)
    if at + 22 + comment != len(tail):
        return False
    if _FULL in (directory, offset):
        return at >= 20 and tail.startswith(_END_64, at - 20)
    return bool(directory and offset + directory <= size - (len(tail) - at))
