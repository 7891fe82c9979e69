"""The directory: schools, and students with search, filters, pages and CSV."""

from __future__ import annotations
