"""What arrives belongs to one delivery, and half a download does not wait for ever."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest

from rollbook.services import incoming
from rollbook.store.models import SourceConnection
from rollbook.transport.arrival import Arrival, sweep
from rollbook.transport.ledger import LEDGER, Ledger
from rollbook.transport.remote import Offer, RemoteFile

NOW = dt.datetime(2026, 9, 3, 12, tzinfo=dt.UTC)


def offer(name: str = "a.zip", *, size: int = 6, modified: int = 1) -> Offer:
    return Offer(name, "", (RemoteFile(name, f"/{name}", size, modified),), is_folder=False)


def half(root: Path) -> RemoteFile:
    """Half of a.zip is here."""
    file = offer().files[0]
    arrival = Arrival(root, offer())
    assert arrival.begin(file) == 0
    arrival.write(file, b"abc")
    return file


def test_half_a_file_is_gone_on_with_when_it_is_the_same(tmp_path: Path) -> None:
    file = half(tmp_path)
    arrival = Arrival(tmp_path, offer())
    assert arrival.begin(file) == 3
    arrival.write(file, b"def")
    arrival.finish(file)
    assert arrival.path.read_bytes() == b"abcdef"
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("other", [offer(size=7), offer(modified=2), offer("b.zip")], ids=["size", "time", "name"])
def test_it_is_not_when_anything_about_it_changed(tmp_path: Path, other: Offer) -> None:
    half(tmp_path)
    assert Arrival(tmp_path, other).begin(other.files[0]) == 0


def test_more_than_there_is_cannot_be_gone_on_with(tmp_path: Path) -> None:
    file = half(tmp_path)
    Arrival(tmp_path, offer()).write(file, b"defghi")
    assert Arrival(tmp_path, offer()).begin(file) == 0


@pytest.mark.parametrize(("age", "stays"), [(dt.timedelta(hours=47), True), (dt.timedelta(hours=49), False)])
def test_half_a_download_waits_two_days(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age: dt.timedelta, stays: bool
) -> None:
    monkeypatch.setenv("ROLLBOOK_HOME", str(tmp_path))
    source = SourceConnection(pk=7, name="main")
    root = incoming.folder_of(source)
    root.mkdir(parents=True)
    (root / LEDGER).touch()
    half(root)
    moment = (NOW - age).timestamp()
    for path in (*root.rglob("*"), root):
        os.utime(path, (moment, moment))
    told = incoming.purge(source, NOW)
    assert bool(told) is not stays
    assert sorted(path.name for path in root.iterdir()) == sorted([LEDGER, *(["delivery"] if stays else [])])
    assert (root == tmp_path / "incoming" / "7", incoming.purge(SourceConnection(pk=8), NOW)) == (True, [])


def test_the_ledger_remembers_a_hundred_deliveries_by_what_they_are_and_what_is_in_them(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / LEDGER)
    for number in range(101):
        ledger.note(offer(f"{number}.zip"), f"content {number}", at=NOW)
    assert ledger.earlier(offer("0.zip"), "content 0") is None
    by_name, by_content = ledger.earlier(offer("1.zip"), "other"), ledger.earlier(offer("new.zip"), "content 100")
    assert by_name is not None
    assert by_content is not None
    assert (by_name.name, by_content.name, by_content.at) == ("1.zip", "100.zip", NOW.isoformat())
    assert ledger.earlier(offer("1.zip", modified=2), "other") is None
