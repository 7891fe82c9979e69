"""A zip that broke off is told from its last bytes, wherever it broke off."""

from __future__ import annotations

import io
import zipfile

import pytest

from rollbook.transport.zip_tail import TAIL, ends_like_a_zip


def packed(comment: bytes = b"") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("users.csv", "sourcedId\n" * 500)
        archive.writestr("orgs.csv", "sourcedId\n")
        archive.comment = comment
    return target.getvalue()


@pytest.mark.parametrize("comment", [b"", b"nightly", b"x" * 65_535], ids=["plain", "comment", "longest comment"])
def test_a_whole_zip_is_whole(comment: bytes) -> None:
    data = packed(comment)
    assert ends_like_a_zip(data[-TAIL:], len(data))


def test_a_cut_zip_is_not_wherever_it_was_cut() -> None:
    data = packed()
    assert [size for size in range(len(data)) if ends_like_a_zip(data[:size][-TAIL:], size)] == []


def test_a_zip_whose_beginning_is_missing_is_not() -> None:
    data = packed()
    assert not ends_like_a_zip(data[-100:], 100)


def test_an_empty_zip_and_other_files_are_not() -> None:
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    assert not ends_like_a_zip(empty.getvalue(), len(empty.getvalue()))
    assert not ends_like_a_zip(b"sourcedId,name\n" * 100, 1500)


def test_a_large_zip_with_64_bit_records_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 10)
    data = packed()
    assert b"PK\x06\x07" in data
    assert ends_like_a_zip(data, len(data))
