"""Runs: the list, and one run with its stages, numbers, findings and files."""

from __future__ import annotations
