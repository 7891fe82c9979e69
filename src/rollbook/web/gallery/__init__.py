"""Every piece that pages are made of, on one page, for those who make pages."""

from __future__ import annotations
