"""`rollbook bench rest` reads what it fetches barely. No absolute time is judged."""

from __future__ import annotations

from rollbook.bench import rest


def test_reading_and_floor_are_of_the_same_pages() -> None:
    said: list[str] = []
    result = rest.measure(students=120, rounds=1, tell=said.append)
    told = result.as_dict()
    assert result.rows > 600
    assert told["requests"] > 6
    assert told["megabytes"] > 0.2
    assert told["ratio"] > 0
    assert result.read.peak_mb > 20
    assert len(said) == 4
