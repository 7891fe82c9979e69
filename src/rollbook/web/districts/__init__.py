"""The districts of an account: where signing in ends."""

from __future__ import annotations
