"""Which delivery of a server is the newest, as a table; and what a path setting means."""

from __future__ import annotations

import pytest

from rollbook.core.errors import ConfigError
from rollbook.transport.remote import LOOSE, Entry, Place, offers, place_of, single

FOLDERS = {
    "2026-09-02": [Entry("users.csv", False, 5, 50), Entry("orgs.csv", False, 5, 40)],
    "2026-09-03": [Entry("users.csv", False, 5, 60), Entry("orgs.csv.part", False, 5, 61)],
    "logs": [Entry("run.txt", False, 5, 99)],
}


def file(name: str, modified: int, size: int = 10) -> Entry:
    return Entry(name, False, size, modified)


def folder(name: str) -> Entry:
    return Entry(name, True, 0, 0)


@pytest.mark.parametrize(
    ("entries", "names"),
    [
        pytest.param([file("a-2026-09-02.zip", 1), file("a-2026-09-01.zip", 9)],
                     ["a-2026-09-01.zip", "a-2026-09-02.zip"], id="dates in all names decide"),
        pytest.param([file("a-2026-09-02.zip", 1), file("b.zip", 9)],
                     ["a-2026-09-02.zip", "b.zip"], id="one name without a date: the last change decides"),
        pytest.param([file("users.csv", 5), file("orgs.csv", 9), file("b.zip", 7)],
                     ["b.zip", LOOSE], id="loose files are as new as their newest"),
        pytest.param([file("users.csv", 5), file("b.zip", 5)], [LOOSE, "b.zip"], id="of one moment: the zip"),
        pytest.param([folder("2026-09-03"), folder("2026-09-02")], ["2026-09-02", "2026-09-03"], id="folders"),
        pytest.param([folder("logs"), file("readme.txt", 1)], [], id="nothing of ours"),
        pytest.param([file(".hidden.zip", 1), file("a/b.zip", 1), file("..\\x.zip", 1), file("x\x00.zip", 1),
                      file("caf\udce9.zip", 1), file("x" * 300 + ".zip", 1), folder("__MACOSX")], [],
                     id="names that cannot be ours"),
        pytest.param([file("a.zip.filepart", 9), file("b.zip.TMP", 9), file("c.zip", 1)], ["c.zip"], id="on their way"),
    ],
)  # fmt: skip
def test_deliveries_are_told_apart_and_put_in_order(entries: list[Entry], names: list[str]) -> None:
    look = offers(Place("/out"), entries, lambda name: FOLDERS.get(name, []))
    assert [offer.name for offer in look.offers] == names


def test_a_pattern_chooses_names_whatever_their_capitals() -> None:
    entries = [file("Roster-1.ZIP", 1), file("guardians.csv", 9), file("other.zip", 8)]
    look = offers(place_of("/out/roster-*.zip"), entries, lambda name: [])
    assert [offer.name for offer in look.offers] == ["Roster-1.ZIP"]


def test_each_file_can_be_a_delivery() -> None:
    entries = [file("guardians-2026-09-02.csv", 1), file("guardians-2026-09-01.csv", 9), file("users.csv", 10)]
    look = offers(place_of("/out/guardians-*.csv", each_file=True), entries, lambda name: [])
    assert [offer.name for offer in look.offers] == ["guardians-2026-09-01.csv", "guardians-2026-09-02.csv"]


def test_what_is_still_on_its_way_is_part_of_a_look() -> None:
    look = offers(Place("/out"), [folder("2026-09-03"), file("a.zip.part", 4)], lambda name: FOLDERS.get(name, []))
    assert {item.path for item in look.arriving} == {"/out/2026-09-03/orgs.csv.part", "/out/a.zip.part"}


def test_two_looks_differ_when_a_size_or_a_time_does() -> None:
    looks = [
        offers(Place("/out"), [file("a.zip", modified, size)], lambda name: [])
        for modified, size in ((1, 10), (1, 10), (2, 10), (1, 11))
    ]
    assert [look == looks[0] for look in looks] == [True, True, False, False]


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("", Place(".")),
        ("/", Place("/")),
        ("/out/", Place("/out")),
        ("out", Place("out")),
        ("*.zip", Place(".", "*.zip")),
        ("/out/roster-*.zip", Place("/out", "roster-*.zip")),
    ],
)
def test_a_path_is_a_folder_or_a_pattern_in_one(path: str, place: Place) -> None:
    assert place_of(path) == place


def test_a_pattern_of_folders_is_refused() -> None:
    with pytest.raises(ConfigError, match="last part"):
        place_of("/out/*/roster.zip")


def test_files_that_were_not_sent_together_are_told() -> None:
    day = 24 * 3600
    look = offers(Place("/out"), [file("users.csv", 2 * day), file("orgs.csv", day)], lambda name: [])
    assert look.offers[0].apart(day // 2) == "orgs.csv is 24 hours older than the newest"
    assert look.offers[0].apart(2 * day) == ""


@pytest.mark.parametrize("path", ["/out/..", "/out/.lock", "/out/a\\b"])
def test_a_single_file_with_a_name_that_leads_elsewhere_is_refused(path: str) -> None:
    with pytest.raises(ConfigError):
        single(path, 1, 1)
