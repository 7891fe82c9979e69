"""Phone numbers: E.164 by the district's region.

Nearly all numbers of a North American district are ten digits with some punctuation. Those are rewritten by
expressions; ``phonenumbers`` reads the others, each distinct one once, and judges each distinct area and exchange once.
"""

from __future__ import annotations

from functools import lru_cache

import phonenumbers
import polars as pl
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

from rollbook.core.clean.repaired import Repaired, remark_where
from rollbook.core.clean.words import Reading, read_unusual
from rollbook.core.findings.matters import PHONE_DOUBTFUL, PHONE_EXTENSION, PHONE_FORM, PHONE_IMPOSSIBLE, Matter

__all__ = ["clean_phones"]

_NANP_REGIONS = ("US", "CA")
_PLAIN_NANP = r"^(?:\+?1[ .-]?)?\(?[2-9]\d{2}\)?[ .-]{0,2}[2-9]\d{2}[ .-]?\d{4}$".replace(r"\d", "[0-9]")
_PLACEHOLDERS = tuple(f"+1{str(digit) * 10}" for digit in range(10))
"""Numbers of one digit are typed to get past a form; kept, they would make strangers share a phone."""


def clean_phones(column: pl.Series, *, region: str) -> Repaired:
    """E.164; null where blank or impossible. Possible numbers of no known area or exchange stay, with a notice."""
    if region not in _NANP_REGIONS:
        return read_unusual(column, column.is_not_null(), lambda number: _read(number, region), personal=True)
    plain = column.str.contains(_PLAIN_NANP).fill_null(False)
    numbers = pl.select(
        pl.when(plain).then(pl.lit("+1") + column.str.replace_all("[^0-9]", "").str.tail(10))
    ).to_series()
    plain &= ~numbers.is_in(_PLACEHOLDERS).fill_null(True)
    others = read_unusual(column.zip_with(~plain, numbers), ~plain, lambda number: _read(number, region), personal=True)
    assigned = _are_assigned(numbers)
    doubtful = remark_where(PHONE_DOUBTFUL, plain & ~assigned)
    rewritten = remark_where(PHONE_FORM, plain & assigned & (numbers != column))
    return Repaired(others.values, (*others.remarks, *doubtful, *rewritten))


def _are_assigned(numbers: pl.Series) -> pl.Series:
    """Whether area and exchange of each NANP number in E.164 are in use; the last four digits never matter."""
    exchanges = numbers.str.slice(0, len("+1NPANXX"))
    unused = [exchange for exchange in exchanges.unique().drop_nulls().to_list() if not _is_assigned(exchange)]
    return ~exchanges.is_in(unused)


@lru_cache(maxsize=65536)
def _is_assigned(exchange: str) -> bool:
    return phonenumbers.is_valid_number(phonenumbers.parse(f"{exchange}0199"))


def _read(text: str, region: str) -> Reading:
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        return Reading(None, (PHONE_IMPOSSIBLE,))
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return Reading(None, (PHONE_IMPOSSIBLE,))
    written = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if written in _PLACEHOLDERS:
        return Reading(None, (PHONE_IMPOSSIBLE,))
    matters: list[Matter] = []
    if not phonenumbers.is_valid_number(number):
        matters.append(PHONE_DOUBTFUL)
    elif written != text and not number.extension:
        matters.append(PHONE_FORM)
    if number.extension:
        matters.append(PHONE_EXTENSION)
    return Reading(written, tuple(matters))
