"""What a person wants to see, remembered for the account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rollbook.store.models import Preference

if TYPE_CHECKING:
    from django.contrib.auth.models import User

__all__ = ["columns", "keep_columns"]


def columns(account: User, page: str, *, among: Sequence[str], default: Sequence[str]) -> tuple[str, ...]:
    """The columns of the list ``page`` that the account chose, in the order of ``among``; ``default`` when it never did.
    One query."""
    kept = Preference.objects.filter(account=account, name=f"{page}.columns").values_list("value", flat=True).first()
    chosen = default if kept is None else kept
    return tuple(name for name in among if name in chosen)


def keep_columns(*, account: User, page: str, chosen: Sequence[str], among: Sequence[str]) -> None:
    """The list ``page`` shows ``account`` the columns ``chosen``, from now on; what is not ``among`` them is left out."""
    value = [name for name in among if name in chosen]
    Preference.objects.update_or_create(account=account, name=f"{page}.columns", defaults={"value": value})
