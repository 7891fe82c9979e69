"""Findings of a run: by code, and by the school that can mend them."""

from __future__ import annotations
