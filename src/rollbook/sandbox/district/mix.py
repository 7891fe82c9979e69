"""Pseudo-random numbers as column expressions: the same on every machine, in every version of every library.

Everything invented about a record is drawn from (seed, topic, the record's own numbers) and from nothing else, so that
a record looks the same however many others there are. Library hashes promise no such stability; this arithmetic does.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

__all__ = ["Dice"]

_WORD = (1 << 64) - 1
_STEP = 0x9E3779B97F4A7C15
_FIRST = 0xBF58476D1CE4E5B9
_SECOND = 0x94D049BB133111EB
_PARTS_PER = 1_000_000


def _u64(value: int) -> pl.Series:
    return pl.Series([value & _WORD], dtype=pl.UInt64)


def _scramble(value: pl.Series) -> pl.Series:
    """The finaliser of splitmix64; a division by a power of two is the right shift of an unsigned number."""
    value = (value ^ (value // _u64(1 << 30))) * _u64(_FIRST)
    value = (value ^ (value // _u64(1 << 27))) * _u64(_SECOND)
    return value ^ (value // _u64(1 << 31))


def _scramble_number(value: int) -> int:
    value = ((value ^ (value >> 30)) * _FIRST) & _WORD
    value = ((value ^ (value >> 27)) * _SECOND) & _WORD
    return value ^ (value >> 31)


class Dice:
    """Draws for one seed. ``topic`` keeps draws about different things independent of each other."""

    def __init__(self, seed: int) -> None:
        self._seed = _scramble_number((seed + _STEP) & _WORD)

    def _start(self, topic: str) -> int:
        state = self._seed
        for byte in topic.encode():
            state = _scramble_number((state ^ byte) + _STEP & _WORD)
        return state

    def draw(self, topic: str, *keys: pl.Expr) -> pl.Expr:
        """Uniform UInt64 per row, decided by the keys (non-negative integers)."""
        start = self._start(topic)

        # Series, not one long expression: the mixer names its argument twice at every step, so the expression would
        # double with each, and planning it would take longer than running it.
        def mixed(columns: Sequence[pl.Series]) -> pl.Series:
            state = _u64(start)
            for column in columns:
                state = _scramble((state ^ column.cast(pl.UInt64)) + _u64(_STEP))
            return state

        return pl.map_batches(list(keys), mixed, return_dtype=pl.UInt64)

    def pick(self, topic: str, choices: int | pl.Expr, *keys: pl.Expr) -> pl.Expr:
        """UInt64 from 0 to ``choices`` - 1 per row."""
        count = pl.lit(choices) if isinstance(choices, int) else choices
        return self.draw(topic, *keys) % count.cast(pl.UInt64)

    def chance(self, topic: str, probability: float, *keys: pl.Expr) -> pl.Expr:
        """True in about ``probability`` of the rows."""
        return self.pick(topic, _PARTS_PER, *keys) < round(probability * _PARTS_PER)

    def weighted(self, topic: str, weights: Sequence[float], *keys: pl.Expr) -> pl.Expr:
        """Index into ``weights`` per row, each as often as its weight says; a tail that is left over gets the last."""
        roll = self.pick(topic, _PARTS_PER, *keys)
        index: pl.Expr = pl.lit(0, dtype=pl.UInt8)
        edge = 0.0
        for weight in weights[:-1]:
            edge += weight
            index = index + (roll >= round(edge * _PARTS_PER)).cast(pl.UInt8)
        return index

    def number(self, topic: str, *keys: int) -> int:
        """One draw outside of any frame; equal to ``draw`` of the same keys."""
        state = self._start(topic)
        for key in keys:
            state = _scramble_number((state ^ key) + _STEP & _WORD)
        return state
