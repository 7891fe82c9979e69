"""Reads only: selectors, rows, and the files made of them."""

from __future__ import annotations
