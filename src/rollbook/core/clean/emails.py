"""E-mail addresses: checked for syntax, never by asking the network; case-folded."""

from __future__ import annotations

import polars as pl
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from rollbook.core.clean.repaired import Repaired
from rollbook.core.clean.words import Reading, read_unusual
from rollbook.core.findings.matters import EMAIL_INVALID

__all__ = ["clean_emails"]

_PLAIN = r"^[a-z0-9_'+-]+(?:\.[a-z0-9_'+-]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,}$"
_PLAIN_LENGTH = 63
"""A plain address this short keeps every length limit; a property test holds the fast lane to email-validator."""
_SPECIAL = rf"\.(?:{'|'.join(name.replace('.', '[.]') for name in SPECIAL_USE_DOMAIN_NAMES)})$"


def clean_emails(column: pl.Series) -> Repaired:
    """Case-folded addresses; null where blank or invalid. Plain addresses go by one scan, others one by one."""
    folded = column.str.to_lowercase()
    plain = folded.str.contains(_PLAIN) & (folded.str.len_bytes() <= _PLAIN_LENGTH) & ~folded.str.contains(_SPECIAL)
    return read_unusual(folded, ~plain, _read, personal=True)


def _read(address: str) -> Reading:
    try:
        valid = validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        return Reading(None, (EMAIL_INVALID,))
    return Reading(valid.normalized.casefold())
