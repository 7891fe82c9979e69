"""The files of one student."""

from __future__ import annotations
