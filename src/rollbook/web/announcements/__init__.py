"""Announcements to families."""

from __future__ import annotations
